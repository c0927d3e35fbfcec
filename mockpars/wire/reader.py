"""A process that reads completions for the server while that judges others, on a machine with two cores.

It has no state and sees nothing but messages. What it cannot make sense of, the server reads again, and says why.
"""

from __future__ import annotations

import gc
import marshal
import signal
import socket
from contextlib import suppress

from mockpars.wire.messages import packed, read_message
from mockpars.wire.schemas import Schemas

_LENGTH = 4
_PIECE = 256 * 1024
OPERATION = "SaveLearnerActivity"
"""What crowds send."""
READY = b"ready"
"""What it says first."""
UNREAD = b""
"""The answer to a message that is not as it should be."""


class Frames:
    """Whole frames of a stream of bytes that comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, piece: bytes) -> list[bytes]:
        """The frames that this piece completes."""
        rest, found, start = self._rest + piece, list[bytes](), 0
        while len(rest) - start >= _LENGTH:
            end = start + _LENGTH + int.from_bytes(rest[start : start + _LENGTH], "little")
            if end > len(rest):
                break
            found.append(rest[start + _LENGTH : end])
            start = end
        self._rest = rest[start:]
        return found


def framed(data: bytes) -> bytes:
    """Data with its length before it."""
    return len(data).to_bytes(_LENGTH, "little") + data


def asked(charset: str, body: bytes) -> bytes:
    """A message to be read, as a frame."""
    return framed(marshal.dumps((charset, body)))


def serve(channel: socket.socket) -> None:
    """Answers each frame, in order, until the other end is closed."""
    schemas, frames = Schemas(), Frames()
    channel.sendall(framed(READY))
    while piece := channel.recv(_PIECE):
        for frame in frames.add(piece):
            channel.sendall(framed(_answer(schemas, *marshal.loads(frame))))  # noqa: S302 - our own server's


def _answer(schemas: Schemas, charset: str, body: bytes) -> bytes:
    try:
        return packed(read_message(schemas, OPERATION, body, charset, lambda credentials: None))
    except Exception:  # be it a bug of ours: the server meets it again, and says and logs what it is
        return UNREAD


def main() -> None:
    """Serves the socket that stands for standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the socket
    gc.freeze()
    with socket.socket(fileno=0) as channel, suppress(BrokenPipeError, ConnectionResetError):
        serve(channel)


if __name__ == "__main__":
    main()
