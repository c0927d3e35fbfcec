"""Who sends: the envelope's credentials, and HTTP Basic beside or instead of them (T5, T8)."""

from __future__ import annotations

import hmac
from base64 import b64decode
from functools import lru_cache
from typing import NamedTuple

from mockpars.errors import BadCredentials, Detail
from mockpars.service.sandbox import Sandbox
from mockpars.wire.envelope import Credentials

_FIX = "Send the user and password of the web-services account; mockpars prints them when it starts."


class Basic(NamedTuple):
    """The credentials of an Authorization header; None where it is of another kind or cannot be read."""

    user: str | None
    password: str | None


@lru_cache(maxsize=64)  # clients send the same one again and again
def read_basic(header: str) -> Basic:
    """Reads an Authorization header (RFC 7617)."""
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic":
        return Basic(None, None)
    try:
        user, _, password = b64decode(coded).decode().partition(":")
    except ValueError:
        return Basic(None, None)
    return Basic(user, password)


def check_envelope(sandbox: Sandbox, sent: Credentials, basic: Basic | None, *, strict: bool) -> None:
    """The envelope's credentials are always checked; Basic must agree when sent, and be sent when strict (T8)."""
    problems = []
    if not _same(sent.user, sandbox.world.user):
        problems.append(_problem("User", sent.user))
    if not _same(sent.password, sandbox.world.password):
        problems.append(_problem("Password", sent.password))
    if not problems and basic is not None:
        agree = _same(basic.user, sent.user) and _same(basic.password, sent.password)
        if not agree:
            problems.append(
                Detail("HTTP Basic does not carry the credentials of the envelope", "the same, or no header")
            )
    if not problems and basic is None and strict:
        problems.append(Detail("HTTP Basic is missing, and this server requires it", "an Authorization header"))
    if problems:
        raise BadCredentials("The credentials are not those of this sandbox.", _FIX, problems)


def check_basic(sandbox: Sandbox, basic: Basic | None) -> None:
    """A read by GET has no envelope, so HTTP Basic carries the credentials."""
    if basic is None or basic.user is None:
        raise BadCredentials(
            "A GET needs HTTP Basic credentials.", _FIX, [Detail("The Authorization header is missing")]
        )
    if not (_same(basic.user, sandbox.world.user) and _same(basic.password, sandbox.world.password)):
        raise BadCredentials("The credentials are not those of this sandbox.", _FIX, [Detail("HTTP Basic is wrong")])


def _same(sent: str | None, known: str | None) -> bool:
    if sent is None or known is None:
        return False
    return hmac.compare_digest(sent.encode("utf-8", "replace"), known.encode("utf-8", "replace"))


def _problem(name: str, sent: str | None) -> Detail:
    problem = f"{name} is missing" if not sent else f"{name} is wrong"
    return Detail(problem, "the web-services account of this sandbox", path=f"SubmitMessage/{name}")
