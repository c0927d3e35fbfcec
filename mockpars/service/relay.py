"""Handing notices to a mail server that the team names, in a thread of its own: no request ever waits for it.

What cannot be handed over is told in the log and on the Mail page, where every notice stays whatever becomes of it.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final

from mockpars.immutable import immutable
from mockpars.settings import MailServer

if TYPE_CHECKING:
    from smtplib import SMTP

log = logging.getLogger("mockpars")

MOST_WAITING: Final = 1_000
"""Messages kept for a server that is slow or away; what comes on top is left out, and counted."""
PATIENCE: Final = (1.0, 5.0, 25.0)
"""Seconds to wait before each further attempt with a message."""
TIMEOUT: Final = 10.0
"""Seconds after which a server that says nothing is given up, for one attempt."""
PARTING: Final = 2.0


@immutable
class RelayStatus:
    """How it goes: messages handed over, waiting, given up; what went wrong last, and when by the wall clock."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    last_error: str = ""
    last_error_at: datetime | None = None
    last_sent_at: datetime | None = None

    @property
    def in_trouble(self) -> bool:
        """Whether the last thing that happened was an error."""
        if self.last_error_at is None:
            return False
        return self.last_sent_at is None or self.last_sent_at <= self.last_error_at


class Relay:
    """A bounded queue and the thread that empties it, started with the first message."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        recipient: str,
        wall: Callable[[], datetime],
        *,
        most_waiting: int = MOST_WAITING,
        patience: tuple[float, ...] = PATIENCE,
    ) -> None:
        self.server = server
        self.sender = sender
        self.recipient = recipient
        self._wall = wall
        self._patience = patience
        self._waiting: queue.Queue[EmailMessage | None] = queue.Queue(most_waiting)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._status = RelayStatus()
        self._told = ""

    @property
    def status(self) -> RelayStatus:
        """How it goes at this moment."""
        with self._lock:
            return self._status

    def hand_over(self, message: EmailMessage) -> None:
        """Takes a message and returns at once; when too many wait already it is given up."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="mockpars-relay", daemon=True)
            self._thread.start()
        self._count(waiting=1)
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self._gave_up(f"{self._waiting.maxsize} messages wait already; one was left out")

    def close(self, grace: float = PARTING) -> None:
        """Lets the thread finish for up to so many seconds."""
        if self._thread is None:
            return
        self._stopping.set()
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            log.debug("relay: the thread sees that it must stop")
        self._thread.join(grace)
        left = self.status.waiting
        if left:
            log.warning("relay: %d messages were not handed to %s; they are on the Mail page.", left, self.server)

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            error = self._try_and_try_again(message)
            if error:
                self._gave_up(error)
            else:
                self._told = ""
                self._count(waiting=-1, sent=1, last_sent_at=self._wall())

    def _try_and_try_again(self, message: EmailMessage) -> str:
        """Hands over one message; answers what was wrong in the end, or nothing."""
        for pause in (*self._patience, None):
            try:
                self._send(message)
            except OSError as error:  # smtplib's own errors are OSErrors too
                text, lasting = explain(error, self.server)
                if lasting or pause is None or self._stopping.is_set():
                    return text
                self._count(last_error=f"{text}; it is tried again", last_error_at=self._wall())
                self._stopping.wait(pause)
            except ValueError as error:  # what smtplib makes of a server that speaks nonsense
                return f"{self.server} cannot be understood: {error}"
            else:
                return ""
        return ""

    def _send(self, message: EmailMessage) -> None:
        with self._connected() as connection:
            connection.send_message(message, self.sender, [self.recipient])

    def _connected(self) -> SMTP:
        import smtplib  # here, so that a server without this setting never loads it
        import ssl

        server = self.server
        if server.tls:
            context = ssl.create_default_context()
            connection: SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            if server.user:
                connection.ehlo()
                if not server.tls and connection.has_extn("starttls"):
                    connection.starttls(context=ssl.create_default_context())
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _gave_up(self, error: str) -> None:
        if error != self._told:  # once, however many messages meet the same error
            self._told = error
            log.warning("relay: %s. The notice is on the Mail page all the same.", error)
        self._count(waiting=-1, failed=1, last_error=error, last_error_at=self._wall())

    def _count(
        self,
        *,
        sent: int = 0,
        waiting: int = 0,
        failed: int = 0,
        last_error: str | None = None,
        last_error_at: datetime | None = None,
        last_sent_at: datetime | None = None,
    ) -> None:
        with self._lock:
            now = self._status
            self._status = replace(
                now,
                sent=now.sent + sent,
                waiting=now.waiting + waiting,
                failed=now.failed + failed,
                last_error=now.last_error if last_error is None else last_error,
                last_error_at=last_error_at or now.last_error_at,
                last_sent_at=last_sent_at or now.last_sent_at,
            )


def explain(error: OSError, server: MailServer) -> tuple[str, bool]:
    """What went wrong, for people and without secrets; and whether trying again is of no use."""
    import smtplib
    import ssl

    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{server} refuses the user or the password ({error.smtp_code})", True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{server} does not take mail for {next(iter(error.recipients))}: {code} {_plain(said)}", code >= 500
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{server} answered {error.smtp_code} {_plain(error.smtp_error)}", error.smtp_code >= 500
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{server} takes no password: leave user and password out of --smtp", True
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{server} shows a certificate that is not trusted: {error.verify_message}", True
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {server}", False
    if isinstance(error, socket.gaierror):
        return f"there is no host {server.host} to relay to", False
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return f"{server} did not answer within {TIMEOUT:g} seconds", False
    return f"{server} cannot be reached: {error.strerror or error}", False


def _plain(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:200]
