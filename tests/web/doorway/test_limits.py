"""What one client may take of a server that others share."""

from __future__ import annotations

import gc
import signal
import socket
import time
import weakref
from contextlib import suppress
from io import BytesIO
from typing import Any, cast

import pytest

from mockpars.web import heads
from mockpars.web.bodies import Limits, Refusal
from mockpars.web.connection import Connection
from mockpars.web.heads import Environ
from mockpars.web.known_heads import KnownHeads
from tests.web.doorway.conftest import Tls
from tests.web.doorway.fakes import Transport
from tests.web.doorway.raw import BODY_TIMEOUT, IDLE_TIMEOUT, Served, message, read_answer, serving


def test_requests_that_overlap_each_have_their_own_time(served: Served) -> None:
    """Each body arrives in time, though one is always under way."""
    whole = message(b"x" * 100)
    with served.connect() as connection:
        connection.sendall(whole[:-50])
        until = time.monotonic() + BODY_TIMEOUT * 1.6
        while time.monotonic() < until:
            time.sleep(0.1)
            connection.sendall(whole[-50:] + whole[:-50])
            assert read_answer(connection).status == 200


@pytest.mark.parametrize("endless", [b"X: " + b"a" * 200_000, b"X: a\r\n" * 30_000], ids=["one", "many"])
def test_trailers_without_end_are_refused(served: Served, endless: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
        for start in range(0, len(endless), 10_000):
            connection.sendall(endless[start : start + 10_000])
            time.sleep(0.005)
        assert read_answer(connection).status == 431


def test_who_never_reads_is_not_waited_for_without_end() -> None:
    with serving("--impatient") as served, served.connect() as deaf, served.connect() as closing:
        deaf.sendall(b"GET /?size=20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        closing.sendall(b"GET /?size=20000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        time.sleep(IDLE_TIMEOUT * 3.5)
        for connection in (deaf, closing):
            received = 0
            with suppress(ConnectionResetError):
                while piece := connection.recv(1_000_000):
                    received += len(piece)
            assert received < 20_000_000


def test_who_reads_slowly_gets_all_of_it() -> None:
    """It takes three times as long as a connection may be silent."""
    with serving("--impatient") as served, served.connect() as slow:
        slow.sendall(b"GET /?size=20000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = 0
        while piece := slow.recv(1_500_000, socket.MSG_WAITALL):
            received += len(piece)
            time.sleep(IDLE_TIMEOUT / 4)
    assert received > 20_000_000


def test_nothing_behind_a_refused_request_is_answered(served: Served) -> None:
    ran = int(served.get("/").json["ran"])
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(message(b"one", "Content-Encoding: br") + message(b"two") + message(b"three")[:-3])
        assert stream.read().count(b"HTTP/1.1 ") == 1
    assert int(served.get("/").json["ran"]) == ran + 1


def test_100_continue_comes_when_it_is_due(served: Served) -> None:
    """Behind the answers of requests before it, and never to HTTP/1.0."""
    expecting = message(b"", "Expect: 100-continue", length=5)
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"GET /?size=1&delay=0.3 HTTP/1.1\r\nHost: x\r\n\r\n" + expecting)
        lines = [stream.readline() for _ in range(2)]
        while lines[-1] != b"x" + b"HTTP/1.1 100 Continue\r\n":
            lines.append(stream.readline())
        assert lines[0] == b"HTTP/1.1 200 OK\r\n"
        connection.sendall(b"hello")
    with served.connect() as connection:
        connection.sendall(expecting.replace(b"HTTP/1.1", b"HTTP/1.0") + b"hello")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_transfer_encoding_that_is_not_understood_is_refused(served: Served) -> None:
    answer = served.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
    assert (answer.status, answer.fault) == (501, "Encoding")


def test_an_idle_client_over_https_does_not_hold_up_the_end(tls: Tls) -> None:
    """Pooled connections do not read, and so do not say goodbye."""
    with serving("--tls", str(tls.folder)) as served:
        assert served.process.stdout is not None
        port = int(served.process.stdout.readline())
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            tls.context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(message(b"once"))
            assert read_answer(cast("Any", connection)).status == 200
            started = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            served.process.wait(timeout=20)
            assert time.monotonic() - started < 2


def test_long_header_names_are_not_kept() -> None:
    assert heads.key_of(b"X-" + b"a" * 1000).startswith("HTTP_X_A")
    assert max(map(len, heads.KEYS), default=0) <= 100


class _Doorway:
    """Answers at once, and looks whether anything of the body is left afterwards."""

    limits = Limits()

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.known = KnownHeads()
        self.body: weakref.ref[BytesIO] | None = None

    def answer(self, connection: Connection, environ: Environ, body: bytes) -> None:
        environ["wsgi.input"] = BytesIO(body)
        self.body = weakref.ref(environ["wsgi.input"])
        del environ
        connection.respond(200, [], b"ok")

    def refuse(self, connection: Connection, environ: Environ, refusal: Refusal) -> None:
        raise AssertionError(refusal.reason)


@pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning")
def test_neither_a_body_nor_a_connection_is_kept_past_its_time() -> None:
    """Without waiting for the garbage collector."""
    import asyncio

    async def one() -> None:
        doorway, transport = _Doorway(), Transport()
        connection = Connection(doorway)
        connection.connection_made(cast("Any", transport))
        connection.data_received(message(b"a large body"))
        assert transport.written.endswith(b"ok")
        assert doorway.body is not None
        assert doorway.body() is None
        connection.connection_lost(None)
        left = weakref.ref(connection)
        del connection
        assert left() is None

    gc.disable()
    try:
        asyncio.run(one())
    finally:
        gc.enable()
