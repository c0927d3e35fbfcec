"""A process that reads messages for the server while that judges others, on a machine with two cores.

It has no state and sees nothing but messages. What it cannot make sense of, the server reads again, and says why.
"""

from __future__ import annotations

import gc
import marshal
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress

from mockpars.errors import BrokenRequest
from mockpars.wire.messages import packed, read_message
from mockpars.wire.schemas import Schemas

_LENGTH = 4
_PIECE = 256 * 1024
READY = b"ready"
"""What it says first."""
UNREAD = b""
"""The answer to a message that is not as it should be."""


class Frames:
    """Whole frames of a stream of bytes that comes in pieces."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def add(self, piece: bytes) -> Iterator[bytes]:
        """The frames that this piece completes."""
        rest = self._rest
        rest += piece
        start = 0
        while len(rest) - start >= _LENGTH:
            end = start + _LENGTH + int.from_bytes(rest[start : start + _LENGTH], "little")
            if end > len(rest):
                break
            yield bytes(rest[start + _LENGTH : end])
            start = end
        del rest[:start]


def framed(data: bytes) -> bytes:
    """Data with its length before it."""
    return len(data).to_bytes(_LENGTH, "little") + data


def asked(operation: str, charset: str | None, body: bytes) -> bytes:
    """A message to be read, as a frame."""
    return framed(marshal.dumps((operation, charset, body)))


def serve(channel: socket.socket) -> None:
    """Answers each frame, in order, until the other end is closed."""
    schemas, frames = Schemas(), Frames()
    channel.sendall(framed(READY))
    while piece := channel.recv(_PIECE):
        for frame in frames.add(piece):
            channel.sendall(framed(_answer(schemas, *marshal.loads(frame))))  # noqa: S302 - our own server's


def _answer(schemas: Schemas, operation: str, charset: str | None, body: bytes) -> bytes:
    try:
        return packed(read_message(schemas, operation, body, charset, lambda credentials: None))
    except BrokenRequest:
        return UNREAD


def main() -> None:
    """Serves the socket that stands for standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the socket
    gc.freeze()
    with socket.socket(fileno=0) as channel, suppress(BrokenPipeError, ConnectionResetError):
        serve(channel)


if __name__ == "__main__":
    main()
