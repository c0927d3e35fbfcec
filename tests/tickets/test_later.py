"""A ticket tells what was, also when it is made after things have changed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests import support
from tests.support import ACTIVITY_ID, AMA, PEOPLE, activity, credit, record, registration
from tests.tickets.team import ACCOUNT, HOLLOWAY, Team

pytestmark = pytest.mark.served

ABIM = registration("ABIM", "1.0", "Medical Knowledge")
IRMA = PEOPLE["irma-internist"]
Change = Callable[[Team], None]


def _update(team: Team) -> None:
    team.post("SaveActivity", support.activities(activity(action="Update", ends="2026-05-01"), **ACCOUNT))


def _delete_activity(team: Team) -> None:
    team.post("SaveActivity", support.activities(activity(action="Delete"), **ACCOUNT))


def _delete_record(team: Team) -> None:
    team.submit(record(action="Delete", credits=None))


@pytest.mark.parametrize("change", [_update, _delete_activity, _delete_record, Team.register, Team.submit])
def test_of_what_was_accepted(team: Team, change: Change) -> None:
    team.register()
    team.submit()
    number = team.latest()["id"]
    change(team)
    status, told = team.replay(team.saved(number))
    assert (status, "Accepted" in told) == (0, True), told


@pytest.mark.parametrize("change", [_update, _delete_activity, _delete_record])
def test_of_a_duplicate(team: Team, change: Change) -> None:
    team.register()
    team.submit()
    team.submit()
    number = team.latest()["id"]
    change(team)
    assert team.latest()["outcome"] == "Accepted"
    status, told = team.replay(team.saved(number))
    assert (status, "304" in told) == (0, True), told


def test_of_an_activity_that_was_registered_since(team: Team) -> None:
    team.submit()
    number = team.latest()["id"]
    team.register()
    status, told = team.replay(team.saved(number))
    assert (status, "302" in told) == (0, True), told


def test_of_a_status_before_the_board_decided_while_the_clock_stood(team: Team) -> None:
    team.register(activity(registrations=ABIM))
    moc = credit("Medical Knowledge", "1.0", "ABIM", IRMA.boards["ABIM"])
    team.submit(record(IRMA, credits=(credit(*AMA), moc)))
    team.control("POST", "/clock/advance", {"by": "overnight"})
    team.get("GetLearnerStatusByCreditId", CreditId="ccid:mockpars:100000001")
    number = team.latest()["id"]
    decision = {"destination": "ABIM", "decision": "reject", "reason": "Not this one."}
    team.control("POST", "/learner-records/ccid:mockpars:100000001/decide", decision)
    status, told = team.replay(team.saved(number))
    assert (status, "Delivery to ABIM: Transmitted" in told) == (0, True), told


def test_of_what_the_journal_no_longer_reaches_back_to(team: Team) -> None:
    team.register()
    team.submit()
    team.control("DELETE", "/journal")
    team.submit()
    status, told = team.replay(team.saved())
    assert (status, "304" in told) == (0, True), told


@pytest.mark.parametrize("change", [_update, _delete_activity])
def test_of_an_activity_that_was_registered_before_the_journal_and_changed_since(team: Team, change: Change) -> None:
    team.register()
    team.control("DELETE", "/journal")
    team.submit(record(activity="77777777"))
    team.submit(record(completed="2026-04-20"))
    number = team.latest()["id"]
    change(team)
    status, told = team.replay(team.saved(number))
    assert (status, "Accepted" in told) == (0, True), told


def test_the_steps_are_those_of_the_same_learner_and_activity_and_of_the_clock(team: Team) -> None:
    team.register()
    team.register(activity("OTHER-1"))
    team.post("LearnerMatchRequest", support.match(HOLLOWAY, **ACCOUNT))
    team.post("LearnerMatchRequest", support.match(IRMA, **ACCOUNT))
    team.submit(record(IRMA))
    team.submit(record())
    team.control("POST", "/clock/advance", {"by": "overnight"})
    team.get("GetLearnerStatusByCreditId", CreditId="ccid:mockpars:100000002")
    steps = json.loads(team.ticket(form="json"))["steps"]
    said = [step.split(": ", 1)[-1] for step in steps]
    assert [step.split(" for ")[0].split(" was ")[0] for step in said] == [
        "POST SaveActivity",
        "POST LearnerMatchRequest",
        "POST SaveLearnerActivity",
        "The sandbox's clock",
        "GET GetLearnerStatusByCreditId",
    ]
    assert all("Irma" not in step and "OTHER-1" not in step for step in said)
    assert ACTIVITY_ID in said[0]
    assert "2026-05-11T05:00:00Z" in said[3]
