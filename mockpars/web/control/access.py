"""Who may use the control API: holders of the token, or without one callers on the same machine.

A browser on this machine is a caller on this machine, whatever page it shows. So without a token the Host must be
a name of this machine (a rebound DNS name is not), and nothing is changed for a page of another origin.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request

from mockpars.settings import Settings
from mockpars.web.control.refusals import Refused

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_access(request: Request, settings: Settings, *, open_to_all: bool) -> None:
    """Raises Refused: 401 for a wrong token, 403 for a caller from elsewhere."""
    if request.method not in _READS:
        _check_origin(request)
    if open_to_all:
        return
    if settings.token:
        _check_token(request, settings.token)
    elif settings.control_from != "anywhere":
        _check_local(request)


def _check_token(request: Request, token: str) -> None:
    kind, _, sent = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(
        sent.strip().encode("utf-8", "replace"), token.strip().encode("utf-8", "replace")
    ):
        raise Refused(
            401,
            "Token",
            "The control API of this server asks for a token, and this request has none or a wrong one.",
            "Send Authorization: Bearer with the token that the server was started with (MOCKPARS_TOKEN).",
            headers=[("WWW-Authenticate", 'Bearer realm="mockpars"')],
        )


def _check_local(request: Request) -> None:
    caller = request.remote_addr or ""
    if not _is_loopback(caller):
        raise Refused(
            403,
            "Forbidden",
            f"The control API answers callers on the same machine only, and this one is {caller or 'unknown'}.",
            "Start the server with --token (and send it), or with --control-from anywhere.",
        )
    host = request.headers.get("Host", "")
    if host and not _is_local_name(host):
        raise Refused(
            403,
            "Forbidden",
            f"The control API answers under names of this machine only, and {host[:100]!r} is none.",
            "Use http://localhost or http://127.0.0.1, or start the server with --token or --control-from anywhere.",
        )


def _check_origin(request: Request) -> None:
    origin = request.headers.get("Origin")
    if origin is None:
        return
    if _netloc(origin) != request.headers.get("Host", "").lower():
        raise Refused(
            403,
            "Forbidden",
            f"A page of another origin ({origin[:100]!r}) may not change anything here.",
            "Call the control API from a program, or from a page of this server.",
        )


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def _is_local_name(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)
