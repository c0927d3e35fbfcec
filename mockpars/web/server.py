"""The HTTP server: connections in one event loop and one thread.

On the way to the first answer, so nothing slow is imported here or by what it imports. One thread is a measured
choice: a server with threads of its own spends more on waking them than all of HTTP costs (docs/benchmarks.md).
"""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockpars.errors import SettingsError
from mockpars.web.ahead import Ahead, ToRead
from mockpars.web.bodies import Limits
from mockpars.web.doorway import Application, Doorway, Refuse, refuse_in_xml

if TYPE_CHECKING:
    import ssl

BACKLOG = 2048
# Less than the ten seconds after which container engines kill.
GRACE = 5.0
PARTING = 1.0
_GLANCE = 0.02


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Serve HTTPS too (TLS 1.2 and newer), on a port of its own (0: a free one), which ``ready`` is told."""

    certificate: Path
    key: Path
    port: int = 0
    ready: Callable[[int], None] | None = None


def run(
    application: Application,
    host: str,
    port: int,
    limits: Limits,
    ready: Callable[[int], None] | None = None,
    tls: TlsFiles | None = None,
    *,
    refuse: Refuse = refuse_in_xml,
    to_read: ToRead | None = None,
    grace: float = GRACE,
) -> None:
    """Serve an application until SIGTERM or SIGINT, then finish the requests under way for up to ``grace`` seconds.

    Port 0 takes a free one; ``ready`` is called with the port once connections are taken. With ``to_read`` a second
    process may read messages ahead, see `Ahead`; for the other arguments see `Doorway`. Raises SettingsError when the
    address cannot be had.
    """
    doorway = Doorway(application, limits, refuse=refuse, ahead=None if to_read is None else Ahead(to_read))
    listeners: list[tuple[socket.socket, ssl.SSLContext | None]] = [(listen(host, port), None)]
    if tls is not None:
        listeners.append((listen(host, tls.port), _context(tls)))
    ports = [listener.getsockname()[1] for listener, _ in listeners]

    def announce() -> None:
        if ready is not None:
            ready(ports[0])
        if tls is not None and tls.ready is not None:
            tls.ready(ports[1])

    # What is imported by now stays: the garbage collector need not go through it ever again.
    gc.freeze()
    _run_loop(_serve(doorway, listeners, announce, grace))


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
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _unavailable(host, port, error) from error
    return listener


def _context(files: TlsFiles) -> ssl.SSLContext:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(files.certificate, files.key)
    return context


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


def _run_loop(serving: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop
    except ImportError:  # Not to be had on every platform.
        asyncio.run(serving)
    else:
        uvloop.run(serving)


async def _serve(
    doorway: Doorway,
    listeners: list[tuple[socket.socket, ssl.SSLContext | None]],
    announce: Callable[[], None],
    grace: float,
) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Set by hand, as the kernel shields process 1 of a container from signals it has no handler for.
        loop.add_signal_handler(number, stopping.set)
    servers = [
        await loop.create_server(doorway.connect, sock=listener, backlog=BACKLOG, **_secured(context))
        for listener, context in listeners
    ]
    announce()
    await stopping.wait()
    for server in servers:
        server.close()
    doorway.stop()
    if not await _all_gone(doorway, grace):
        doorway.hurry()
        await _all_gone(doorway, PARTING)
    if doorway.ahead is not None:
        doorway.ahead.close()
        await asyncio.sleep(0)  # in which the event loop closes what it was told to


def _secured(context: ssl.SSLContext | None) -> dict[str, Any]:
    # A pooled client does not read, so it does not say goodbye either; that is not waited for.
    return {} if context is None else {"ssl": context, "ssl_shutdown_timeout": PARTING}


async def _all_gone(doorway: Doorway, seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while doorway.connections and loop.time() < until:
        await asyncio.sleep(_GLANCE)
    return not doorway.connections
