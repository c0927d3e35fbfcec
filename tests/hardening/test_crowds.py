"""Slow-loris, idle crowds, oversized and endless bodies. Ten thousand connections are in `make soak`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests import support
from tests.e2e.conftest import PATIENCE, Server
from tests.hardening.crowd import connect, disperse, drip, latencies
from tests.hardening.process import descriptors, memory
from tests.support import NOW, path_of

pytest.importorskip("resource", reason="limits of a process are POSIX's")

pytestmark = pytest.mark.served

HEAD = f"POST {path_of('SaveActivity')} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {support.XML}\r\n".encode()


@pytest.fixture
def impatient(starting: Callable[..., Server]) -> Iterator[Server]:
    """A server that waits one second for a body, and takes at most a megabyte."""
    server = starting("--ephemeral", "--clock", NOW, "--body-timeout", "1", "--max-body", "1MiB")
    server.post("SaveActivity")
    yield server
    server.stop()


@pytest.mark.parametrize(
    "first",
    [b"", b"POST /serv", HEAD, HEAD + b"X-Slow: ", HEAD + b"Content-Length: 500\r\n\r\n<Sub"],
    ids=["nothing", "request line", "headers", "within a header", "within the body"],
)
def test_three_hundred_that_never_finish_hold_up_nobody(impatient: Server, first: bytes) -> None:
    """Wherever they stop; once they go, their descriptors are free again."""
    before = descriptors(impatient.process.pid)
    crowd = connect(impatient.base, 300, first)
    try:
        taken = latencies(impatient.base, 40)
        drip(crowd, b"a")
        taken += latencies(impatient.base, 40)
        assert max(taken) < 5
    finally:
        disperse(crowd)
    until = time.monotonic() + PATIENCE
    while descriptors(impatient.process.pid) > before + 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert descriptors(impatient.process.pid) <= before + 5


def test_a_body_that_drips_is_ended_by_the_clock_not_by_the_last_byte(impatient: Server) -> None:
    """408 after the second that a body has, though a byte came every tenth of it."""
    with socket.create_connection(impatient.address, timeout=PATIENCE) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
        connection.setblocking(False)
        started, received = time.monotonic(), b""
        while not received and time.monotonic() - started < PATIENCE:
            try:
                connection.send(b"<")
                time.sleep(0.1)
                received = connection.recv(1000)
            except BlockingIOError:
                continue
            except OSError:
                break
    assert received.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("length", [b"999999999999", b"18446744073709551616", b"-1", b"1e3", b"5, 6"])
def test_an_absurd_length_is_refused_without_reading(impatient: Server, length: bytes) -> None:
    """Nobody allocates it."""
    before = memory(impatient.process.pid)
    received = impatient.raw(HEAD + b"Connection: close\r\nContent-Length: " + length + b"\r\n\r\n")
    assert received[:12] in (b"HTTP/1.1 413", b"HTTP/1.1 400")
    assert memory(impatient.process.pid) - before < 16


def test_endless_bodies_from_twenty_at_once_cost_no_memory(impatient: Server) -> None:
    """Each may send until the limit and is then cut; the others are answered."""
    before = memory(impatient.process.pid)
    crowd = connect(impatient.base, 20, HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for connection in crowd:
        connection.settimeout(1)
    for _ in range(40):
        drip(crowd, piece)
    assert latencies(impatient.base, 5)
    disperse(crowd)
    assert memory(impatient.process.pid) - before < 100


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Long: " + b"a" * 2_000_000,
        b"GET /" + b"a" * 2_000_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(50_000)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n" * 100_000,
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: localhost\r\n\r\n0\r\n\r\n",
    ],
    ids=["header", "path", "headers", "TLS", "HTTP/2", "empty lines", "two framings"],
)
def test_what_is_hardly_http_does_no_harm(impatient: Server, request_bytes: bytes) -> None:
    """It is refused or dropped, memory stays, and the next one is served."""
    before = memory(impatient.process.pid)
    with socket.create_connection(impatient.address, timeout=PATIENCE) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            received = connection.recv(65536)
        except OSError:  # it hung up while we were still sending
            received = b""
    assert received[9:10] in (b"", b"4", b"3", b"2")
    assert impatient.post("LearnerMatchRequest").root.text == "1"
    assert memory(impatient.process.pid) - before < 64
