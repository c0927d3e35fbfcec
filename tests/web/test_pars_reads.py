"""Reading over Flask's test client: statuses and stored activities, by POST and by GET, at both names."""

from __future__ import annotations

import re

import pytest

from mockpars.web.operations import OPERATIONS
from tests import support
from tests.support import ACTIVITY_ID, PEOPLE, PROVIDER_ACTIVITY_ID, Served, record

READS = ["GetActivity", "GetLearnerStatus", "GetLearnerStatusByCreditId"]
CREDIT = "ccid:mockpars:100000001"
LEARNER_QUERY = {
    "moduleID": ACTIVITY_ID,
    "BirthDate": "1975-03-22",
    "CompletionDate": "2026-05-06",
    "UniqueID": "1234567890",
}


def test_a_record_walks_from_submitted_to_approved_as_the_clock_advances(stored: Served) -> None:
    """L6, L7; reading changes nothing."""
    seen = []
    for by in ("PT0S", "PT13H59M59S", "PT1S", "PT0S", "PT24H"):
        stored.advance(by)
        answers = [stored.post("GetLearnerStatusByCreditId", support.by_credit(CREDIT)) for _ in range(2)]
        assert answers[0].body == answers[1].body
        seen.append(answers[0].one("Status"))
    assert seen == ["Submitted", "Submitted", "Transmitted", "Transmitted", "Approved"]


def test_a_status_names_each_destination(stored: Served) -> None:
    """Each licensing state; the date is that of the completion."""
    stored.advance("overnight")
    answer = stored.get("GetLearnerStatusByCreditId", CreditId=CREDIT)
    assert answer.all("Destination") == ["TX"]
    assert answer.all("Kind") == ["StateBoard"]
    assert (answer.one("CompletionDate"), answer.one("AccmeActivityID")) == ("2026-05-06", ACTIVITY_ID)
    assert answer.all("StatusDate") == ["2026-05-11T05:00:00Z"] * 2


@pytest.mark.parametrize("alias", [0, 1])
@pytest.mark.parametrize(
    "change",
    [{}, {"BirthDate": "03-22"}, {"UniqueID": PEOPLE["james-holloway"].npi}],
)
def test_a_status_is_found_by_learner_at_both_names(stored: Served, alias: int, change: dict[str, str]) -> None:
    """T3, L9; the year of birth may be left out. By GET and by POST."""
    query = LEARNER_QUERY | change
    assert stored.get("GetLearnerStatus", alias=alias, **query).one("CreditId") == CREDIT
    posted = stored.post("GetLearnerStatus", support.by_learner(*query.values()), alias=alias)
    assert posted.one("CreditId") == CREDIT


@pytest.mark.parametrize(
    "change",
    [
        {"BirthDate": "1975-03-21"},
        {"BirthDate": "03-21"},
        {"CompletionDate": "2026-05-07"},
        {"UniqueID": "1234567891"},
        {"moduleID": "12345679"},
        {"moduleID": "none"},
    ],
)
def test_all_four_values_must_be_as_stored(stored: Served, change: dict[str, str]) -> None:
    """Otherwise 404 (L9, D3)."""
    query = LEARNER_QUERY | change
    for answer in (
        stored.get("GetLearnerStatus", **query),
        stored.post("GetLearnerStatus", support.by_learner(*query.values())),
    ):
        assert (answer.status, answer.codes) == (404, ["NotFound"])


@pytest.mark.parametrize("key", ["jose-nunez", "polly-points"])
def test_a_learner_is_found_by_diplomate_id_too(ready: Served, key: str) -> None:
    """The unique ID is of an NPI, a board or a state (L16)."""
    who = PEOPLE[key]
    assert ready.post("SaveLearnerActivity", support.learners(record(who))).one("Result") == "Accepted"
    query = LEARNER_QUERY | {"BirthDate": who.born, "UniqueID": next(iter(who.boards.values()))}
    assert ready.get("GetLearnerStatus", **query).one("CreditId") == CREDIT


@pytest.mark.parametrize("name", ["AccmeActivityID", "ProviderActivityID"])
def test_a_stored_activity_is_read_by_either_id(ready: Served, name: str) -> None:
    """A5: with the ID that PARS assigned, and everything that was sent."""
    value = ACTIVITY_ID if name == "AccmeActivityID" else PROVIDER_ACTIVITY_ID
    asked = support.activity_question(*((value,) if name == "AccmeActivityID" else (None, value)))
    for answer in (ready.get("GetActivity", **{name: value}), ready.post("GetActivity", asked)):
        assert answer.one("Result") == "Accepted"
        assert answer.one("AccmeActivityID") == ACTIVITY_ID
        assert answer.one("ProviderActivityID") == PROVIDER_ACTIVITY_ID
        assert ACTIVITY_ID in answer.all("entry")
        assert answer.all("CreditClaimDate") == ["2026-12-31"]
        assert "HIPAA Privacy and Security for Physicians" in answer.all("string")


@pytest.mark.parametrize(
    "query",
    [{"AccmeActivityID": "12345679"}, {"ProviderActivityID": "x"}, {"AccmeActivityID": "x"},
     {"AccmeActivityID": ACTIVITY_ID, "ProviderActivityID": "x"}],
)  # fmt: skip
def test_an_unknown_activity_is_rejected_with_302(ready: Served, query: dict[str, str]) -> None:
    """D3; both IDs must be of one activity (D15)."""
    answer = ready.get("GetActivity", **query)
    assert (answer.status, answer.one("Result"), answer.codes) == (200, "Rejected", ["302"])


@pytest.mark.parametrize(
    "credit_id", ["ccid:mockpars:999999999", "nonsense", "ccid:mockpars:" + "9" * 200, "ccid:other:100000001"]
)
def test_an_unknown_credit_id_is_not_found(stored: Served, credit_id: str) -> None:
    """404 with a Fault (L9, D3)."""
    for answer in (
        stored.get("GetLearnerStatusByCreditId", CreditId=credit_id),
        stored.post("GetLearnerStatusByCreditId", support.by_credit(credit_id)),
    ):
        assert (answer.status, answer.codes) == (404, ["NotFound"])
        assert "SaveLearnerActivity" in answer.one("Fix")


@pytest.mark.parametrize("operation", READS)
def test_a_read_lacking_its_parameters_is_told_which(stored: Served, operation: str) -> None:
    """400 and all that is missing."""
    answer = stored.get(operation)
    assert (answer.status, answer.codes) == (400, ["Schema"])
    for name in OPERATIONS[operation].parameters:
        assert name in answer.one("Reason")
    partial = stored.get("GetLearnerStatus", moduleID="1", UniqueID=" ")
    assert {"BirthDate", "CompletionDate", "UniqueID"} <= set(re.findall(r"\w+", partial.one("Reason")))
    assert "moduleID" not in partial.one("Reason")


@pytest.mark.parametrize(
    "change",
    [{"BirthDate": "tomorrow"}, {"BirthDate": "13-45"}, {"CompletionDate": "2026-02-30"}, {"BirthDate": "\x00"}],
)
def test_a_read_with_unreadable_dates_is_broken(stored: Served, change: dict[str, str]) -> None:
    """400, never a traceback."""
    answer = stored.get("GetLearnerStatus", **(LEARNER_QUERY | change))
    assert (answer.status, answer.codes) == (400, ["Schema"])


@pytest.mark.parametrize("operation", READS)
def test_head_is_get_without_a_body(stored: Served, operation: str) -> None:
    """And without effect."""
    query = {"GetActivity": {"AccmeActivityID": ACTIVITY_ID}, "GetLearnerStatus": LEARNER_QUERY}.get(
        operation, {"CreditId": CREDIT}
    )
    answer = stored.request(
        "HEAD", support.path_of(operation), query_string=query, headers={"Authorization": support.basic()}
    )
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 100


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("sandbox", [None, "nobody-made-this"])
def test_options_tells_the_methods(served: Served, operation: str, sandbox: str | None) -> None:
    """Nothing is asked of the caller."""
    answer = served.request("OPTIONS", support.path_of(operation, sandbox))
    assert (answer.status, answer.body) == (204, b"")
    allowed = {entry.strip() for entry in answer.headers["Allow"].split(",")}
    assert allowed == {"POST", "OPTIONS"} | ({"GET", "HEAD"} if operation in READS else set())
