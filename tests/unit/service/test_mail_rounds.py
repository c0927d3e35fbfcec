"""Which notices go to the relay: those that fall due from the first round on, each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from mockpars.service import decisions, mail_rounds, sandboxes
from mockpars.service.decisions import Verdict
from mockpars.service.mail_rounds import MailRounds
from mockpars.service.relay import Relay
from mockpars.settings import MailServer
from tests.support import PEOPLE, Served, learners, record

STELLA = "stella-statesno"
"""Her records are refused by one of her states."""


class Kept(Relay):
    """A relay that keeps what it is given."""

    def __init__(self) -> None:
        server = MailServer("nowhere.example", 25, False, "", "")
        super().__init__(server, "pars@mockpars.example", "qa@example.org", lambda: datetime.now(UTC))
        self.given: list[EmailMessage] = []

    def hand_over(self, message: EmailMessage) -> None:
        """Keeps it."""
        self.given.append(message)


def rounds(served: Served) -> tuple[MailRounds, Kept]:
    """Those of a server that has just started."""
    world, kept = served.world, Kept()
    return MailRounds(world.store, world.roster, kept, world.wall), kept


def all_of(made: MailRounds) -> None:
    """Rounds until there is nothing more to look at."""
    while made.go():
        pass


def submit(served: Served, who: str = STELLA, **changes: str) -> int:
    """Submits, and answers the record's number."""
    answer = served.post("SaveLearnerActivity", learners(record(PEOPLE[who], **changes)))
    assert answer.one("Result") == "Accepted", answer.body
    return int(answer.one("CreditId").rpartition(":")[2])


def test_a_notice_goes_out_when_its_instant_is_passed_and_once(ready: Served) -> None:
    made, kept = rounds(ready)
    all_of(made)
    number = submit(ready)
    all_of(made)
    ready.advance("overnight")
    all_of(made)
    assert kept.given == [], "the board has not decided yet"
    ready.advance("P1D")
    for _ in range(3):
        all_of(made)
    (message,) = kept.given
    assert (message["From"], message["To"]) == ("pars@mockpars.example", "qa@example.org")
    assert f"ccid:mockpars:{number}" in str(message["Subject"])
    assert message["X-Mockpars-Sandbox"] == "default"


def test_what_was_refused_before_relaying_began_stays_on_the_page(ready: Served) -> None:
    submit(ready)
    ready.advance("P3D")
    made, kept = rounds(ready)
    all_of(made)
    assert kept.given == []


def test_a_record_that_was_there_before_is_told_of_when_it_is_refused(ready: Served) -> None:
    submit(ready)
    made, kept = rounds(ready)
    all_of(made)
    ready.advance("P3D")
    all_of(made)
    assert len(kept.given) == 1


@pytest.mark.parametrize("refused", ["before the end", "while it was down"])
def test_a_restart_sends_nothing_twice_and_leaves_nothing_out(
    serve: Callable[..., Served], tmp_path: Path, refused: str
) -> None:
    file = str(tmp_path / "mockpars.db")
    first = serve(db=file)
    first.registered()
    made, kept = rounds(first)
    all_of(made)
    submit(first)
    if refused == "before the end":
        first.advance("P3D")
    all_of(made)
    first.close()
    second = serve(db=file, clock="2026-05-20T12:00:00Z")
    made, later = rounds(second)
    all_of(made)
    assert (len(kept.given), len(later.given)) == ((1, 0) if refused == "before the end" else (0, 1))


def test_two_servers_on_one_store_share_the_mail(ready: Served) -> None:
    (one, first), (two, second) = rounds(ready), rounds(ready)
    all_of(one)
    all_of(two)
    submit(ready)
    ready.advance("P3D")
    all_of(one)
    all_of(two)
    assert (len(first.given), len(second.given)) == (1, 0)


def test_deciding_as_the_board_is_told_at_once(ready: Served) -> None:
    made, kept = rounds(ready)
    number = submit(ready, "james-holloway")
    ready.advance("overnight")
    all_of(made)
    sandbox = ready.world.sandbox("default")
    found = sandbox.store.records.find(sandbox.world.id, number)
    assert found is not None
    decisions.decide(sandbox, found, Verdict("TX", "reject", "The licence has lapsed."))
    all_of(made)
    (message,) = kept.given
    assert "Reason:      The licence has lapsed." in message.get_content()


def test_a_record_that_is_deleted_first_is_never_told_of(ready: Served) -> None:
    made, kept = rounds(ready)
    submit(ready)
    all_of(made)
    submit_deletion = learners(record(PEOPLE[STELLA], action="Delete"))
    assert ready.post("SaveLearnerActivity", submit_deletion).one("Result") == "Accepted"
    ready.advance("P3D")
    all_of(made)
    assert kept.given == []


def test_each_sandbox_is_looked_at_and_a_reset_forgets(ready: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_rounds, "SANDBOXES_AT_ONCE", 2)
    world = ready.world
    for number in range(5):
        sandboxes.create(world.store, f"team-{number}", world.account, world.wall())
    made, kept = rounds(ready)
    all_of(made)
    submit(ready)
    sandboxes.reset(world.store, "default", world.account, world.wall())
    ready.registered()
    submit(ready)
    ready.advance("P3D")
    all_of(made)
    (message,) = kept.given
    assert message["Message-ID"] == f"<100000001-TX.{world.sandbox('default').world.id}.default@mockpars.example>"


def test_many_records_are_looked_at_piece_by_piece(ready: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_rounds, "RECORDS_AT_ONCE", 10)
    made, kept = rounds(ready)
    all_of(made)
    people = [who for key, who in PEOPLE.items() if who.licences and key.startswith("PH-")][:25]
    ready.post("SaveLearnerActivity", learners(*map(record, people)))
    submit(ready)
    assert [made.go() for _ in range(4)] == [True, True, False, False]
    ready.advance("P3D")
    all_of(made)
    assert len(kept.given) == 1
