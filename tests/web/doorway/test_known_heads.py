"""A head that came before is not parsed again, and nobody can tell: what the application sees is the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, cast

import pytest

from mockpars.web.bodies import Limits, Refusal
from mockpars.web.connection import Connection
from mockpars.web.heads import Environ
from mockpars.web.known_heads import KnownHeads
from tests.web.doorway.fakes import Transport

P = ParamSpec("P")
HEAD = b"POST /services/a%20b?x=1#y HTTP/1.1\r\nHost: h\r\nX-Two: 1\r\nX-Two: 2\r\nCookie: a\r\nCookie: b\r\n"
FIVE = HEAD + b"Content-Type: application/xml\r\nContent-Length: 5\r\n\r\n"


class _Doorway:
    limits = Limits(max_body=100)

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.known = KnownHeads()
        self.asked: list[tuple[Environ, bytes]] = []
        self.refused: list[str] = []

    def answer(self, connection: Connection, environ: Environ, body: bytes) -> None:
        self.asked.append((dict(environ), body))
        connection.respond(200, [], b"ok")
        environ["wsgi.input"] = environ["HTTP_X_LEFT"] = "left by the application"

    def refuse(self, connection: Connection, environ: Environ, refusal: Refusal) -> None:
        self.refused.append(refusal.code)
        connection.respond(refusal.status, [], b"no")


def _in_a_loop(test: Callable[P, None]) -> Callable[P, None]:
    """Connections set timers."""

    @wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        async def one() -> None:
            test(*arguments, **named)

        asyncio.run(one())

    return run


def _connected(doorway: _Doorway) -> tuple[Connection, Transport]:
    connection, transport = Connection(doorway), Transport()
    connection.connection_made(cast("Any", transport))
    return connection, transport


def _parsed(request: bytes) -> tuple[Environ, bytes]:
    """As a doorway sees it that knows nothing."""
    doorway = _Doorway()
    _connected(doorway)[0].data_received(request)
    (asked,) = doorway.asked
    return asked


@pytest.mark.parametrize(
    "request_bytes",
    [
        FIVE + b"12345",
        FIVE.replace(b"5\r\n\r\n", b"0\r\n\r\n"),
        b"GET /_mockpars/ready HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
        b"OPTIONS http://h/services HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ],
)
@_in_a_loop
def test_the_application_sees_the_same(request_bytes: bytes) -> None:
    """On the same connection and on others, with what the application left in the first one's environ gone."""
    doorway = _Doorway()
    for _ in range(2):
        connection, transport = _connected(doorway)
        for _ in range(3):
            connection.data_received(request_bytes)
        assert transport.written.count(b"HTTP/1.1 200 OK") == 3
    assert doorway.known.find(request_bytes)
    assert doorway.asked == [_parsed(request_bytes)] * 6


@_in_a_loop
def test_another_body_of_the_same_length_is_another_body() -> None:
    """Only heads are remembered."""
    doorway = _Doorway()
    connection, _ = _connected(doorway)
    for body in (b"12345", b"abcde", b"\r\n\r\nx"):
        connection.data_received(FIVE + body)
    assert [body for _, body in doorway.asked] == [b"12345", b"abcde", b"\r\n\r\nx"]


@_in_a_loop
def test_pieces_and_what_is_sent_ahead_are_parsed() -> None:
    """A known head with half a body, or with a second request behind it, is no whole request."""
    doorway = _Doorway()
    connection, _ = _connected(doorway)
    whole = FIVE + b"12345"
    for pieces in ((whole,), (whole[:9], whole[9:]), (FIVE, b"12345"), (FIVE + b"12", b"345"), (whole + whole,)):
        for piece in pieces:
            connection.data_received(piece)
    assert [body for _, body in doorway.asked[:5]] == [b"12345"] * 5
    assert doorway.asked[0] == doorway.asked[3]


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n",
        HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n12345",
        HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\n12345",
        HEAD.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nContent-Length: 5\r\n\r\n12345",
        HEAD + b"X-Long: " + b"a" * 2000 + b"\r\nContent-Length: 5\r\n\r\n12345",
        HEAD + b"Content-Length: 101\r\n\r\n" + b"x" * 101,
    ],
    ids=["chunked", "expects", "closes", "HTTP/1.0", "long", "too large"],
)
@_in_a_loop
def test_what_is_more_than_a_head_and_so_many_bytes_is_not_remembered(request_bytes: bytes) -> None:
    """Nor what may not be sent, nor what would take much memory."""
    doorway = _Doorway()
    _connected(doorway)[0].data_received(request_bytes)
    assert doorway.known.find(request_bytes) is None


@_in_a_loop
def test_a_server_that_stops_answers_a_known_head_and_closes() -> None:
    """As it does for any other."""
    doorway = _Doorway()
    connection, transport = _connected(doorway)
    connection.data_received(FIVE + b"12345")
    connection._stage = 1  # within a head: a server that stops waits for it
    connection.stop()
    connection._stage = 0
    connection.data_received(FIVE + b"12345")
    assert len(doorway.asked) == 2
    assert transport.is_closed
    assert transport.written.endswith(b"Connection: close\r\n\r\nok")


def test_memory_is_bounded() -> None:
    """Whoever sends a new head each time only makes the old ones forgotten."""
    known = KnownHeads()
    environ = {"SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "h"}
    heads = [b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number for number in range(2000)]
    for head in heads:
        known.learn(head, environ, {}, b"")
    assert 0 < sum(known.find(head) is not None for head in heads) <= 512
