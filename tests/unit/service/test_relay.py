"""Handing messages to a mail server: none is lost that can be delivered, none holds anybody up, errors read well."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from mockpars.service.relay import TIMEOUT, Relay, RelayStatus
from mockpars.settings import MailServer
from tests.smtp_inbox import PATIENCE, smtp_server

Make = Callable[..., Relay]


def wall() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def letter(subject: str = "A letter", text: str = "Dear José Núñez") -> EmailMessage:
    """A message."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "pars@mockpars.example", "qa@example.org", subject
    message.set_content(text, cte="quoted-printable")
    return message


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes relays, and stops them."""
    made: list[Relay] = []

    def relay(port: int, user: str = "", password: str = "", tls: bool = False, **settings: object) -> Relay:
        server = MailServer("localhost" if tls else "127.0.0.1", port, tls, user, password)
        chosen = {"patience": (0.02, 0.02)} | settings
        made.append(Relay(server, "pars@mockpars.example", "qa@example.org", wall, **chosen))  # type: ignore[arg-type]  # settings of a test, by name
        return made[-1]

    yield relay
    for entry in made:
        entry.close(0.2)


def settled(relay: Relay) -> RelayStatus:
    """How it went, once nothing waits any more."""
    deadline = time.monotonic() + PATIENCE
    while relay.status.waiting and time.monotonic() < deadline:
        time.sleep(0.01)
    assert relay.status.waiting == 0
    return relay.status


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_messages_arrive_whole_and_in_order(make: Make) -> None:
    with smtp_server() as inbox:
        relay = make(inbox.port)
        for subject in ("one", "two", "three"):
            relay.hand_over(letter(subject, "Dear José Núñez\n.\n.. and so on\n"))
        found = inbox.wait_for(3)
        assert [message["Subject"] for message in found] == ["one", "two", "three"]
        assert found[0].get_content() == "Dear José Núñez\n.\n.. and so on\n"
        assert inbox.envelopes[0] == ("pars@mockpars.example", "qa@example.org")
        status = settled(relay)
        assert (status.sent, status.failed, status.in_trouble, status.last_error) == (3, 0, False, "")


def test_a_server_that_is_away_is_tried_again_and_then_told_about(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    relay = make(port)
    relay.hand_over(letter())
    status = settled(relay)
    assert (status.sent, status.failed, status.in_trouble) == (0, 1, True)
    assert status.last_error == f"nobody listens at smtp://127.0.0.1:{port}"
    assert "The notice is on the Mail page all the same." in caplog.text


def test_what_waits_is_delivered_when_the_server_comes_back(make: Make) -> None:
    port = free_port()
    relay = make(port, patience=(0.05,) * 200)
    relay.hand_over(letter())
    time.sleep(0.15)
    assert relay.status.waiting == 1
    assert "it is tried again" in relay.status.last_error
    with smtp_server(port=port) as inbox:
        inbox.wait_for(1)
        assert not settled(relay).in_trouble


def test_a_silent_server_holds_nobody_up_and_the_queue_has_an_end(make: Make) -> None:
    with smtp_server(silent=True) as inbox:
        relay = make(inbox.port, most_waiting=5)
        started = time.monotonic()
        for _ in range(50):
            relay.hand_over(letter())
        assert time.monotonic() - started < TIMEOUT / 2
        status = relay.status
        assert status.waiting <= 6
        assert status.failed >= 44
        assert status.last_error == "5 messages wait already; one was left out"
        started = time.monotonic()
        relay.close(0.2)
        assert time.monotonic() - started < TIMEOUT / 2


def test_a_refusal_for_good_is_not_repeated(make: Make) -> None:
    with smtp_server(refusal="550 no such mailbox") as inbox:
        relay = make(inbox.port, patience=(60.0,))
        relay.hand_over(letter())
        status = settled(relay)
    assert status.failed == 1
    assert "does not take mail for qa@example.org: 550 no such mailbox" in status.last_error


def test_a_password_is_given_and_never_told(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with smtp_server(password="hunter2") as inbox:
        right = make(inbox.port, "qa", "hunter2")
        right.hand_over(letter())
        inbox.wait_for(1)
        wrong = make(inbox.port, "qa", "letmein", patience=(60.0,))
        wrong.hand_over(letter())
        status = settled(wrong)
    assert status.last_error == f"smtp://qa@127.0.0.1:{inbox.port} refuses the user or the password (535)"
    assert "letmein" not in caplog.text + repr(wrong.server) + str(wrong.server)


def test_a_server_without_passwords_says_so(make: Make) -> None:
    with smtp_server() as inbox:
        relay = make(inbox.port, "qa", "hunter2", patience=(60.0,))
        relay.hand_over(letter())
        assert "takes no password" in settled(relay).last_error


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine, of an authority that the relay trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def test_smtps_is_tls_from_the_start(make: Make, authority: ssl.SSLContext) -> None:
    with smtp_server(tls=authority, tls_at_once=True) as inbox:
        make(inbox.port, tls=True).hand_over(letter())
        inbox.wait_for(1)
        assert inbox.secured == 1


def test_a_password_goes_over_tls_where_it_is_offered(make: Make, authority: ssl.SSLContext) -> None:
    with smtp_server(tls=authority, password="hunter2") as inbox:
        make(inbox.port, "qa", "hunter2").hand_over(letter())
        inbox.wait_for(1)
        assert inbox.secured == 1


def test_a_certificate_that_nobody_trusts_is_named(
    make: Make, authority: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with smtp_server(tls=authority, tls_at_once=True) as inbox:
        relay = make(inbox.port, tls=True, patience=(60.0,))
        relay.hand_over(letter())
        status = settled(relay)
    assert f"smtps://localhost:{inbox.port} shows a certificate that is not trusted" in status.last_error
