"""Reading ahead: while the server judges one message, a process beside it reads the next ones.

Reading takes a good third of a submission, and Python runs in one core. The process is started when messages keep
arriving while others are under way, and ends when they no longer do. Without it, and for everything it has no answer
to, the server reads by itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, cast

from mockpars.web.heads import Environ
from mockpars.wire.messages import unpacked
from mockpars.wire.reader import Frames, asked

log = logging.getLogger(__name__)

READ_AHEAD = "mockpars.message"
"""Where in an environ its message is, if it has been read already."""
ToRead = Callable[[Environ], "str | None"]
"""The charset that a request with completions names, empty when it names none; None for any other request."""
CROWD = 64
"""So many more messages must have found others under way than have not."""
MOST_BYTES = 64 * 1024
"""Of a message. Longer ones would hold up those behind them, which the server itself could read meanwhile."""
AT_ONCE = 6
"""So many messages the process has at a time, so that it need not wait for the next one."""
PATIENCE = 2.0
"""Seconds, or up to twice as many, in which something must come back from a process that has messages."""
REST = 30
"""After so many times without a message the process is let go."""


class _Waiting(NamedTuple):
    environ: Environ
    charset: str
    body: bytes
    then: Callable[[], None]


class Ahead(asyncio.Protocol):
    """The server's end of the reading process."""

    def __init__(self, to_read: ToRead) -> None:
        self._to_read = to_read
        self._crowd = 0
        self._may_start = _cores() > 1 and hasattr(os, "posix_spawn")
        self._channel: asyncio.Transport | None = None
        self._is_ready = False
        self._process = 0
        self._lets_go = self._had_something = False
        self._read = self._seen_read = self._rested = 0
        self._frames = Frames()
        self._unread: deque[_Waiting] = deque()
        self._being_read: deque[_Waiting] = deque()
        self._is_pumping = False
        self._was_fed = False

    @property
    def is_busy(self) -> bool:
        """Whether there are messages that it or the server has yet to read."""
        return bool(self._being_read or self._unread)

    def offer(self, environ: Environ, body: bytes, then: Callable[[], None], *, alone: bool) -> bool:
        """Takes a request, and calls `then` once its message is in the environ or cannot be; or leaves it, if false.

        A request that is `alone`, with no other under way, is read sooner where it is.
        """
        if alone and not self.is_busy:
            self._crowd -= self._crowd > 0
            return False
        if not self._is_ready:
            self._crowd += 1
            if self._crowd >= CROWD and self._may_start:
                self._start()
            return False
        if len(body) > MOST_BYTES:
            return False
        charset = self._to_read(environ)
        if charset is None:
            return False
        self._unread.append(_Waiting(environ, charset, body, then))
        self._hand_over()
        self._pump()
        return True

    def _hand_over(self) -> None:
        channel = cast("asyncio.Transport", self._channel)
        while self._unread and len(self._being_read) < AT_ONCE:
            one = self._unread.popleft()
            self._being_read.append(one)
            channel.write(asked(one.charset, one.body))

    def _pump(self) -> None:
        if self._unread and not self._is_pumping:
            self._is_pumping = True
            asyncio.get_running_loop().call_soon(self._read_one)

    def _read_one(self) -> None:
        """The server has nothing to judge, as in this turn of the loop nothing came back: it reads a message itself."""
        self._is_pumping = False
        if self._unread and not self._was_fed:
            self._unread.popleft().then()
        self._was_fed = False
        self._pump()

    def close(self) -> None:
        """Lets the process end; what it still has, the server reads."""
        self._lets_go, self._may_start = True, False
        if self._channel is not None:
            self._end(self._channel)

    def _start(self) -> None:
        self._may_start = False
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = os.posix_spawn(
                    sys.executable,
                    [sys.executable, "-m", "mockpars.wire.reader"],
                    os.environ,
                    file_actions=[
                        (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
                        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    ],
                )
            except OSError as error:
                ours.close()
                log.warning("No process could be started to read messages, so they are read more slowly: %s", error)
                return
        loop = asyncio.get_running_loop()
        self._starting = loop.create_task(loop.create_connection(lambda: self, sock=ours))

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process has been started; it will say when it can read."""
        self._channel = cast("asyncio.Transport", transport)
        self._lets_go, self._had_something, self._rested = False, False, 0
        asyncio.get_running_loop().call_later(PATIENCE, self._look_after)

    def data_received(self, data: bytes) -> None:
        """Messages have been read."""
        for frame in self._frames.add(data):
            if not self._is_ready:  # the first frame says no more than this
                self._is_ready = True
                continue
            environ, charset, body, then = self._being_read.popleft()
            self._was_fed = True
            self._read += 1
            self._hand_over()
            if frame:
                environ[READ_AHEAD] = unpacked(frame, body, charset)
            then()

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended, or was let go."""
        self._channel, self._is_ready = None, False
        if not self._lets_go:
            log.warning("The process that read messages has ended; they are read more slowly from now on.")
        self._frames, self._crowd = Frames(), 0
        waiting = [*self._being_read, *self._unread]
        self._being_read.clear()
        self._unread.clear()
        for one in waiting:
            one.then()
        # It is gone in a moment, and no zombie after that.
        threading.Thread(target=_bury, args=(self._process,), daemon=True).start()

    def _look_after(self) -> None:
        """Now and then: lets go of a process that has nothing to do, and ends one that does nothing."""
        if self._channel is None:
            return
        did_nothing, had_something = self._read == self._seen_read, self._had_something
        self._seen_read, self._had_something = self._read, bool(self._being_read)
        self._rested = self._rested + 1 if did_nothing and not self._being_read else 0
        if self._rested == REST:
            self.close()
            self._may_start = True
            return
        if did_nothing and had_something:
            self._end(self._channel)
            return
        asyncio.get_running_loop().call_later(PATIENCE, self._look_after)

    def _end(self, channel: asyncio.Transport) -> None:
        """It keeps nothing that could be lost, so it need not be asked. `connection_lost` does the rest."""
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        channel.abort()


def _bury(process: int) -> None:
    with suppress(ChildProcessError):  # whoever started the server may have told the system to do it
        os.waitpid(process, 0)


def _cores() -> int:
    """How many this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
