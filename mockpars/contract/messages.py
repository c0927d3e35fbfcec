"""From a case's `send` to an HTTP request: path, headers, credentials, bytes."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mockpars.contract import bodies
from mockpars.contract.expressions import Over, Scope, interpolate, show
from mockpars.contract.library import Library, Operation

XML_TYPE: Final = "application/xml; charset=utf-8"
# What the reference's samples hold where their credentials were blanked out.
_BLANKED: Final = (("[email protected]", "user"), ("*YOUR_WS_PASSWORD*", "password"))


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP request of a case, without the base URL. `text` is the body before encoding, for people."""

    operation: Operation
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    text: str
    query: tuple[tuple[str, str], ...] = ()
    chunked: bool = False
    at_once: int = 1
    secrets: tuple[str, ...] = field(default=(), repr=False)


def compose(library: Library, send: Mapping[str, Any], scope: Scope) -> Message:
    """The request that `send` asks for. Raises DataInvalid, ExpressionInvalid."""
    operation = library.operations[send["operation"]]
    account = _account(send, scope)
    inner = Over(account, scope)
    text = _text(library, send, inner)
    body = _bytes(send, text)
    method = send.get("method") or ("GET" if body is None else "POST")
    return Message(
        operation=operation,
        method=method,
        path=_path(operation, send, scope),
        headers=_headers(send, scope, account, body),
        body=body,
        text=text,
        query=tuple((name, _show(value, scope)) for name, value in send.get("query", {}).items()),
        chunked=bool(send.get("chunked")),
        at_once=int(send.get("at_once", 1)),
        secrets=(str(scope["password"]), account["password"]),
    )


def basic_header(user: str, password: str) -> tuple[str, str]:
    """The header of HTTP Basic credentials."""
    return "Authorization", f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _account(send: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    given = send.get("credentials", {})
    return {name: _show(given.get(name, scope[name]), scope) for name in ("user", "password")}


def _text(library: Library, send: Mapping[str, Any], scope: Scope) -> str:
    if "raw" in send:
        return str(send["raw"])
    if "sample" in send:
        text = library.sample(send["sample"])
        for blank, name in _BLANKED:
            text = text.replace(blank, show(scope[name]))
        return bodies.replace(text, send, scope)
    if "body" not in send:
        return ""
    text = bodies.build(library.body(send["body"]), send, scope)
    declared = send.get("declare", send.get("encoding", "utf-8").removesuffix("-sig"))
    if declared != "none":
        text = f'<?xml version="1.0" encoding="{declared}"?>\n{text}'
    return bodies.replace(text, send, scope)


def _bytes(send: Mapping[str, Any], text: str) -> bytes | None:
    if "raw_base64" in send:
        data = base64.b64decode(send["raw_base64"])
    elif "raw" in send or "body" in send or "sample" in send:
        data = text.encode(send.get("encoding", "utf-8"), "xmlcharrefreplace")
    else:
        return None
    if "truncate" in send:
        data = data[: int(len(data) * send["truncate"])]
    return gzip.compress(data, mtime=0) if send.get("gzip") else data


def _path(operation: Operation, send: Mapping[str, Any], scope: Scope) -> str:
    if "path" in send:
        return interpolate(send["path"], scope)
    return f"{operation.path.rpartition('/')[0]}/{send.get('as', operation.name)}"


def _headers(
    send: Mapping[str, Any], scope: Scope, account: Mapping[str, str], body: bytes | None
) -> tuple[tuple[str, str], ...]:
    headers: dict[str, str] = {"Accept": "application/xml"}
    if body is not None:
        headers["Content-Type"] = XML_TYPE
    if send.get("gzip"):
        headers["Content-Encoding"] = "gzip"
    basic = send.get("credentials", {}).get("basic", account)
    if basic != "none":
        name, value = basic_header(_show(basic["user"], scope), _show(basic["password"], scope))
        headers[name] = value
    for name, value in send.get("headers", {}).items():
        known = next((key for key in headers if key.lower() == name.lower()), name)
        headers.pop(known, None)
        if value is not None:
            headers[name] = interpolate(value, scope)
    return tuple(headers.items())


def _show(value: object, scope: Scope) -> str:
    return interpolate(value, scope) if isinstance(value, str) else show(value)
