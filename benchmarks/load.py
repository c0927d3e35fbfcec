"""A load generator: raw keep-alive sockets in one process, cheap enough not to be the bottleneck.

python benchmarks/load.py http://127.0.0.1:8027/path message.xml [--connections 16] [--seconds 5]
"""

from __future__ import annotations

import argparse
import itertools
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Result:
    """What a run gave: answers a second, latencies in milliseconds, how many answers of each status."""

    rate: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    unexpected: int = 0
    sample: bytes = b""

    def __str__(self) -> str:
        statuses = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.rate:.0f}/s, p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms; {statuses}"


class _Connection:
    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """Read what has come; return the answer once it is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed a connection")
        self.received = received = self.received + piece
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = received[:end].lower()
        at = head.find(b"content-length: ") + 16
        length = int(head[at:].split(b"\r\n", 1)[0]) if at >= 16 else 0
        return received if len(received) >= end + 4 + length else None


def make_request(method: str, url: str, body: bytes = b"", *headers: str, media: str = "application/xml") -> bytes:
    """Return the bytes of a request to a URL's path."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target or '/'} HTTP/1.1", f"Host: {parts.netloc}", *headers]
    if body or method == "POST":
        lines += [f"Content-Type: {media}; charset=utf-8", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def load(
    url: str, requests: Iterator[bytes], *, connections: int = 16, seconds: float = 5.0, expect: bytes = b""
) -> Result:
    """Send requests for some seconds, or until there are no more; ``expect`` should be in every answer."""
    parts = urlsplit(url)
    result, latencies = Result(), []
    poll = select.epoll()
    open_ones: dict[int, _Connection] = {}
    for request in itertools.islice(requests, connections):
        connection = _Connection(parts.hostname or "127.0.0.1", parts.port or 80)
        open_ones[connection.socket.fileno()] = connection
        poll.register(connection.socket.fileno(), select.EPOLLIN)
        connection.send(request)
    started = time.perf_counter()
    until = started + seconds
    while open_ones:
        for descriptor, _ in poll.poll(30):
            connection = open_ones[descriptor]
            answer = connection.answer()
            if answer is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            result.statuses[int(answer[9:12])] += 1
            if expect not in answer:
                result.unexpected += 1
                result.sample = answer
            following = next(requests, None) if now < until else None
            if following is None:
                poll.unregister(descriptor)
                open_ones.pop(descriptor).socket.close()
            else:
                connection.send(following)
    latencies.sort()
    if latencies:
        result.rate = len(latencies) / (time.perf_counter() - started)
        result.p50 = latencies[len(latencies) // 2] * 1000
        result.p99 = latencies[int(len(latencies) * 0.99)] * 1000
    return result


def main() -> None:
    """Send one message again and again, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("url")
    options.add_argument("message", nargs="?", type=Path)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--seconds", type=float, default=5.0)
    chosen = options.parse_args()
    body = chosen.message.read_bytes() if chosen.message else b""
    request = make_request("POST" if chosen.message else "GET", chosen.url, body)
    requests = itertools.repeat(request)
    print(load(chosen.url, requests, connections=chosen.connections, seconds=chosen.seconds))


if __name__ == "__main__":
    main()
