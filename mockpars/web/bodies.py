"""Reading request bodies whole, under limits: size, time, encoding and honesty about length."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from mockpars.errors import BrokenRequest


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a request: ``max_body`` in bytes, sent and decompressed; ``body_timeout`` in seconds."""

    max_body: int = 10 * 1024 * 1024
    body_timeout: float = 30.0


class Refusal(BrokenRequest):
    """A request that never reaches the application, with HTTP status and Fault code.

    ``reusable`` says whether the request was read to its end, so that its connection can carry another.
    """

    def __init__(self, status: int, code: str, reason: str, fix: str, *, reusable: bool = True) -> None:
        super().__init__(reason, fix)
        self.status = status
        self.code = code
        self.reusable = reusable


class Source(Protocol):
    """Where a body comes from: called, it is read whole; iterated, piece by piece."""

    def __call__(self) -> Awaitable[bytes]: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...


async def read(source: Source, environ: dict[str, Any], limits: Limits) -> bytes:
    """Return the body of a request, decompressed; raise Refusal when it breaks a limit or is false.

    Takes the Content-Encoding out of the environ, since it no longer applies.
    """
    length = environ.get("CONTENT_LENGTH", "0")
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    if not chunked and length == "0":
        return b""
    encoding = environ.pop("HTTP_CONTENT_ENCODING", "identity").strip().lower() or "identity"
    if encoding not in _WINDOW_BITS and encoding != "identity":
        raise Refusal(
            415,
            "Encoding",
            f"The Content-Encoding {encoding[:40]!r} is not understood.",
            "Send the body as it is, or compressed with gzip or deflate.",
            reusable=False,
        )
    try:
        async with asyncio.timeout(limits.body_timeout):
            if chunked:
                body = await _read_chunks(source, limits.max_body, trailers="HTTP_TRAILER" in environ)
            else:
                body = await _read_announced(source, int(length), limits.max_body)
    except TimeoutError:
        raise Refusal(
            408,
            "Timeout",
            f"The body did not arrive within {limits.body_timeout:g} seconds.",
            "Send as many bytes as Content-Length says, without pausing.",
            reusable=False,
        ) from None
    return body if encoding == "identity" else decompress(body, encoding, limits.max_body)


async def _read_announced(source: Source, length: int, max_body: int) -> bytes:
    if length > max_body:
        raise too_large(max_body)
    try:
        body = await source()
    except RuntimeError as error:
        # The server's word for a connection that ended within the body.
        raise _cut_short(f"than the {length} bytes that Content-Length announced") from error
    if len(body) < length:
        raise _cut_short(f"than the {length} bytes that Content-Length announced: {len(body)}")
    return body


async def _read_chunks(source: Source, max_body: int, *, trailers: bool) -> bytes:
    body = bytearray()  # Not a list of pieces: a chunk may be a single byte.
    empty = 0
    async for piece in source:
        body += piece
        empty = 0 if piece else empty + 1
        if len(body) > max_body:
            raise too_large(max_body)
    # The server ends every chunked body with one empty piece, and slips in another where chunks are malformed
    # or the connection ended too early, which it has no other way to tell; trailers look the same.
    if empty > 1 and not trailers:
        raise _cut_short("than its chunks announced")
    return bytes(body)


def too_large(max_body: int) -> Refusal:
    """Return the refusal of a body over the limit (bytes)."""
    return Refusal(
        413,
        "TooLarge",
        f"The body is larger than the {max_body} bytes that are allowed.",
        "Send fewer records in one message, or raise the limit.",
        reusable=False,
    )


def _cut_short(than: str) -> Refusal:
    return Refusal(
        400,
        "Malformed",
        f"The body was shorter {than}.",
        "Send a Content-Length that is the body's length in bytes (not in characters), or send it chunked.",
        reusable=False,
    )


_GZIP = 31
_WINDOW_BITS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": 15}
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
