"""A raw keep-alive HTTP/1.1 line to a server: fast, a time limit on every answer, no opinion on what is sent."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: status, the head as it came, the body, and after how many seconds."""

    status: int
    head: bytes
    body: bytes
    seconds: float


class Line:
    """One connection that is opened anew whenever the server closed it."""

    def __init__(self, base: str, limit: float = 10.0) -> None:
        """`limit` is in seconds, for one answer; TimeoutError tells that it was passed."""
        parts = urlsplit(base)
        self.host = parts.netloc
        self._address = (parts.hostname or "", parts.port or 80)
        self._limit = limit
        self._socket: socket.socket | None = None
        self._sent_at = 0.0

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hangs up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, method: str, target: str, body: bytes = b"", *headers: str) -> Told:
        """One request and its answer. Raises OSError when the server hangs up without one."""
        self.begin(method, target, body, *headers)
        return self.finish()

    def begin(self, method: str, target: str, body: bytes = b"", *headers: str) -> None:
        """Sends a request; `finish` waits for its answer."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", *headers]
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def send(self, request: bytes) -> None:
        """Sends a request as bytes."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=self._limit)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent_at = time.perf_counter()
        try:
            self._socket.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            return  # it may have answered before it hung up
        except OSError:
            self.close()
            raise

    def finish(self) -> Told:
        """The answer to what was sent. Raises OSError (TimeoutError past the limit)."""
        if self._socket is None:
            raise ConnectionError("nothing was sent")
        try:
            head, body = self._answer(self._socket)
        except OSError:
            self.close()
            raise
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return Told(int(head[9:12]), head, body, time.perf_counter() - self._sent_at)

    @staticmethod
    def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
        received = b""
        while True:
            piece = connection.recv(262_144)
            if not piece:
                raise ConnectionError("the server closed the connection without a whole answer")
            received += piece
            head, separator, body = received.partition(b"\r\n\r\n")
            if separator and len(body) >= _length(head):
                return head, body


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length: ")
    return int(lowered[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
