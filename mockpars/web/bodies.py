"""Bodies of requests under limits: size, time, encoding and honesty about length."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from mockpars.errors import BrokenRequest


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a request: ``max_body`` in bytes, sent and decompressed; ``body_timeout`` in seconds."""

    max_body: int = 10 * 1024 * 1024
    body_timeout: float = 30.0


class Refusal(BrokenRequest):
    """A request that never reaches the application, with HTTP status and Fault code."""

    def __init__(self, status: int, code: str, reason: str, fix: str) -> None:
        super().__init__(reason, fix)
        self.status = status
        self.code = code


def check_head(environ: dict[str, Any], limits: Limits) -> None:
    """Raise Refusal when a head announces a body that is too large, or in an encoding that is not understood."""
    encoding = environ.get("HTTP_CONTENT_ENCODING")
    if encoding is not None and _encoding(encoding) not in _UNDERSTOOD:
        raise Refusal(
            415,
            "Encoding",
            f"The Content-Encoding {encoding[:40]!r} is not understood.",
            "Send the body as it is, or compressed with gzip or deflate.",
        )
    coding = environ.get("HTTP_TRANSFER_ENCODING", "chunked").strip()
    if coding.lower() != "chunked":
        raise Refusal(
            501,
            "Encoding",
            f"The Transfer-Encoding {coding[:40]!r} is not understood.",
            "Send the body chunked, or with a Content-Length; compressed, if at all, by Content-Encoding.",
        )
    if int(environ.get("CONTENT_LENGTH") or 0) > limits.max_body:
        raise too_large(limits.max_body)


def decoded(body: bytes, environ: dict[str, Any], limits: Limits) -> bytes:
    """Return the body of a request, decompressed; raise Refusal when it cannot be.

    Takes the Content-Encoding out of the environ, since it no longer applies.
    """
    encoding = _encoding(environ.pop("HTTP_CONTENT_ENCODING", ""))
    return decompress(body, encoding, limits.max_body) if body and encoding != "identity" else body


def _encoding(name: str) -> str:
    return name.strip().lower() or "identity"


def too_large(max_body: int) -> Refusal:
    """Return the refusal of a body over the limit (bytes)."""
    return Refusal(
        413,
        "TooLarge",
        f"The body is larger than the {max_body} bytes that are allowed.",
        "Send fewer records in one message, or raise the limit.",
    )


def too_late(seconds: float) -> Refusal:
    """Return the refusal of a body that took longer than it may."""
    return Refusal(
        408,
        "Timeout",
        f"The body did not arrive within {seconds:g} seconds.",
        "Send as many bytes as Content-Length says, without pausing.",
    )


CUT_SHORT = Refusal(
    400,
    "Malformed",
    "The body was shorter than its Content-Length or its chunks announced.",
    "Send a Content-Length that is the body's length in bytes (not in characters), or send it chunked.",
)


_GZIP = 31
_WINDOW_BITS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": 15}
_UNDERSTOOD = {"identity", *_WINDOW_BITS}
# Tools that compress in blocks write one stream for every 64 KiB.
_MOST_STREAMS = 10_000
_SLICE = 64 * 1024


def decompress(body: bytes, encoding: str, max_body: int) -> bytes:
    """Decompress a body, never past ``max_body`` bytes; raise Refusal for a bad or too large one."""
    window = _WINDOW_BITS[encoding]
    if encoding == "deflate" and body[:1] and (body[0] & 0x0F) != 8:
        window = -15  # Many clients send deflate without its zlib header.
    try:
        return _inflate(body, window, max_body)
    except zlib.error as error:
        raise Refusal(
            400,
            "Encoding",
            f"The body is not valid {encoding}, as its Content-Encoding says: {error}.",
            "Compress the whole body once, or leave Content-Encoding out.",
        ) from error


def _inflate(body: bytes, window: int, max_body: int) -> bytes:
    """Go through the body in slices: what follows a stream is copied, and there may be a million empty ones."""
    found = bytearray()
    stream, streams = zlib.decompressobj(window), 1
    for start in range(0, len(body), _SLICE):
        rest = body[start : start + _SLICE]
        while rest:
            if stream.eof:
                if window != _GZIP:
                    return bytes(found)
                if streams == _MOST_STREAMS:
                    raise zlib.error(f"more than {_MOST_STREAMS} streams in a row")
                stream, streams = zlib.decompressobj(window), streams + 1
            found += stream.decompress(rest, max_body + 1 - len(found))
            if len(found) > max_body:
                raise too_large(max_body)
            rest = stream.unused_data
    if body and not stream.eof:
        raise zlib.error("incomplete stream")
    return bytes(found)
