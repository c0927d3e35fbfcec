"""Grading journals made by hand: what a check sees, and what it must not make a fuss about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockpars.contract.clients.grading import PASSIVE
from mockpars.contract.clients.journal import Journal, journal
from mockpars.contract.clients.marks import BROKEN, MET, NEVER, read_obligations, rulings

START = datetime(2026, 5, 20, 15, tzinfo=UTC)
NPI = "1234567890"


def _wrapped(data: str) -> str:
    return f"<SubmitMessage><User>***</User><Password>***</Password><Data>{data}</Data></SubmitMessage>"


def _identity(name: str = "James", npi: str = NPI) -> str:
    return (
        f"<FirstName>{name}</FirstName><LastName>Holloway</LastName><DateOfBirth>***</DateOfBirth>"
        f"<MedicalEducationNumber>{npi}</MedicalEducationNumber>"
    )


def record(completed: str = "2026-05-06", amount: str = "1.0", action: str = "Add", name: str = "James") -> str:
    """A learner record as the journal keeps it."""
    return _wrapped(
        f"<LearnerRecord>{_identity(name)}<AccmeActivityID>12345678</AccmeActivityID>"
        f"<CompletedDateTime>{completed}</CompletedDateTime><Credits><Credit><CreditType>AMA</CreditType>"
        f"<CreditAmount>{amount}</CreditAmount></Credit></Credits><LearnerRecordAction>{action}</LearnerRecordAction>"
        "</LearnerRecord>"
    )


def match(name: str = "James") -> str:
    """A match as the journal keeps it."""
    return _wrapped(f"<LearnerMatchRequest>{_identity(name)}</LearnerMatchRequest>")


def accepted(credit: str = "ccid:mockpars:100000001") -> dict[str, Any]:
    """A verdict."""
    return {"records": [{"result": "Accepted", "credit_id": credit}]}


def rejected(code: int, rule: str = "") -> dict[str, Any]:
    """A verdict; by a scenario if the rule says so."""
    return {"records": [{"result": "Rejected", "findings": [{"code": code, "rule": rule or str(code)}]}]}


def made(*entries: dict[str, Any]) -> Journal:
    """A journal of exchanges a minute apart, each with what differs from a plain one."""
    bodies = []
    for number, entry in enumerate(entries, 1):
        at = (START + timedelta(minutes=number)).isoformat()
        plain: dict[str, Any] = {
            "id": number, "at": at, "wall": at, "operation": "SaveLearnerActivity", "outcome": "Accepted",
            "status": 200, "method": "POST", "path": "/", "scheme": "http",
            "headers": {"Content-Type": "application/xml; charset=utf-8"},
        }  # fmt: skip
        bodies.append(plain | entry)
    return journal(bodies)


def state(name: str, *entries: dict[str, Any]) -> str:
    """What one check makes of a journal."""
    found = made(*entries)
    obligations = read_obligations()
    return rulings(obligations, [(name, mark) for mark in PASSIVE[name](found)])[name].state


MATCHED = {"operation": "LearnerMatchRequest", "outcome": "Match 1", "request": match()}
NOBODY = {"operation": "LearnerMatchRequest", "outcome": "Match 0", "request": match()}
SAVED = {"request": record(), "verdict": accepted()}
DELETED = {"request": record(action="Delete"), "verdict": accepted()}


@pytest.mark.parametrize("name", PASSIVE)
def test_an_empty_journal_exercises_nothing(name: str) -> None:
    """And breaks nothing."""
    assert state(name) == NEVER


def test_tls_is_not_exercised_without_tls() -> None:
    """A sandbox on this machine has none."""
    assert state("tls", SAVED) == NEVER


def test_tls_wherever_it_is_on() -> None:
    """A single exchange without it is one too many."""
    assert state("tls", SAVED | {"scheme": "https"}) == MET
    assert state("tls", SAVED | {"scheme": "https"}, SAVED) == BROKEN


def test_a_match_of_nobody_followed_by_nothing_is_right() -> None:
    """The guard of the reference's workflow."""
    assert state("save-only-on-one", NOBODY) == MET
    assert state("save-only-on-one", NOBODY, SAVED) == BROKEN
    assert state("save-only-on-one", NOBODY, MATCHED, SAVED) == MET


def test_a_match_whose_answer_was_lost_is_no_match() -> None:
    """The client cannot have read it."""
    lost = MATCHED | {"fault": "truncated"}
    assert state("match-before-save", lost, SAVED) == BROKEN


def test_a_rejection_may_be_answered_by_a_changed_message() -> None:
    """Only the unchanged one is of no use."""
    refused = {"outcome": "Rejected", "request": record(), "verdict": rejected(305)}
    assert state("no-unchanged-retry", refused, SAVED | {"request": record(amount="1.25")}) == MET
    assert state("no-unchanged-retry", refused, SAVED) == BROKEN


def test_a_rejection_may_be_tried_again_hours_later() -> None:
    """By then somebody may have recorded the consent."""
    refused = {"outcome": "Rejected", "request": record(), "verdict": rejected(307)}
    later = (START + timedelta(hours=5)).isoformat()
    assert state("no-unchanged-retry", refused, SAVED | {"wall": later}) == MET


def test_an_unknown_activity_may_be_registered_and_the_completion_sent_again() -> None:
    """The completion was right all along."""
    refused = {"outcome": "Rejected", "request": record(), "verdict": rejected(302)}
    registered = {"operation": "SaveActivity", "request": "<x/>"}
    assert state("no-unchanged-retry", refused, registered, SAVED) == MET


def test_a_scenarios_rejection_is_not_the_clients_fault() -> None:
    """It was asked for by whoever tests."""
    forced = {"outcome": "Rejected", "request": record(), "verdict": rejected(305, "scenario.reject-305")}
    assert state("registered-hours", forced) == NEVER
    assert state("registered-hours", forced | {"verdict": rejected(305)}) == BROKEN


def test_a_correction_is_deleted_first() -> None:
    """Records cannot be edited."""
    corrected = {"request": record("2026-05-07"), "verdict": accepted("ccid:mockpars:100000002")}
    assert state("delete-before-resubmit", SAVED, DELETED, corrected) == MET
    assert state("delete-before-resubmit", SAVED, corrected | {"verdict": rejected(304)}) == BROKEN
    assert state("no-duplicate", SAVED, DELETED, corrected) == MET
    assert state("no-duplicate", SAVED, SAVED | {"verdict": rejected(304)}) == BROKEN


def test_after_a_lost_answer_the_status_is_asked_for() -> None:
    """Or nothing more is sent."""
    lost = SAVED | {"fault": "answer-lost"}
    asked = {"operation": "GetLearnerStatus", "outcome": "Answered", "request": f"<q><UniqueID>{NPI}</UniqueID></q>"}
    again = {"outcome": "Rejected", "request": record(), "verdict": rejected(304)}
    assert state("asks-before-resending", lost) == MET
    assert state("asks-before-resending", lost, asked, again) == MET
    assert state("asks-before-resending", lost, again) == BROKEN


def test_retry_after_is_waited_for() -> None:
    """A minute lies between two exchanges here."""
    busy = {"outcome": "Fault", "status": 429, "request": record(), "fault": "too-many-requests:30"}
    assert state("backs-off-429", busy, SAVED) == MET
    assert state("backs-off-429", busy | {"fault": "too-many-requests:90"}, SAVED) == BROKEN
    assert state("backs-off-429", busy | {"fault": "too-many-requests:90"}) == MET


def test_polling_is_measured_by_the_sandboxs_clock() -> None:
    """Ten readings in a minute are too many; a day apart they are not."""
    read = {
        "operation": "GetLearnerStatusByCreditId",
        "outcome": "Answered",
        "request": "<q><CreditId>c</CreditId></q>",
    }
    hurried = [read | {"at": START.isoformat(), "wall": START.isoformat()} for _ in range(10)]
    calm = [read | {"at": (START + timedelta(days=day)).isoformat(), "wall": START.isoformat()} for day in range(10)]
    assert state("sane-polling", *hurried) == BROKEN
    assert state("sane-polling", *calm) == MET


@pytest.mark.parametrize("name", ["JosÃ©", "Jos\ufffd", "Jos?", "O&amp;apos;Brien"])
def test_a_name_that_was_decoded_wrongly_shows(name: str) -> None:
    """By what is left of it."""
    assert state("names-intact", SAVED | {"request": record(name=name.replace("&", "&amp;"))}) == BROKEN


def test_a_name_with_accents_is_intact() -> None:
    """As it was given."""
    assert state("names-intact", SAVED | {"request": record(name="José")}) == MET


def test_what_is_not_the_clients_own_is_history_only() -> None:
    """Exchanges of the harness count as known, not as conduct."""
    found = made(SAVED | {"headers": {}}, SAVED)
    found.first_own = 2
    marks = list(PASSIVE["media-type"](found))
    assert [mark.good for mark in marks] == [True]
