"""Answers on their way out: of PARS, of the gateway before it, and of every broken request (D2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockpars.errors import BadCredentials, BrokenRequest, MethodNotAllowed, StoreError
from mockpars.wire import render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

XML = "application/xml; charset=utf-8"
Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Reply:
    """An answer as it goes out."""

    status: int
    content_type: str
    body: bytes
    headers: Headers = ()

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        """Its headers, those of the body included."""
        if self.status == 204:  # which has neither a body nor a length
            return list(self.headers)
        return [("Content-Type", self.content_type), ("Content-Length", str(len(self.body))), *self.headers]


def broken(error: BrokenRequest) -> Reply:
    """The one XML shape of every broken request (D2)."""
    headers: Headers = ()
    if isinstance(error, BadCredentials):
        headers = (("WWW-Authenticate", 'Basic realm="PARS", charset="UTF-8"'),)
    if isinstance(error, MethodNotAllowed):
        headers = (("Allow", ", ".join(error.allow)),)
    body = render.fault_answer(error.code, error.reason, error.fix, error.details)
    return Reply(error.status, XML, body, headers)


def explain_refusal(error: BrokenRequest) -> dict[str, Any]:
    """A broken request's reason as plain data, for the journal."""
    details = [
        {
            key: getattr(detail, key)
            for key in ("problem", "expected", "line", "path")
            if getattr(detail, key) is not None
        }
        for detail in error.details
    ]
    return {"code": error.code, "reason": error.reason, "fix": error.fix, "details": details}


def store_failed(error: StoreError) -> Reply:
    """The answer when the store cannot: a full disk is no fault of the request."""
    return Reply(500, XML, render.fault_answer("Internal", error.reason, error.fix))


def send(reply: Reply, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """An answer in WSGI's terms."""
    start_response("200 OK" if reply.status == 200 else _status_line(reply.status), reply.all_headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]


def _status_line(status: int) -> str:
    from http.client import responses  # here, since most answers are 200

    return f"{status} {responses.get(status, '')}"
