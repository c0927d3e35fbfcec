"""One client's connection: HTTP/1.1 as httptools reads it; requests one after the other, answers in the same order.

It belongs to mockpars and to no server of somebody else's, because a sandbox resets, cuts and holds connections on
purpose, and says of a false request what is false about it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, cast

import httptools

from mockpars.web import bodies, heads
from mockpars.web.bodies import Limits, Refusal
from mockpars.web.heads import Environ, Headers
from mockpars.web.known_heads import KnownHeads

HEAD_TIMEOUT = 30.0
"""Seconds for a request's head to arrive, from its first byte on."""
IDLE_TIMEOUT = 120.0
"""Seconds after which a connection that carried nothing meanwhile is closed; it may take up to twice as long."""
LINGER = 1.0
"""Seconds to go on reading what nobody wants: a client that is still sending would never read why, were it cut off."""
_NO_LINGER = struct.pack("ii", 1, 0)
_IDLE, _HEAD, _BODY, _REFUSED = range(4)


class Answerer(Protocol):
    """Who answers what arrives: the doorway."""

    limits: Limits
    known: KnownHeads
    connections: set[Connection]

    def answer(self, connection: Connection, environ: Environ, body: bytes) -> None:
        """Answers a whole request, now or later."""

    def refuse(self, connection: Connection, environ: Environ, refusal: Refusal) -> None:
        """Answers a request that could not be read."""


class Connection(asyncio.Protocol):
    """Hands on what arrives as WSGI environs with bodies; `respond`, `stream` and `reset` answer the oldest of them."""

    def __init__(self, doorway: Answerer) -> None:
        self._doorway = doorway
        self._transport = cast("asyncio.Transport", None)
        self._common: Environ = {}
        self._parser: Any = httptools.HttpRequestParser(self)
        # The request that is arriving.
        self._stage = _IDLE
        self._url = b""
        self._environ: Environ = {}
        self._body: bytes | bytearray = b""
        self._received, self._bodiless = b"", 0
        self._timer: asyncio.TimerHandle | None = None
        self._timed = (_REFUSED, 0)
        self._number = 0
        self._expected = self._used = self._paused = False
        self._unsent = 0
        # Those that have arrived, the one under way, and what follows them.
        self._arrived: deque[tuple[Environ, bytes | Refusal]] = deque()
        self._under_way: Environ | None = None
        self._stopping = self._no_more = self._unread = False
        self._writable: asyncio.Future[None] | None = None
        self.task: asyncio.Task[None] | None = None
        self.lost = False

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self._transport = cast("asyncio.Transport", transport)
        self._doorway.connections.add(self)
        server, client = (transport.get_extra_info(name) or ("", 0) for name in ("sockname", "peername"))
        self._common = {
            **heads.SHARED,
            "SERVER_NAME": server[0],
            "SERVER_PORT": str(server[1]),
            "REMOTE_ADDR": client[0],
            "REMOTE_PORT": str(client[1]),
            "wsgi.url_scheme": "https" if transport.get_extra_info("sslcontext") else "http",
        }
        self._mind_the_time()

    def data_received(self, data: bytes) -> None:
        """Bytes have come: a part of a request, the whole of one, or several."""
        if self._no_more:
            return
        self._used = True
        known = self._doorway.known.find(data) if self._stage == _IDLE else None
        if known is None:
            self._parse(data)
        else:
            self._arrived.append(({**self._common, **known[0]}, known[1]))
            self._no_more = self._stopping
        self._go_on()

    def _parse(self, data: bytes) -> None:
        self._received = data if self._stage == _IDLE else b""
        self._bodiless += len(data)
        while data and not self._no_more:
            data = self._feed(data)
        self._received = b""
        if self._stage != _REFUSED and self._bodiless > heads.MOST_HEAD:
            self._refuse(heads.TOO_LONG)

    def _feed(self, data: bytes) -> bytes:
        """Has it parsed; returns what has to be parsed anew, if anything."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            return self._without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            if not self._no_more:
                self._refuse(heads.malformed(error))
        return b""

    def eof_received(self) -> bool:
        """The client sends no more; true when it shall still get an answer."""
        self._end_of_input()
        return self._under_way is not None and self._common["wsgi.url_scheme"] == "http"

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, whoever ended it."""
        self.lost = True
        self._end_of_input()
        self._doorway.connections.discard(self)
        self._parser = None  # which knows this connection, as this knows it
        self.resume_writing()
        if self.task is not None:
            self.task.cancel()
        self._wake_me(None, self._too_late)

    def _end_of_input(self) -> None:
        if self._stage == _BODY:
            self._refuse(bodies.CUT_SHORT)
        self._stage, self._no_more, self._unread = _REFUSED, True, False
        self._go_on()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is written to."""
        self._writable = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """The client has caught up."""
        waiting, self._writable = self._writable, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        if not self.lost:
            self._used = True
            self._go_on()

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._stage == _REFUSED:
            return
        self._stage = _HEAD
        self._number += 1
        self._url = self._body = b""
        self._environ = self._common.copy()

    def on_url(self, url: bytes) -> None:
        """The request's target, or a part of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. Those with an underscore in their name are left out: they would pass for another header."""
        key = heads.KEYS.get(name) or heads.key_of(name)
        if not key or self._stage != _HEAD:  # Trailers come after the body, and mean nothing here.
            return
        environ, text = self._environ, value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{text}"
        environ[key] = text

    def on_headers_complete(self) -> None:
        """The head is whole; a body may follow."""
        if self._stage != _HEAD:
            return
        heads.describe(self._environ, self._parser.get_method(), self._url, self._parser.get_http_version())
        self._stage = _BODY
        if self._parser.should_upgrade():
            return  # See `_without_upgrade`.
        try:
            bodies.check_head(self._environ, self._doorway.limits)
        except Refusal as refusal:
            self._refuse(refusal)
            return
        expects = self._environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        self._expected = expects and self._environ["SERVER_PROTOCOL"] == "HTTP/1.1"

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        if self._stage != _BODY:
            return
        self._bodiless = 0
        if not self._body:
            self._body = piece
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)  # Not a list of pieces: a chunk may be a single byte.
            self._body += piece
        if len(self._body) > self._doorway.limits.max_body:
            self._refuse(bodies.too_large(self._doorway.limits.max_body))

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._stage != _BODY or self._parser.should_upgrade():
            return
        self._stage = _IDLE
        self._no_more = self._stopping or not self._parser.should_keep_alive()
        body = bytes(self._body)
        if not self._no_more:
            self._doorway.known.learn(self._received, self._environ, self._common, body)
        self._arrived.append((self._environ, body))
        self._environ, self._body, self._bodiless = {}, b"", 0

    def _without_upgrade(self, rest: bytes) -> bytes:
        """The request in HTTP/1.1, as a server may insist (RFC 9110, 7.8); Java's client first wishes for HTTP/2.

        The parser will not go on, and takes the body for another protocol: another one gets the head without the wish.
        """
        environ = self._environ
        if environ["REQUEST_METHOD"] == "CONNECT":
            self._refuse(heads.NO_PROXY)
            return b""
        lines = [f"{environ['REQUEST_METHOD']} {environ['RAW_URI']} {environ['SERVER_PROTOCOL']}"]
        lines += [f"{name}: {environ[key]}" for key, name in heads.names(environ) if key != "HTTP_UPGRADE"]
        self._parser = httptools.HttpRequestParser(self)
        self._stage = _IDLE
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + rest

    # What becomes of a request.

    def _refuse(self, refusal: Refusal) -> None:
        """Nothing is read after this: where the next request would begin is not known."""
        environ = self._environ or self._common.copy()
        if "REQUEST_METHOD" not in environ:
            environ |= {"REQUEST_METHOD": "", "PATH_INFO": "", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1"}
        self._stage, self._body, self._no_more, self._unread = _REFUSED, b"", True, True
        self._arrived.append((environ, refusal))

    def _go_on(self) -> None:
        """Begins with the next request, and minds the time until the one that is arriving is whole."""
        if self._timed[0] != self._stage or (self._stage != _IDLE and self._timed[1] != self._number):
            self._mind_the_time()
        if self._under_way is None and self._writable is None:
            if self._arrived:
                self._begin()
            elif self._expected and self._stage == _BODY:
                self._expected = False
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # Who sends ahead, or does not read, is not read from either: what waits here would have no bounds.
        if bool(self._arrived) != self._paused and not self.lost:
            self._paused = not self._paused
            (self._transport.pause_reading if self._paused else self._transport.resume_reading)()

    def _begin(self) -> None:
        self._under_way, body = self._arrived.popleft()
        if isinstance(body, Refusal):
            self._doorway.refuse(self, self._under_way, body)
        else:
            self._doorway.answer(self, self._under_way, body)

    def _mind_the_time(self) -> None:
        self._timed = (self._stage, self._number)
        seconds = (IDLE_TIMEOUT, HEAD_TIMEOUT, self._doorway.limits.body_timeout, None)[self._stage]
        self._wake_me(seconds, self._too_late)

    def _wake_me(self, seconds: float | None, then: Callable[[], None]) -> None:
        """Sets the one timer there is, or takes it back."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, then)

    def _too_late(self) -> None:
        if self._stage == _HEAD and not self._paused:
            self._refuse(heads.too_late(HEAD_TIMEOUT))
        elif self._stage == _BODY and not self._paused:
            self._refuse(bodies.too_late(self._doorway.limits.body_timeout))
        elif self._is_read() or self._used or (self._under_way is not None and self._writable is None):
            self._used = False
            self._mind_the_time()
        else:
            self._transport.abort()
        self._go_on()

    def _is_read(self) -> bool:
        """Whether the client has read anything since this was last asked."""
        before, self._unsent = self._unsent, self._transport.get_write_buffer_size()
        return self._unsent < before

    def _close(self) -> None:
        """Ends the connection once the client has read all that is for it; not waiting for one that does not read."""
        self._transport.close()
        self._unsent = self._transport.get_write_buffer_size()
        self._wake_me(IDLE_TIMEOUT, self._give_up)

    def _give_up(self) -> None:
        if self._is_read():
            self._close()
        else:
            self._transport.abort()

    # What the doorway does.

    def respond(self, status: int, headers: Headers, body: bytes, *, announced: int | None = None) -> None:
        """Answers the request under way; with a larger Content-Length `announced` the body ends within."""
        environ = cast("Environ", self._under_way)
        closes = self._is_last() or announced is not None
        if not self.lost:
            if status in (204, 304):
                headers, body = heads.without_length(headers), b""
            elif announced is not None or not heads.tells_length(headers):
                length = len(body) if announced is None else announced
                headers = [*heads.without_length(headers), ("Content-Length", str(length))]
            head = heads.head(status, headers, environ, closes=closes)
            self._transport.write(head if environ["REQUEST_METHOD"] == "HEAD" else head + body)
        self._answered(closes=closes)

    async def stream(self, status: int, headers: Headers, pieces: AsyncIterator[bytes]) -> None:
        """Answers the request under way with pieces as they come.

        Raises what `pieces` raises; the connection is closed then, and the answer does not look whole.
        """
        environ = cast("Environ", self._under_way)
        chunked, headers = environ["SERVER_PROTOCOL"] == "HTTP/1.1", heads.without_length(headers)
        closes = self._is_last() or not chunked
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        self._transport.write(heads.head(status, headers, environ, closes=closes))
        try:
            if environ["REQUEST_METHOD"] != "HEAD":
                await self._send_pieces(pieces, chunked=chunked)
        except BaseException:
            self.lost = True  # to all further answers
            self._close()
            raise
        self._answered(closes=closes)

    async def _send_pieces(self, pieces: AsyncIterator[bytes], *, chunked: bool) -> None:
        async for piece in pieces:
            if piece:
                self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if self._writable is not None:
                await self._writable
        if chunked:
            self._transport.write(b"0\r\n\r\n")

    def reset(self) -> None:
        """Ends the connection without an answer, and so that nobody can mistake it for an orderly end."""
        if not self.lost:
            # The event loop does not give its socket away, but what is set on a copy is set on the connection.
            copy = os.dup(self._transport.get_extra_info("socket").fileno())
            with socket.socket(fileno=copy) as handle:
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()

    def stop(self) -> None:
        """Takes no more requests; ends the connection once those that have begun are answered."""
        if self._under_way is None and self._stage == _IDLE:
            self._transport.close()
        self._stopping = True
        self._no_more = self._no_more or self._stage == _IDLE

    def hurry(self, refusal: Refusal) -> None:
        """Refuses what is under way or arriving."""
        if self.task is not None:
            self.task.cancel()
        elif self._stage == _BODY:
            self._refuse(refusal)
            self._go_on()
        else:
            self._transport.close()

    def _is_last(self) -> bool:
        """Whether no request follows the one under way."""
        return self._no_more and not self._arrived

    def _answered(self, *, closes: bool) -> None:
        self._under_way = self.task = None
        if self.lost:
            return
        if closes and self._unread:
            if self._transport.can_write_eof():
                self._transport.write_eof()
            asyncio.get_running_loop().call_later(LINGER, self._close)
        elif closes:
            self._close()
        elif self._arrived or self._expected:
            asyncio.get_running_loop().call_soon(self._go_on)
