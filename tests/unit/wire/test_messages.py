"""A message read in another process is the message, down to the places of its fields."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from mockpars.errors import BadCredentials, Malformed, SchemaInvalid
from mockpars.wire import learners, reader
from mockpars.wire.envelope import Credentials
from mockpars.wire.messages import Message, packed, read_message, unpacked
from mockpars.wire.schemas import Schemas
from tests import support
from tests.unit.wire.test_parse import MESSAGES

SCHEMAS = Schemas()
BODIES = {
    "sample": MESSAGES["SaveLearnerActivity"],
    "several records": support.learners(
        *(
            support.record(who, credits=[support.credit(*support.AMA), support.moc("ABIM", "I-1")], action="Delete")
            for who in list(support.PEOPLE.values())[:40]
        )
    ),
    "no credits": support.learners(support.record(credits=None, activity=None)),
    "time and names of its own": support.learners(
        support.record(completed="2026-05-06T23:00:00-05:00", provider_activity="Ä-1", provider="0008273")
    ),
}


def _read(operation: str, body: bytes) -> Message:
    return read_message(SCHEMAS, operation, body, "utf-8", lambda credentials: None)


def _plain(value: Any) -> Any:
    """Without the functions that find places, which differ."""
    if isinstance(value, list | tuple):
        return [type(value), *map(_plain, value)]
    names = [name for name in getattr(value, "__slots__", ()) if name != "locate"]
    return (type(value), {name: _plain(getattr(value, name)) for name in names}) if names else value


@pytest.mark.parametrize("name", BODIES)
def test_nothing_is_lost_on_the_way(name: str) -> None:
    """Every value of every class, dates, tuples and None."""
    body = BODIES[name].encode()
    read = _read("SaveLearnerActivity", body)
    assert _plain(unpacked(packed(read), body, "utf-8")) == _plain(read)


@pytest.mark.parametrize("name", BODIES)
def test_places_are_found_all_the_same(name: str) -> None:
    """By reading the message again, which only what is rejected costs."""
    body = re.sub(r"<(?=\w)", "\n<", BODIES[name]).strip().encode()
    here = _read("SaveLearnerActivity", body).question
    there = unpacked(packed(_read("SaveLearnerActivity", body)), body, "").question
    names = [*learners.WIRE_NAMES, "credit/1/amount", "credit/2/credit_type"]
    places = [sent.locate(field) for sent in here for field in names]
    assert [sent.locate(field) for sent in there for field in names] == places
    assert len({place.line for place in places}) > 1


def test_those_that_are_sent_in_one_message_are_told_apart() -> None:
    """The second record's field is in the second record."""
    body = support.learners(support.record(), support.record()).encode()
    _, second = unpacked(packed(_read("SaveLearnerActivity", body)), body, "").question
    assert "ar:LearnerRecord[2]/" in second.locate("completed_on").path


def test_credentials_are_judged_before_the_schema() -> None:
    """As the stages say; malformed XML comes before both."""
    seen: list[Credentials] = []

    def refuse(credentials: Credentials) -> None:
        seen.append(credentials)
        raise BadCredentials("no", "no", [])

    wrong = support.learners().replace("CompletedDateTime", "Completed").encode()
    with pytest.raises(BadCredentials):
        read_message(SCHEMAS, "SaveLearnerActivity", wrong, None, refuse)
    assert seen == [Credentials(support.USER, support.PASSWORD)]
    with pytest.raises(SchemaInvalid):
        _read("SaveLearnerActivity", wrong)
    with pytest.raises(Malformed):
        read_message(SCHEMAS, "SaveLearnerActivity", wrong[:-3], None, refuse)


def test_what_is_kept_of_it_has_no_secrets() -> None:
    """And a message with CDATA is left to the thorough way."""
    read = _read("SaveLearnerActivity", MESSAGES["SaveLearnerActivity"].encode())
    assert read.redacted is not None
    assert support.PASSWORD not in read.redacted
    assert "1975-03-22" not in read.redacted
    hidden = MESSAGES["SaveLearnerActivity"].replace(support.PASSWORD, f"<![CDATA[{support.PASSWORD}]]>")
    assert _read("SaveLearnerActivity", hidden.encode()).redacted is None


@pytest.fixture
def channel() -> Iterator[socket.socket]:
    """The server's end of a reader, which runs in a thread here."""
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    thread = threading.Thread(target=reader.serve, args=(theirs,))
    thread.start()
    yield ours
    ours.close()
    thread.join(20)
    theirs.close()
    assert not thread.is_alive(), "it ends when the server's end is closed"


def _frames(channel: socket.socket, count: int) -> list[bytes]:
    frames, found = reader.Frames(), list[bytes]()
    while len(found) < count:
        found += frames.add(channel.recv(7))
    return found


def test_the_reader_answers_in_order_and_goes_on_after_bad_ones(channel: socket.socket) -> None:
    """What is not as it should be is for the server to explain."""
    good = MESSAGES["SaveLearnerActivity"].encode()
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + good
    sent = [good, b"<a>", b"", entity, good.replace(b"ar:Credits", b"ar:Credit"), b"\xff\xfe\x00", good]
    for body in sent:
        channel.sendall(reader.asked("utf-8", body))
    ready, *answers = _frames(channel, 1 + len(sent))
    assert ready == reader.READY
    assert [bool(answer) for answer in answers] == [True, False, False, False, False, False, True]
    assert answers[0] == answers[-1] == packed(_read("SaveLearnerActivity", good))


def test_a_bug_of_ours_ends_nothing(channel: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server meets it again, and answers 500."""
    monkeypatch.setattr("mockpars.wire.messages.parse_xml", lambda *_: 1 / 0)
    for _ in range(2):
        channel.sendall(reader.asked("", b"<a/>"))
    assert _frames(channel, 3) == [reader.READY, reader.UNREAD, reader.UNREAD]


def test_frames_may_come_in_any_pieces() -> None:
    """Byte by byte, or many at once."""
    stream = b"".join(reader.framed(data) for data in (b"", b"a", b"b" * 1000, b""))
    for size in (1, 3, 500, 5000):
        frames = reader.Frames()
        found = [whole for at in range(0, len(stream), size) for whole in frames.add(stream[at : at + size])]
        assert found == [b"", b"a", b"b" * 1000, b""]
