"""Heads of requests and answers: what WSGI calls the parts of the one, and how the other is written."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from mockpars.web.bodies import Refusal

MOST_HEAD = 64 * 1024
"""Bytes of a request's head."""
Headers = list[tuple[str, str]]
Environ = dict[str, Any]

SHARED: Mapping[str, object] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
# Names are looked up, not built, for every header of every request; bounded, as clients choose the names.
KEYS: dict[bytes, str] = {}
_MOST_NAMES = 1000
_LONGEST_NAME = 100
_LINE = "%s: %s\r\n".__mod__


def key_of(name: bytes) -> str:
    """The key of a header in an environ; none for one that would pass for another, as those with an underscore."""
    if b"_" in name:
        return ""
    key = name.decode("latin-1").upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if len(KEYS) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
        KEYS[name] = key
    return key


def describe(environ: Environ, method: bytes, url: bytes, version: str) -> None:
    """Adds a request line to an environ."""
    path, query = _target(url)
    environ["REQUEST_METHOD"] = method.decode("ascii")
    environ["PATH_INFO"] = path
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = url.decode("latin-1")
    environ["SERVER_PROTOCOL"] = "HTTP/1.1" if version == "1.1" else "HTTP/1.0"


def _target(url: bytes) -> tuple[str, str]:
    """The path and the query of a request's target."""
    if not url.startswith(b"/") and b"://" in url:  # as sent to a proxy
        url = b"/" + url.split(b"://", 1)[1].partition(b"/")[2]
    path, _, query = url.partition(b"#")[0].partition(b"?")
    return (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"), query.decode("latin-1")


def names(environ: Environ) -> list[tuple[str, str]]:
    """The headers an environ was made of: their keys and names."""
    keys = [key for key in environ if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH")]
    return [(key, key.removeprefix("HTTP_").replace("_", "-").title()) for key in keys]


def tells_length(headers: Headers) -> bool:
    """Whether there is a Content-Length."""
    return "Content-Length" in dict(headers) or any(name.lower() == "content-length" for name, _ in headers)


def without_length(headers: Headers) -> Headers:
    """Headers but for Content-Length."""
    return [header for header in headers if header[0].lower() != "content-length"]


def head(status: int, headers: Headers, asked: Environ, *, closes: bool) -> bytes:
    """The head of an answer to a request; whether the connection ends after it is for `closes` to say."""
    connection = ""
    if closes:
        connection = "Connection: close\r\n"
    elif asked["SERVER_PROTOCOL"] == "HTTP/1.0":  # whose clients do not expect it
        connection = "Connection: keep-alive\r\n"
    lines = "".join(map(_LINE, headers))
    whole = f"{_status_line(status)}\r\nDate: {_date(int(time.time()))}\r\n{lines}{connection}\r\n"
    return whole.encode("latin-1", "replace")


@lru_cache(maxsize=100)
def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    now = time.gmtime(second)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[now.tm_wday]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[now.tm_mon - 1]
    return f"{day}, {now.tm_mday:02} {month} {now.tm_year} {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} GMT"


def malformed(error: Exception) -> Refusal:
    """Return the refusal of what the parser could not read."""
    return Refusal(
        400,
        "Malformed",
        f"This is not HTTP/1.1 as it should be: {error}.",
        "Send HTTP/1.1 to this port, and HTTPS to the other one, if there is one; a client library gets it right.",
    )


TOO_LONG = Refusal(
    431,
    "TooLarge",
    f"The request line and headers are longer than the {MOST_HEAD} bytes that are allowed.",
    "Send fewer or shorter headers.",
)
NO_PROXY = Refusal(
    405, "MethodNotAllowed", "CONNECT is for proxies, and mockpars is none.", "Take mockpars out of the proxy settings."
)


def too_late(seconds: float) -> Refusal:
    """Return the refusal of a head that took longer than it may."""
    return Refusal(
        408,
        "Timeout",
        f"The request line and headers did not arrive within {seconds:g} seconds.",
        "Send them without pausing.",
    )
