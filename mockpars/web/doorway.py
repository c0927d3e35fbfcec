"""The doorway: from connections in an event loop into the one-at-a-time application and back.

A connection reads a request whole, under limits and time-outs. The doorway then runs the application in the loop's
own thread, one request at a time, and answers. So the application needs no locks and has one thread's speed, while
slow clients and deliberate delays, which are awaited here, hold up nobody else.

The application speaks to the doorway through ``environ["mockpars.exchange"]``, an `Exchange`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from mockpars.web import bodies
from mockpars.web.bodies import Limits, Refusal
from mockpars.web.connection import Connection
from mockpars.web.heads import Environ, Headers
from mockpars.web.known_heads import KnownHeads

if TYPE_CHECKING:
    from mockpars.web.ahead import Ahead

__all__ = ["Doorway", "Environ", "Exchange", "Headers", "Limits", "Refusal", "Refuse", "refuse_in_xml"]

log = logging.getLogger(__name__)

Answer = tuple[int, Headers, bytes]
"""Status, headers, body."""
Application = Callable[[Environ], Answer]
"""Answers a request whose body is whole; see `run_wsgi` for one in WSGI's terms."""
Refuse = Callable[[Environ, Refusal], Answer]
"""Answers a request that the application had no part in."""


@dataclass(slots=True)
class Exchange:
    """What the application asks of the doorway for one request, beyond the answer itself.

    They take effect in the order in which they stand here. ``began`` is the request's own: seconds of `perf_counter`.
    """

    began: float = field(default_factory=time.perf_counter)

    pledge: Callable[[], None] | None = None
    """The answer speaks of what is not durable yet: it is held until this was called, and refused if it fails."""
    delay: float = 0.0
    """Seconds to wait before going on; nobody else is held up."""
    never_answer: float | None = None
    """Seconds to hold the connection, which is then reset without an answer."""
    reset: bool = False
    """Reset the connection without an answer."""
    cut_at: int | None = None
    """Send only so many bytes of the body, with a Content-Length to match: a cut document, whole answer."""
    cut_connection: bool = False
    """Announce the whole body's Content-Length all the same, and close the connection at the cut."""
    stream: AsyncIterator[bytes] | None = None
    """Send these pieces as they come, instead of the body, until they end or the client goes."""

    @property
    def takes_time(self) -> bool:
        """Whether the answer is not for now."""
        return self.delay > 0 or self.never_answer is not None or self.stream is not None


def refuse_in_xml(environ: Environ, refusal: Refusal) -> Answer:
    """Answer with a Fault."""
    code, reason, fix = (_escape(text) for text in (refusal.code, refusal.reason, refusal.fix))
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Fault xmlns="http://schemas.datacontract.org/2004/07/BLL.Service">'
        f"<Code>{code}</Code><Reason>{reason}</Reason><Fix>{fix}</Fix><Details/></Fault>"
    )
    return refusal.status, [("content-type", "application/xml; charset=utf-8")], body.encode()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Doorway:
    """Answers what arrives on connections by an application.

    Pledges are redeemed at the end of a turn of the loop, so that one commit serves many requests. ``refuse`` answers
    the requests that the application never sees; ``ahead`` reads messages before it does.
    """

    def __init__(
        self, application: Application, limits: Limits, *, refuse: Refuse = refuse_in_xml, ahead: Ahead | None = None
    ) -> None:
        self.limits = limits
        self.known = KnownHeads()
        self.connections: set[Connection] = set()
        self._application = application
        self._refuse_by = refuse
        self.ahead = ahead
        self._redeeming = False
        self._waiting: list[tuple[Connection, Environ, Exchange, Callable[[], None], Answer]] = []

    def connect(self) -> Connection:
        """Take a client."""
        return Connection(self)

    def stop(self) -> None:
        """Let go of every connection as soon as nothing is under way on it."""
        for connection in [*self.connections]:
            connection.stop()

    def hurry(self) -> None:
        """Answer requests held by delays, streams or slow senders with 503: the server is stopping."""
        for connection in [*self.connections]:
            connection.hurry(_STOPPING)

    def answer(self, connection: Connection, environ: Environ, body: bytes) -> None:
        """Run the application, perhaps a little later, and send its answer once that is durable."""
        exchange = environ["mockpars.exchange"] = Exchange()
        try:
            body = bodies.decoded(body, environ, self.limits)
        except Refusal as refusal:
            self.refuse(connection, environ, refusal)
            return
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        run = partial(self._run, connection, environ, exchange)
        if self.ahead is None or not self.ahead.offer(environ, body, run, alone=not self._waiting):
            run()

    def _run(self, connection: Connection, environ: Environ, exchange: Exchange) -> None:
        try:
            answer = self._application(environ)
            if _UNPRINTABLE.search("".join(map("".join, answer[1]))):
                raise ValueError(f"a header of the answer has a control character in it: {answer[1]!r}")
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            self.refuse(connection, environ, _BUG)
        else:
            if exchange.pledge is None:
                self._deliver(connection, environ, exchange, answer)
            else:
                self._waiting.append((connection, environ, exchange, exchange.pledge, answer))
        if self._waiting and not self._redeeming:
            self._redeeming = True
            asyncio.get_running_loop().call_soon(self._redeem)

    def _redeem(self) -> None:
        self._redeeming = False
        if self.ahead is not None and self.ahead.is_busy and len(self._waiting) < _GROUP:
            return  # The next message that has been read comes in a moment, and brings us here again.
        waiting, self._waiting = self._waiting, []
        failed = 0
        for connection, environ, exchange, pledge, answer in waiting:
            try:
                pledge()
            except Exception as error:
                log.error("An answer could not be made true: %s", error, exc_info=not failed)
                failed += 1
                self.refuse(connection, environ, _NOT_STORED)
            else:
                self._deliver(connection, environ, exchange, answer)

    def _deliver(self, connection: Connection, environ: Environ, exchange: Exchange, answer: Answer) -> None:
        if exchange.takes_time:
            connection.task = asyncio.get_running_loop().create_task(
                self._deliver_in_time(connection, environ, exchange, answer)
            )
        else:
            self._deliver_now(connection, exchange, answer)

    async def _deliver_in_time(
        self, connection: Connection, environ: Environ, exchange: Exchange, answer: Answer
    ) -> None:
        try:
            await asyncio.sleep(exchange.delay)
            if exchange.never_answer is not None:
                await asyncio.sleep(exchange.never_answer)
                exchange.reset = True
            if exchange.stream is not None:
                status, headers, _ = answer
                await _send_stream(connection, exchange.stream, status, headers)
            else:
                self._deliver_now(connection, exchange, answer)
        except asyncio.CancelledError:
            if not connection.lost:
                self.refuse(connection, environ, _STOPPING)

    def _deliver_now(self, connection: Connection, exchange: Exchange, answer: Answer) -> None:
        status, headers, body = answer
        if exchange.reset:
            connection.reset()
        elif exchange.cut_at is None:
            connection.respond(status, headers, body)
        else:
            whole = len(body) if exchange.cut_connection else exchange.cut_at
            connection.respond(status, headers, body[: exchange.cut_at], announced=whole)

    def refuse(self, connection: Connection, environ: Environ, refusal: Refusal) -> None:
        """Answer a request that the application has no part in."""
        try:
            status, headers, body = self._refuse_by(environ, refusal)
        except Exception:
            log.exception("A refused request could not be answered as it should")
            status, headers, body = refuse_in_xml(environ, refusal)
        connection.respond(status, headers, body)


_GROUP = 8
"""So many share a commit, where more are on their way. Half of a crowd of sixteen: the other half is read meanwhile."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_STORED = Refusal(
    500,
    "Internal",
    "The change could not be stored, and nothing was kept of it.",
    "Look at the log of mockpars: most often the disk is full or the database is locked.",
)
_BUG = Refusal(
    500,
    "Internal",
    "mockpars failed while answering; this is a fault of mockpars, not of the request.",
    "Look at the log of mockpars, and report what stands there.",
)
_STOPPING = Refusal(503, "Internal", "mockpars is stopping.", "Try again later.")


async def _send_stream(connection: Connection, pieces: AsyncIterator[bytes], status: int, headers: Headers) -> None:
    try:
        await connection.stream(status, headers, pieces)
    except Exception:
        log.exception("An answer could not be sent to its end")
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
