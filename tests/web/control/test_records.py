"""Activities and learner records, and deciding on a record as the board does."""

from __future__ import annotations

import pytest

from tests import support
from tests.web.controlled import DEFAULT, FIRST, RECORDS, Controlled


def test_activities_are_listed_and_shown_with_their_document(server: Controlled) -> None:
    names = ["A", "B/with slash", "C"]
    server.send("SaveActivity", support.activities(*(support.activity(name) for name in names)))
    page = server.get(f"{DEFAULT}/activities?limit=2")
    assert [entry["provider_activity_id"] for entry in page["activities"]] == names[:2]
    rest = server.get(f"{DEFAULT}/activities?after={page['next']}")
    assert [entry["provider_activity_id"] for entry in rest["activities"]] == names[2:]
    assert rest["next"] is None
    shown = server.get(f"{DEFAULT}/activities/12345679")
    assert "HIPAA Privacy" in shown["document"]
    assert server.get(f"{DEFAULT}/activities/B/with slash") == shown
    assert server.error("GET", f"{DEFAULT}/activities/nothing")[0] == 404


def test_a_learner_record_is_shown_with_its_timeline_and_deliveries(submitted: Controlled) -> None:
    shown = submitted.get(f"{RECORDS}/{FIRST}")
    assert (shown["status"], shown["since"]) == ("Submitted", support.NOW)
    assert (shown["learner"], shown["physician"]) == ("James Holloway", "PH-0001")
    assert [(step["status"], step["reached"]) for step in shown["timeline"]] == [
        ("Submitted", True), ("Transmitted", False), ("Transmitted", False), ("Approved", False), ("Approved", False),
    ]  # fmt: skip
    assert [(entry["destination"], entry["status"]) for entry in shown["deliveries"]] == [("TX", "Submitted")]
    assert submitted.get(f"{DEFAULT}/journal/{shown['journal_id']}")["operation"] == "SaveLearnerActivity"


def test_learner_records_are_listed_newest_first_by_page_and_by_what_they_are(submitted: Controlled) -> None:
    mona, paula = (support.PEOPLE[key] for key in ("mona-manystates", "paula-passmore"))
    submitted.send("SaveLearnerActivity", support.learners(support.record(mona), support.record(paula)))
    submitted.send("SaveLearnerActivity", support.learners(support.record(mona, action="Delete")))
    page = submitted.get(f"{RECORDS}?limit=2")
    assert [entry["learner"].split()[0] for entry in page["learner_records"]] == ["Paula", "Mona"]
    rest = submitted.get(f"{RECORDS}?limit=2&before={page['next']}")
    assert [entry["credit_id"] for entry in rest["learner_records"]] == [FIRST]
    for query, many in {
        "physician=mona-manystates": 1, "activity=12345678": 3, "activity=AMC-HIPAA-2025-V4": 3, "deleted=true": 1,
        "deleted=false": 2, "status=Submitted": 3, "status=Approved": 0,
    }.items():  # fmt: skip
        assert len(submitted.get(f"{RECORDS}?{query}")["learner_records"]) == many, query
    assert submitted.error("GET", f"{RECORDS}?physician=nobody")[0] == 404


def test_a_page_that_is_full_at_the_end_has_no_next(submitted: Controlled) -> None:
    assert submitted.get(f"{RECORDS}?limit=1")["next"] is None


@pytest.mark.parametrize("credit", ["ccid:mockpars:999", "ccid:mockpars:x", "12", "ccid:mockpars:" + "9" * 40])
def test_an_unknown_learner_record_is_not_found(server: Controlled, credit: str) -> None:
    assert server.error("GET", f"{RECORDS}/{credit}")[0] == 404


def test_a_decision_before_transmission_falls_with_it(submitted: Controlled) -> None:
    body = {"destination": "TX", "decision": "reject", "reason": "No such licence."}
    decided = submitted.post(f"{RECORDS}/{FIRST}/decide", body)
    assert decided["status"] == "Submitted"
    submitted.post(f"{DEFAULT}/clock/advance", {"by": "overnight"})
    shown = submitted.get(f"{RECORDS}/{FIRST}")
    assert shown["status"] == "Rejected"
    assert shown["deliveries"][0]["reason"] == "No such licence."
    assert "<Code>310</Code>" in submitted.send("GetLearnerStatusByCreditId", support.by_credit(FIRST))


def test_a_decision_after_transmission_falls_at_once_and_stays(submitted: Controlled) -> None:
    submitted.post(f"{DEFAULT}/clock/advance", {"by": "overnight"})
    approve = {"destination": "TX", "decision": "approve"}
    assert submitted.post(f"{RECORDS}/{FIRST}/decide", approve)["status"] == "Approved"
    status, found = submitted.error("POST", f"{RECORDS}/{FIRST}/decide", {**approve, "decision": "reject"})
    assert (status, found["code"]) == (409, "Conflict")


def test_a_board_may_be_silenced(submitted: Controlled) -> None:
    submitted.post(f"{RECORDS}/{FIRST}/decide", {"destination": "TX", "decision": "silent"})
    submitted.post(f"{DEFAULT}/clock/advance", {"by": "P30D"})
    assert submitted.get(f"{RECORDS}/{FIRST}")["status"] == "Transmitted"


def test_only_a_destination_of_the_record_decides(submitted: Controlled) -> None:
    body = {"destination": "ABIM", "decision": "approve"}
    assert "destination" in submitted.faults("POST", f"{RECORDS}/{FIRST}/decide", body)
    body = {"destination": "TX", "decision": "approve", "reason": "good"}
    assert "reason" in submitted.faults("POST", f"{RECORDS}/{FIRST}/decide", body)


def test_nobody_decides_on_a_deleted_record(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.learners(support.record(action="Delete")))
    body = {"destination": "TX", "decision": "approve"}
    assert submitted.error("POST", f"{RECORDS}/{FIRST}/decide", body)[0] == 409
