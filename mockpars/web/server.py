"""The HTTP server: granian in this process and thread, with the doorway in its event loop.

On the way to the first answer, so nothing slow is imported here or by what it imports. Measured choices: RSGI
is half again as fast as ASGI under granian, uvloop as asyncio; a second runtime thread only adds switching.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian._granian import SocketHolder  # What granian.net hands on, but with types.
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.server.embed import Server

from mockpars.errors import SettingsError
from mockpars.web.bodies import Limits
from mockpars.web.doorway import Doorway, Refuse, refuse_in_xml

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BACKLOG = 2048
# Granian takes this many connections at a time and leaves the rest waiting; open files run out first.
MOST_CONNECTIONS = 65_536
# Less than the ten seconds after which container engines kill.
GRACE = 5.0
PARTING = 1.0


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Serve HTTPS too (TLS 1.2 and newer), on a port of its own (0: a free one), which ``ready`` is told."""

    certificate: Path
    key: Path
    port: int = 0
    ready: Callable[[int], None] | None = None


def run(
    app: WSGIApplication,
    host: str,
    port: int,
    limits: Limits,
    flush: Callable[[], None] | None = None,
    ready: Callable[[int], None] | None = None,
    tls: TlsFiles | None = None,
    *,
    refuse: Refuse = refuse_in_xml,
    grace: float = GRACE,
) -> None:
    """Serve ``app`` until SIGTERM or SIGINT, then finish the requests under way for up to ``grace`` seconds.

    Port 0 takes a free one; ``ready`` is called with the port once connections are taken. For the other
    arguments see `Doorway`. Raises SettingsError when the address cannot be had.
    """
    doorway = Doorway(app, limits, flush, refuse=refuse)
    listeners = [listen(host, port)]
    if tls is not None:
        listeners.append(listen(host, tls.port))
    ports = [listener.getsockname()[1] for listener in listeners]
    servers = [_Server(doorway, listener, files) for listener, files in zip(listeners, (None, tls), strict=False)]

    def announce() -> None:
        if ready is not None:
            ready(ports[0])
        if tls is not None and tls.ready is not None:
            tls.ready(ports[1])

    # What is imported by now stays: the garbage collector need not go through it ever again.
    gc.freeze()
    _run_loop(_serve(doorway, servers, announce, grace))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise SettingsError, with advice, when the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise SettingsError(f"There is no address {host!r} to listen on: {error}.", "Check --host.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        # Bound here, not by granian, which lets two servers share a port without a word and cannot name a
        # free one.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _unavailable(host, port, error) from error
    return listener


def _unavailable(host: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} on {host} is in use by another program, perhaps another mockpars."
        return SettingsError(reason, "Stop that program, or choose another port; --port 0 takes a free one.")
    if error.errno == errno.EACCES:
        return SettingsError(f"Port {port} is reserved for the administrator.", "Choose one above 1023.")
    if error.errno == errno.EADDRNOTAVAIL:
        reason = f"This machine has no address {host}."
        return SettingsError(reason, "Use 127.0.0.1 for this machine only, or 0.0.0.0 for every interface.")
    return SettingsError(f"Port {port} on {host} cannot be listened on: {error}.", "Choose another.")


class _Server(Server):
    """Granian's embedded server on a socket that is listening already."""

    def __init__(self, doorway: Doorway, listener: socket.socket, tls: TlsFiles | None) -> None:
        super().__init__(
            doorway,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=MOST_CONNECTIONS,
            log_enabled=False,
            ssl_cert=tls.certificate if tls else None,
            ssl_key=tls.key if tls else None,
            ssl_protocol_min=SSLProtocols.tls12,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # Granian takes over the descriptor and closes it; on Linux it wants the backlog too.
        backlog = (BACKLOG,) if sys.platform == "linux" else ()
        holder: Any = SocketHolder
        self._shd = holder(self._listener.detach(), False, *backlog)  # Its stub lacks the constructor.


def _run_loop(serving: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # Not to be had on every platform.
        asyncio.run(serving)
    else:
        uvloop.run(serving)


async def _serve(doorway: Doorway, servers: list[_Server], announce: Callable[[], None], grace: float) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Set by hand, as the kernel shields process 1 of a container from signals it has no handler for.
        loop.add_signal_handler(number, stopping.set)
    # Granian warns that embedding is experimental, whether or not its log is on.
    logging.getLogger("_granian").setLevel(logging.ERROR)
    serving = [loop.create_task(server.serve()) for server in servers]
    await asyncio.sleep(0)
    announce()
    stopped = loop.create_task(stopping.wait())
    await asyncio.wait([stopped, *serving], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]  # Granian does not annotate it.
    _, unfinished = await asyncio.wait(serving, timeout=grace)
    if unfinished:
        doorway.hurry()
        await asyncio.wait(unfinished, timeout=PARTING)
