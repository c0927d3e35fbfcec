"""Crowds of connections that want nothing, or want it very slowly."""

from __future__ import annotations

import resource
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

from tests import support
from tests.hardening.line import Line
from tests.support import path_of


def raise_limit(wanted: int) -> int:
    """Raises how many files this process (and those it starts) may open; returns what it may now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(soft, most)


def connect(base: str, count: int, first: bytes = b"") -> list[socket.socket]:
    """So many connections, each of which has sent `first` and nothing more."""
    parts = urlsplit(base)
    opened: list[socket.socket] = []
    for _ in range(count):
        connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60)
        if first:
            connection.sendall(first)
        opened.append(connection)
    return opened


def disperse(connections: list[socket.socket]) -> None:
    """Hangs all of them up."""
    for connection in connections:
        connection.close()


def drip(connections: list[socket.socket], byte: bytes) -> None:
    """Sends one more byte on each."""
    for connection in connections:
        with suppress(OSError):  # the server may have had enough
            connection.send(byte)


def latencies(base: str, count: int) -> list[float]:
    """How long so many matches take one after another, in seconds, shortest first."""
    body = support.sample("LearnerMatchRequest").encode()
    taken: list[float] = []
    with Line(base, 60) as line:
        for _ in range(count):
            told = line.ask("POST", path_of("LearnerMatchRequest"), body, f"Content-Type: {support.XML}")
            assert told.status == 200
            taken.append(told.seconds)
            time.sleep(0.001)
    return sorted(taken)
