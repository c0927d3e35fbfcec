"""A small real SMTP server for tests: it takes mail, refuses it, asks for a password, or says nothing at all."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

PATIENCE = 20.0


@dataclass
class Inbox:
    """What has arrived, and how the server is to behave."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, str]] = field(default_factory=list)
    refusal: str = ""
    """What RCPT is answered instead of 250, such as "550 no such mailbox"."""
    silent: bool = False
    password: str = ""
    tls: ssl.SSLContext | None = None
    """With what STARTTLS is offered, or with `tls_at_once` each connection begins."""
    tls_at_once: bool = False
    secured: int = 0
    """How many connections went over to TLS."""
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[EmailMessage]:
        """The messages, as soon as there are so many."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.messages) >= count, seconds), f"{len(self.messages)} arrived"
            return list(self.messages)

    def stays_at(self, count: int, seconds: float = 1.5) -> bool:
        """Whether no more than so many arrive for a while."""
        time.sleep(seconds)
        return len(self.messages) == count


@contextmanager
def smtp_server(**behaviour: object) -> Iterator[Inbox]:
    """A server on a free port of this machine, gone at the end."""
    inbox = Inbox(**behaviour)  # type: ignore[arg-type]  # the fields of Inbox, by name
    over = threading.Event()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """One connection."""
            if inbox.silent:
                over.wait(PATIENCE)
                return
            self.say("220 inbox")
            sender = recipient = ""
            allowed = not inbox.password
            while line := self.rfile.readline().decode().strip():
                word, _, rest = line.partition(" ")
                if word.upper() == "STARTTLS" and inbox.tls:
                    self.say("220 go on")
                    self.rfile.close()
                    self.request = self.connection = inbox.tls.wrap_socket(self.connection, server_side=True)
                    self.setup()
                    inbox.secured += 1
                elif word.upper() == "EHLO":
                    offered = inbox.tls and not isinstance(self.connection, ssl.SSLSocket)
                    self.say(
                        "250-inbox",
                        *(["250-STARTTLS"] if offered else []),
                        *(["250-AUTH PLAIN"] if inbox.password else []),
                        "250 HELP",
                    )
                elif word.upper() == "AUTH":
                    allowed = base64.b64decode(rest.split()[-1]).endswith(b"\0" + inbox.password.encode())
                    self.say("235 welcome" if allowed else "535 wrong password")
                elif word.upper() == "MAIL":
                    sender = rest.partition("<")[2].partition(">")[0]
                    self.say("250 ok" if allowed else "530 who are you")
                elif word.upper() == "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                    self.say(inbox.refusal or "250 ok")
                elif word.upper() == "DATA":
                    self.take(sender, recipient)
                elif word.upper() == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def finish(self) -> None:
            """The connection may be another than the server knows of, over TLS."""
            super().finish()
            self.connection.close()

        def say(self, *lines: str) -> None:
            """An answer."""
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        def take(self, sender: str, recipient: str) -> None:
            """A message, to its lonely dot."""
            self.say("354 go on")
            data = b""
            while (line := self.rfile.readline()) != b".\r\n":
                data += line.removeprefix(b".") if line.startswith(b"..") else line
            with inbox.arrived:
                inbox.envelopes.append((sender, recipient))
                inbox.messages.append(message_from_bytes(data.replace(b"\r\n", b"\n"), policy=policy.default))
                inbox.arrived.notify_all()
            self.say("250 taken")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, object]:
            """A connection, over TLS if that is how it begins."""
            connection, address = super().get_request()
            if inbox.tls and inbox.tls_at_once:
                connection = inbox.tls.wrap_socket(connection, server_side=True)
                inbox.secured += 1
            return connection, address

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust this server hangs up; that is what the test is about."""

    with Server(("127.0.0.1", inbox.port), Talk) as server:
        inbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield inbox
        over.set()
        server.shutdown()
        thread.join()
