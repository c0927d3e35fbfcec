"""The client against a served sandbox: the happy path, rejections, and every way an answer can go missing."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal

import pytest

from mockpars.client import (
    Accepted,
    ClientSettings,
    Completion,
    Course,
    Fault,
    Learner,
    LearnerStatus,
    NoAnswer,
    ParsClient,
    Rejected,
    Reporter,
    Unclear,
)
from mockpars.client.patience import Patience
from mockpars.pytest_support import Pars

COURSE = Course("AMC-1", "One & only", Decimal("1.5"), date(2026, 1, 1), date(2026, 12, 31))
SAVE, STATUS = "SaveLearnerActivity", "GetLearnerStatus"


def completion(sandbox: Pars, persona: str = "jose-nunez", course: Course = COURSE) -> Completion:
    """A completion by one of the personas."""
    who = sandbox.physician(persona=persona)
    learner = Learner(who.first_name, who.last_name, who.born, who.npi)
    return Completion(learner, course, date(2026, 5, 6), consent=True)


def test_the_happy_path_registers_matches_saves_and_asks(sandbox: Pars, reporter: Reporter) -> None:
    found = reporter.report(completion(sandbox))

    assert (found.outcome, found.status, found.activity_id) == ("Accepted", "Submitted", "12345678")
    assert [entry.operation for entry in sandbox.journal] == [
        "GetActivity", "SaveActivity", "LearnerMatchRequest", SAVE, "GetLearnerStatusByCreditId",
    ]  # fmt: skip
    assert [record.credit_id for record in sandbox.records] == [found.credit_id]


def test_a_course_is_registered_once(sandbox: Pars, reporter: Reporter, client: ParsClient) -> None:
    for persona in ("jose-nunez", "bridget-obrien"):
        assert reporter.report(completion(sandbox, persona)).outcome == "Accepted"
    assert Reporter(client).report(completion(sandbox, "james-holloway")).outcome == "Accepted"
    assert len(sandbox.journal.of("SaveActivity")) == 1
    assert len(sandbox.journal.of("GetActivity")) == 2


def test_a_match_other_than_one_submits_nothing(sandbox: Pars, reporter: Reporter) -> None:
    found = reporter.report(completion(sandbox, "dolly-doppel-one"))
    assert (found.outcome, found.match) == ("NotSubmitted", 2)
    assert not sandbox.journal.of(SAVE)


def test_without_consent_nothing_is_sent(sandbox: Pars, reporter: Reporter) -> None:
    wanted = completion(sandbox)
    refused = Completion(wanted.learner, wanted.course, wanted.completed_on, consent=False)
    assert reporter.report(refused).outcome == "NotSubmitted"
    assert not sandbox.journal


@pytest.mark.parametrize(
    ("persona", "code"), [("ida-unlicensed", 306), ("nora-noconsent", 307), ("lars-latecomer", 303)]
)
def test_a_rejection_is_passed_on_and_not_repeated(sandbox: Pars, reporter: Reporter, persona: str, code: int) -> None:
    found = reporter.report(completion(sandbox, persona))
    assert (found.outcome, found.codes) == ("Rejected", (code,))
    assert len(sandbox.journal.of(SAVE)) == 1


def test_a_rejected_course_stops_the_submission(sandbox: Pars, reporter: Reporter) -> None:
    course = Course("AMC-2", "Two", Decimal(1), date(2026, 1, 1), date(2026, 12, 31), activity_format="Campfire")
    found = reporter.report(completion(sandbox, course=course))
    assert (found.outcome, found.codes) == ("Rejected", (103,))
    assert not sandbox.journal.of(SAVE)


@pytest.mark.parametrize("fault", ["answer-lost", "truncated"])
def test_a_record_whose_answer_is_lost_is_looked_up_and_not_sent_again(
    sandbox: Pars, reporter: Reporter, fault: str
) -> None:
    sandbox.arm(fault, times=1, operation=SAVE)
    found = reporter.report(completion(sandbox))
    assert (found.outcome, found.recovered) == ("Accepted", True)
    assert len(sandbox.journal.of(SAVE)) == len(sandbox.journal.of(STATUS)) == 1
    assert [record.credit_id for record in sandbox.records] == [found.credit_id]


@pytest.mark.parametrize(
    "fault", ["server-error", "bad-gateway", "unavailable", "gateway-timeout", "html-page", "reset"]
)
def test_after_a_failure_the_client_looks_before_it_sends_again(
    sandbox: Pars, reporter: Reporter, waits: list[float], fault: str
) -> None:
    sandbox.arm(fault, times=1, operation=SAVE)
    assert reporter.report(completion(sandbox)).outcome == "Accepted"
    seen = [entry.operation for entry in sandbox.journal if entry.operation in (SAVE, STATUS)]
    assert seen == [SAVE, STATUS, SAVE]
    assert waits == [0.6]
    assert len(sandbox.records) == 1


def test_a_right_answer_with_a_wrong_label_is_taken(sandbox: Pars, reporter: Reporter) -> None:
    sandbox.arm("wrong-content-type", times=1, operation=SAVE)
    assert reporter.report(completion(sandbox)).outcome == "Accepted"
    assert len(sandbox.journal.of(SAVE)) == 1


def test_a_slow_answer_is_given_up_and_looked_up(sandbox: Pars, waits: list[float]) -> None:
    activity = sandbox.activity("AMC-1", credits="1.5")
    sandbox.arm("latency:2", times=1, operation=SAVE)
    settings = ClientSettings.from_environ(sandbox.env | {"ACCME_TIMEOUT": "0.5"})
    with ParsClient(settings, patience=Patience(sleep=waits.append)) as client:
        found = client.save_learner(completion(sandbox), activity.activity_id)
    assert isinstance(found, Accepted)
    assert found.recovered
    assert len(sandbox.records) == 1


def test_a_submission_waits_as_long_as_429_asks(sandbox: Pars, reporter: Reporter, waits: list[float]) -> None:
    sandbox.arm("too-many-requests:7", times=2, operation=SAVE)
    assert reporter.report(completion(sandbox)).outcome == "Accepted"
    assert waits == [7.0, 7.0]
    assert not sandbox.journal.of(STATUS)  # the gateway turned the message away, so there is nothing to look for


def test_a_wait_beyond_patience_ends_the_trying(sandbox: Pars, reporter: Reporter, waits: list[float]) -> None:
    sandbox.arm("too-many-requests:3600", operation=SAVE)
    assert reporter.report(completion(sandbox)).outcome == "Error"
    assert waits == []
    assert len(sandbox.journal.of(SAVE)) == 1


def test_reads_are_tried_again_longer_each_time_and_then_given_up(
    sandbox: Pars, client: ParsClient, waits: list[float]
) -> None:
    sandbox.arm("unavailable", operation="LearnerMatchRequest")
    with pytest.raises(NoAnswer, match="tried 5 times") as caught:
        client.match(completion(sandbox).learner)
    assert caught.value.http_status == 503
    assert waits == [0.6, 1.2, 2.4, 4.8]


def test_when_nobody_can_tell_the_outcome_is_unclear(sandbox: Pars, client: ParsClient) -> None:
    activity = sandbox.activity("AMC-1", credits="1.5")
    sandbox.arm("server-error", operation=SAVE)
    sandbox.arm("server-error", operation=STATUS)
    with pytest.raises(Unclear):
        client.save_learner(completion(sandbox), activity.activity_id)
    assert len(sandbox.journal.of(SAVE)) == 1


def test_a_duplicate_of_our_own_unclear_message_is_our_record(
    sandbox: Pars, client: ParsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message arrives behind our look, as when a slow gateway delivers it after all."""
    activity = sandbox.activity("AMC-1", credits="1.5")
    sandbox.arm("answer-lost", times=1, operation=SAVE)
    look = client.status_by_learner
    looks: list[object] = []

    def late(*given: str) -> LearnerStatus | None:
        looks.append(given)
        return look(*given) if len(looks) > 1 else None

    monkeypatch.setattr(client, "status_by_learner", late)
    found = client.save_learner(completion(sandbox), activity.activity_id)

    assert [entry.codes for entry in sandbox.journal.of(SAVE)] == [[], [304]]
    assert isinstance(found, Accepted)
    assert (found.credit_id, found.recovered) == (sandbox.records[0].credit_id, True)


def test_a_registration_whose_answer_is_lost_is_looked_up(sandbox: Pars, client: ParsClient) -> None:
    sandbox.arm("answer-lost", times=1, operation="SaveActivity")
    found = client.save_activity(COURSE)
    assert found == Accepted("12345678", recovered=True)
    assert len(sandbox.journal.of("SaveActivity")) == 1


def test_wrong_credentials_are_not_tried_again(sandbox: Pars) -> None:
    settings = ClientSettings.from_environ(sandbox.env | {"ACCME_PARS_PASSWORD": "wrong-word"})
    with ParsClient(settings) as client, pytest.raises(Fault) as caught:
        client.match(completion(sandbox).learner)
    assert (caught.value.http_status, caught.value.code) == (401, "Credentials")
    assert len(sandbox.journal) == 1


def test_a_server_that_is_not_there_was_never_reached(waits: list[float]) -> None:
    environ = {"ACCME_PARS_USER": "u", "ACCME_PARS_PASSWORD": "p", "ACCME_PROVIDER_ID": "0008273"}
    environ |= {"ACCME_ACTIVITY_URL": "http://127.0.0.1:9/a", "ACCME_LEARNER_URL": "http://127.0.0.1:9/l"}
    learner = Learner("A", "B", date(1970, 1, 1), "1234567890")
    patience = Patience(sleep=waits.append)
    wanted = Completion(learner, COURSE, date(2026, 5, 6), consent=True)
    settings = ClientSettings.from_environ(environ)
    with ParsClient(settings, patience=patience) as client, pytest.raises(NoAnswer) as caught:
        client.save_learner(wanted, "12345678")
    assert not caught.value.sent
    assert len(waits) == 4


def test_a_record_is_corrected_by_deleting_it_first(sandbox: Pars, reporter: Reporter) -> None:
    wanted = completion(sandbox)
    first = reporter.report(wanted)
    assert first.credit_id is not None
    mended = Completion(wanted.learner, COURSE, date(2026, 5, 7), consent=True)

    second = reporter.correct(mended, first.credit_id)

    assert second.outcome == "Accepted"
    assert [(record.credit_id, record.completed_on) for record in sandbox.records] == [(second.credit_id, "2026-05-07")]
    assert reporter.client.status_by_credit(first.credit_id) is None


def test_a_delete_whose_answer_is_lost_is_looked_up(sandbox: Pars, client: ParsClient, reporter: Reporter) -> None:
    wanted = completion(sandbox)
    reporter.report(wanted)
    sandbox.arm("answer-lost", times=1, operation=SAVE)
    found = client.delete_learner(wanted, "12345678")
    assert isinstance(found, Accepted)
    assert found.recovered
    assert not sandbox.records


def test_statuses_and_a_boards_rejection(sandbox: Pars, reporter: Reporter) -> None:
    found = reporter.report(completion(sandbox, "stella-statesno"))
    assert found.credit_id is not None
    sandbox.overnight()
    assert reporter.check_status(found.credit_id).status == "Transmitted"
    sandbox.advance("P2D")
    ended = reporter.check_status(found.credit_id)
    assert (ended.outcome, ended.status, ended.codes) == ("Rejected", "Rejected", (310,))
    status = reporter.client.status_by_credit(found.credit_id)
    assert status is not None
    assert {entry.destination: entry.status for entry in status.deliveries} == {"TX": "Rejected", "OK": "Approved"}


def test_get_activity_and_update(sandbox: Pars, client: ParsClient) -> None:
    assert isinstance(client.get_activity(course_id="AMC-1"), Rejected)
    assert isinstance(client.save_activity(COURSE), Accepted)
    assert client.get_activity(activity_id="12345678") == Accepted("12345678")
    assert isinstance(client.save_activity(COURSE, "Update"), Accepted)
    assert isinstance(client.save_activity(COURSE, "Delete"), Accepted)
    assert client.get_activity(course_id="AMC-1").codes == (302,)


def test_credentials_are_nowhere_to_be_seen(sandbox: Pars, caplog: pytest.LogCaptureFixture) -> None:
    word, caplog_level = "a-very-secret-word", logging.DEBUG
    environ = sandbox.env | {"ACCME_PARS_PASSWORD": word, "ACCME_PARS_USER": "somebody@example.org"}
    with caplog.at_level(caplog_level), ParsClient(ClientSettings.from_environ(environ)) as client:
        with pytest.raises(Fault) as caught:
            client.match(completion(sandbox).learner)
        exchange = client.last_exchange
        shown = repr(client) + repr(client.settings)
    assert exchange is not None
    assert "<Password>***</Password>" in exchange.request
    told = f"{caught.value}{caught.value.__cause__}{caught.value.__context__}{exchange}{shown}{caplog.text}"
    assert word not in told
    assert "Holloway" not in caplog.text
    assert "LearnerMatchRequest: 401" in caplog.text
