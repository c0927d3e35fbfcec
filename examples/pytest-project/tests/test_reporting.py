"""What the platform does when PARS accepts, rejects, or is having a bad day."""

from __future__ import annotations

import pytest
from certificates import report_completion, status_of

from mockpars.pytest_support import Pars


def test_a_completion_is_accepted_and_approved_within_two_days(pars_env: Pars) -> None:
    pars = pars_env
    event = pars.event(pars.physician(board="ABIM"), pars.activity("AMC-HIPAA", credits=1.5), "2026-05-06")

    report = report_completion(event)

    assert report.outcome == "Accepted"
    assert report.credit_id is not None
    assert pars.journal.last.operation == "GetLearnerStatusByCreditId"
    assert [record.completed_on for record in pars.records] == ["2026-05-06"]
    pars.overnight()
    assert status_of(report.credit_id) == "Transmitted"
    pars.advance("P1D")
    assert status_of(report.credit_id) == "Approved"


def test_a_course_is_registered_once(pars_env: Pars) -> None:
    pars = pars_env
    for physician in (pars.physician(), pars.physician(state="TX")):
        event = {"learner": physician.learner, "course": {"course_id": "NEW", "title": "New", "credit_hours": 1}}
        event["course"] |= {"completion_date": "2026-05-06"}
        assert report_completion(event).outcome == "Accepted"

    assert len(pars.journal.of("SaveActivity")) == 1


def test_nothing_is_submitted_for_somebody_pars_does_not_know(pars_env: Pars) -> None:
    pars = pars_env
    event = pars.event(pars.physician(), pars.activity())
    event["learner"]["date_of_birth"] = "1901-01-01"

    assert report_completion(event).outcome == "NotSubmitted"
    assert not pars.journal.of("SaveLearnerActivity")


def test_a_rejection_is_handed_on_with_its_code(pars_env: Pars) -> None:
    pars = pars_env
    event = pars.event(pars.physician(), pars.activity(ends="2026-05-01"), "2026-05-06")

    with pars.expect_rejection(303) as rejection:
        report = report_completion(event)

    assert report.codes == (303,)
    assert rejection.codes == [303]


@pytest.mark.parametrize("code", [300, 301, 302, 304, 305, 306, 307])
def test_every_rejection_is_handed_on(pars_env: Pars, code: int) -> None:
    pars = pars_env
    event = pars.event(pars.physician(), pars.activity())
    pars.arm(code, operation="SaveLearnerActivity")

    assert report_completion(event).codes == (code,)
    assert not pars.records


def test_a_lost_answer_does_not_make_a_second_submission(pars_env: Pars) -> None:
    pars = pars_env
    event = pars.event(pars.physician(persona="jose-nunez"), pars.activity())
    pars.arm("answer-lost", times=1, operation="SaveLearnerActivity")

    assert report_completion(event).outcome == "Accepted"
    assert len(pars.journal.of("SaveLearnerActivity")) == 1
    assert len(pars.records) == 1


def test_a_board_that_rejects_is_noticed(pars_env: Pars) -> None:
    pars = pars_env
    report = report_completion(pars.event(pars.physician(state="TX"), pars.activity()))
    assert report.credit_id is not None

    pars.decide(report.credit_id, "TX", "reject", "The licence has lapsed.")
    pars.overnight()

    assert status_of(report.credit_id) == "Rejected"
