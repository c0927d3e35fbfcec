"""The doorway: from the HTTP server's event loop into the one-at-a-time WSGI application and back.

The server (granian, over its RSGI interface) calls the doorway in its event loop. The doorway reads the whole
body under limits and a time-out, runs the application in the loop's own thread, one request at a time, and
answers. So the application needs no locks and has one thread's speed, while slow clients and deliberate
delays, which are awaited here, hold up nobody else.

The application speaks to the doorway through ``environ["mockpars.exchange"]``, an `Exchange`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, cast

from mockpars.web import bodies, connections
from mockpars.web.bodies import Limits, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Doorway", "Exchange", "Limits", "Refusal", "Refuse", "refuse_in_xml"]

log = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Refuse = Callable[[Environ, Refusal], tuple[int, Headers, bytes]]
"""Answers a request that the application had no part in: status, headers, body."""
ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


@dataclass(slots=True)
class Exchange:
    """What the application asks of the doorway for one request, beyond the answer itself.

    They take effect in the order in which they stand here.
    """

    uncommitted: bool = False
    """The answer speaks of changes that are not durable yet: hold it until ``flush`` has run."""
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


class Scope(Protocol):
    """What is used of granian's RSGI scope."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class Conversation(bodies.Source, Protocol):
    """What is used of granian's RSGI protocol object to answer."""

    def response_empty(self, status: int, headers: Headers) -> None: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Any: ...


def refuse_in_xml(environ: Environ, refusal: Refusal) -> tuple[int, Headers, bytes]:
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
    """An RSGI application around a WSGI application.

    ``flush`` makes durable what the application has changed so far; one call serves every request that is
    waiting for it. ``refuse`` answers the requests that the application never sees.
    """

    def __init__(
        self,
        app: WSGIApplication,
        limits: Limits,
        flush: Callable[[], None] | None = None,
        *,
        refuse: Refuse = refuse_in_xml,
    ) -> None:
        self._app = app
        self._limits = limits
        self._flush = flush
        self._refuse_by = refuse
        self._waiting: list[asyncio.Future[BaseException | None]] = []
        self._under_way: set[asyncio.Task[Any] | None] = set()

    def hurry(self) -> None:
        """Answer requests held by delays, streams or slow senders with 503: the server is stopping."""
        for task in self._under_way:
            if task is not None:
                task.cancel()

    async def __rsgi__(self, scope: Scope, conversation: Conversation) -> None:
        """Answer one request."""
        exchange = Exchange()
        headers = scope.headers.items()
        environ = make_environ(scope, headers, exchange)
        task = asyncio.current_task()
        self._under_way.add(task)
        try:
            body = await bodies.read(conversation, environ, self._limits)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            status, answer_headers, answer = run_wsgi(self._app, environ)
            if exchange.uncommitted and self._flush is not None:
                await self._committed()
            await self._deliver(conversation, scope, exchange, status, answer_headers, answer)
        except Refusal as refusal:
            self._refuse(conversation, environ, refusal)
        except _Gone:
            pass  # Granian tries to answer 500 by itself, to nobody.
        except asyncio.CancelledError:
            self._refuse(conversation, environ, Refusal(503, "Internal", "mockpars is stopping.", "Try again later."))
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            self._refuse(conversation, environ, _BUG)
        finally:
            self._under_way.discard(task)

    async def _deliver(
        self,
        conversation: Conversation,
        scope: Scope,
        exchange: Exchange,
        status: int,
        headers: Headers,
        body: bytes,
    ) -> None:
        if exchange.delay > 0:
            await asyncio.sleep(exchange.delay)
        if exchange.never_answer is not None:
            await asyncio.sleep(exchange.never_answer)
            exchange.reset = True
        if exchange.reset:
            connections.reset(scope.client)
            # Should the server see this call end before it sees the reset, it would answer 500 instead.
            await asyncio.sleep(_TIME_TO_WRITE)
            raise _Gone
        if exchange.stream is not None:
            await _send_stream(conversation, scope.client, exchange.stream, status, headers)
            return
        if exchange.cut_at is not None:
            if exchange.cut_connection:
                await _send_and_hang_up(conversation, scope.client, status, headers, body, exchange.cut_at)
                return
            body, headers = body[: exchange.cut_at], _without_length(headers)
        if body:
            conversation.response_bytes(status, headers, body)
        else:
            conversation.response_empty(status, headers)

    async def _committed(self) -> None:
        """Wait until ``flush`` has run once more, for all who wait in this round of the loop."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[BaseException | None] = loop.create_future()
        self._waiting.append(turn)
        if len(self._waiting) == 1:
            loop.call_soon(self._flush_for_all)
        failure = await turn
        if failure is not None:
            raise Refusal(
                500,
                "Internal",
                "The change could not be stored, and nothing was kept of it.",
                "Look at the log of mockpars: most often the disk is full or the database is locked.",
            ) from failure

    def _flush_for_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        failure: BaseException | None = None
        try:
            cast("Callable[[], None]", self._flush)()
        except Exception as error:
            log.exception("The store could not commit; %d requests are answered with 500", len(waiting))
            failure = error
        for turn in waiting:
            if not turn.done():
                turn.set_result(failure)

    def _refuse(self, conversation: Conversation, environ: Environ, refusal: Refusal) -> None:
        try:
            status, headers, body = self._refuse_by(environ, refusal)
        except Exception:
            log.exception("A refused request could not be answered as it should")
            status, headers, body = refuse_in_xml(environ, refusal)
        headers = _without_length(headers)
        if not refusal.reusable:
            # What is left of the body is not read, so the connection is of no more use.
            headers.append(("connection", "close"))
        if environ["REQUEST_METHOD"] == "HEAD":
            headers.append(("content-length", str(len(body))))
            conversation.response_empty(status, headers)
        else:
            conversation.response_bytes(status, headers, body)


_TIME_TO_WRITE = 0.1

_BUG = Refusal(
    500,
    "Internal",
    "mockpars failed while answering; this is a fault of mockpars, not of the request.",
    "Look at the log of mockpars, and report what stands there.",
)


class _Gone(Exception):
    """The connection has been reset, so there is nobody to answer."""


async def _send_and_hang_up(
    conversation: Conversation, client: str, status: int, headers: Headers, body: bytes, sent: int
) -> None:
    """Announce the whole body, send its first ``sent`` bytes, and close the connection."""
    announced = [*_without_length(headers), ("content-length", str(len(body)))]
    transport = conversation.response_stream(status, announced)
    await transport.send_bytes(body[:sent])
    # The server writes in a thread of its own and does not say when it has.
    await asyncio.sleep(_TIME_TO_WRITE)
    connections.close(client)


async def _send_stream(
    conversation: Conversation, client: str, pieces: AsyncIterator[bytes], status: int, headers: Headers
) -> None:
    transport = conversation.response_stream(status, _without_length(headers))
    try:
        while (piece := await _next(pieces, client)) is not None:
            # Raises RuntimeError (granian's ProtocolClosed) once the client has gone.
            await transport.send_bytes(piece)
    except (RuntimeError, asyncio.CancelledError):
        return
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


async def _next(pieces: AsyncIterator[bytes], client: str) -> bytes | None:
    """The next piece, None after the last. An answer that fails half way is cut off: it must not look whole."""
    try:
        return await anext(pieces, None)
    except Exception:
        log.exception("An answer could not be sent to its end")
        await asyncio.sleep(_TIME_TO_WRITE)  # for the pieces before it, as in `_send_and_hang_up`
        connections.close(client)
        raise _Gone from None


def _without_length(headers: Headers) -> Headers:
    return [header for header in headers if header[0].lower() != "content-length"]


# Names are looked up, not built, for every header of every request; bounded, as clients choose the names.
_ENVIRON_NAMES: dict[str, str] = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_MOST_NAMES = 1000

_SHARED_ENVIRON: Mapping[str, object] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


def make_environ(scope: Scope, headers: Headers, exchange: Exchange) -> Environ:
    """Build the WSGI environ of a request, but for its body.

    Headers with an underscore in their name are left out: they would pass for another header. The server
    hands the path on decoded, so ``RAW_URI`` is decoded too (an encoded slash cannot be told from a slash), and it
    leaves out headers whose value is not ASCII.
    """
    query = scope.query_string
    path = scope.path
    client, _, client_port = scope.client.rpartition(":")
    server, _, server_port = scope.server.rpartition(":")
    environ: Environ = {
        **_SHARED_ENVIRON,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": path if path.isascii() else path.encode().decode("latin-1"),
        "RAW_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1" if scope.http_version == "1.1" else "HTTP/1.0",
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": server_port,
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.url_scheme": scope.scheme,
        "mockpars.exchange": exchange,
    }
    for name, value in headers:
        key = _ENVIRON_NAMES.get(name) or _environ_name(name)
        if not key:
            continue
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"
        environ[key] = value
    return environ


def _environ_name(name: str) -> str:
    if "_" in name:
        return ""
    key = "HTTP_" + name.upper().replace("-", "_")
    if len(_ENVIRON_NAMES) < _MOST_NAMES:
        _ENVIRON_NAMES[name] = key
    return key


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def run_wsgi(app: WSGIApplication, environ: Environ) -> tuple[int, Headers, bytes]:
    """Run a WSGI application to its end; return status, headers and the whole body.

    Raises ValueError if a header could be mistaken for two, and whatever the application raises.
    """
    status = ""
    headers: Headers = []
    written: list[bytes] = []

    def start_response(line: str, fields: Headers, exc_info: ExcInfo | None = None) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = line, fields
        return written.append

    pieces: Iterable[bytes] = app(environ, cast("Any", start_response))
    try:
        written.extend(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    for name, value in headers:
        if _UNPRINTABLE.search(value) or _UNPRINTABLE.search(name):
            raise ValueError(f"the answer's header {name!r} has a control character in it: {value!r}")
    return int(status[:3]), headers, written[0] if len(written) == 1 else b"".join(written)
