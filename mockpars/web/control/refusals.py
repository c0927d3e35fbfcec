"""What the control API refuses, and the one JSON shape that says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

from mockpars.errors import (
    ClockError,
    MockparsError,
    SandboxExists,
    SandboxNameInvalid,
    UnknownSandbox,
    UnknownScenario,
)

Detail = dict[str, str]
"""One thing that is wrong: `field` (a path such as licences/0/state), `problem`, and `expected` where it is known."""


class Refused(MockparsError):
    """A control request that is answered with an error; `code` is for programs, `reason` and `fix` for people."""

    def __init__(
        self,
        status: int,
        code: str,
        reason: str,
        fix: str = "",
        details: Iterable[Detail] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(reason, fix)
        self.status = status
        self.code = code
        self.details = list(details)
        self.headers = tuple(headers)


def invalid(problems: Iterable[Detail], where: str = "The request") -> Refused:
    """422: the request is understood, but a field of it cannot be."""
    found = list(problems)
    many = "one thing is" if len(found) == 1 else f"{len(found)} things are"
    return Refused(422, "Invalid", f"{where} cannot be used: {many} wrong.", "Mend what the details name.", found)


def invalid_field(field: str, problem: str, expected: str = "") -> Refused:
    """422 for a single field."""
    entry = {"field": field, "problem": problem}
    return invalid([entry | {"expected": expected} if expected else entry])


def not_found(reason: str, fix: str) -> Refused:
    """404."""
    return Refused(404, "NotFound", reason, fix)


def conflict(reason: str, fix: str) -> Refused:
    """409: the request is right, but not in the state things are in."""
    return Refused(409, "Conflict", reason, fix)


_STATUSES: tuple[tuple[type[MockparsError], int, str], ...] = (
    (UnknownSandbox, 404, "UnknownSandbox"),
    (UnknownScenario, 422, "UnknownScenario"),
    (SandboxExists, 409, "SandboxExists"),
    (SandboxNameInvalid, 422, "Invalid"),
    (ClockError, 409, "Clock"),
)


def as_refused(error: MockparsError) -> Refused:
    """Any error of mockpars as a refusal; one that nobody foresaw is a 500."""
    if isinstance(error, Refused):
        return error
    for kind, status, code in _STATUSES:
        if isinstance(error, kind):
            known = getattr(error, "known", ())
            return Refused(
                status, code, error.reason, error.fix, [{"field": "known", "problem": name} for name in known]
            )
    return Refused(500, "Internal", error.reason, error.fix)


def error_response(error: Refused) -> Response:
    """The one JSON shape of every refusal."""
    response = json_response(
        {"error": {"code": error.code, "reason": error.reason, "fix": error.fix, "details": error.details}},
        error.status,
    )
    for name, value in error.headers:
        response.headers[name] = value
    return response


def json_response(body: Any, status: int = 200) -> Response:
    """An answer in JSON; nothing may be cached, since everything may change with the next request."""
    text = b"" if status == 204 else json.dumps(body, ensure_ascii=False).encode() + b"\n"
    response = Response(text, status=status, content_type="application/json")
    if status == 204:
        del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    return response
