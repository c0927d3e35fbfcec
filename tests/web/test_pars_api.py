"""The operations of PARS over Flask's test client: what each takes and how it judges, record by record."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mockpars.web.operations import OPERATIONS
from tests import support
from tests.support import ACTIVITY_ID, HOLLOWAY, PEOPLE, PROVIDER_ACTIVITY_ID, Served, activity, record

CREDIT = "ccid:mockpars:100000001"
LEARNER_QUERY = {
    "moduleID": ACTIVITY_ID,
    "BirthDate": "1975-03-22",
    "CompletionDate": "2026-05-06",
    "UniqueID": "1234567890",
}


def test_the_references_messages_work_in_their_order(served: Served) -> None:
    """A2, A9, L1, L2, L4: Accepted with 12345678, then 1, then Accepted with a credit ID."""
    saved = served.post("SaveActivity")
    assert (saved.status, saved.one("Result"), saved.one("AccmeActivityID")) == (200, "Accepted", ACTIVITY_ID)
    matched = served.post("LearnerMatchRequest")
    assert matched.root.text == "1"
    accepted = served.post("SaveLearnerActivity")
    assert (accepted.one("Result"), accepted.one("CreditId"), accepted.one("Status")) == (
        "Accepted",
        CREDIT,
        "Submitted",
    )


@pytest.mark.parametrize(
    ("who", "count"),
    [("james-holloway", "1"), ("dolly-doppel-one", "2"), ("ida-unlicensed", "1"), ("nora-noconsent", "1")],
)
@pytest.mark.parametrize("alias", [0, 1])
def test_the_match_answer_is_how_many_match(served: Served, who: str, count: str, alias: int) -> None:
    """L2, L3, at both names (T3)."""
    answer = served.post("LearnerMatchRequest", support.match(PEOPLE[who]), alias=alias)
    assert answer.body.decode().endswith(
        f'<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">{count}</int>'
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("1975-03-22", "1975-03-23"), ("James", "Jim"), ("Holloway", "Hollowaý s"), ("1234567890", "1234567891")],
)
def test_who_differs_in_one_value_matches_nobody(served: Served, old: str, new: str) -> None:
    """L5, L15."""
    message = support.sample("LearnerMatchRequest").replace(old, new)
    assert served.post("LearnerMatchRequest", message).root.text == "0"


@pytest.mark.parametrize("name", ["JAMES", "james", " James ", "J\u00e1mes", "Ja\u0301mes"])
def test_case_accents_and_space_do_not_keep_a_learner_from_matching(served: Served, name: str) -> None:
    """And nothing else is ignored."""
    message = support.sample("LearnerMatchRequest").replace("James", name)
    assert served.post("LearnerMatchRequest", message).root.text == "1"


def test_every_physician_of_the_seed_matches_as_they_stand_on_file(served: Served) -> None:
    """All 350, but for the one whom PARS holds twice and the one whose scenario hides her."""
    others = {"dolly-doppel-one": "2", "dolly-doppel-two": "2", "lorna-lostrecord": "0"}
    for key, who in PEOPLE.items():
        answer = served.post("LearnerMatchRequest", support.match(who))
        assert (key, answer.root.text) == (key, others.get(key, "1"))


def test_adding_a_known_activity_updates_it_and_answers_its_id(ready: Served) -> None:
    """A10."""
    again = ready.post("SaveActivity", support.activities(activity(title="Renamed", credits="2.0")))
    assert (again.one("Result"), again.one("AccmeActivityID")) == ("Accepted", ACTIVITY_ID)
    assert "Renamed" in ready.get("GetActivity", AccmeActivityID=ACTIVITY_ID).all("string")
    assert ready.post("SaveLearnerActivity").codes == ["305"]
    other = ready.post("SaveActivity", support.activities(activity("AMC-2")))
    assert other.one("AccmeActivityID") == "12345679"


@pytest.mark.parametrize("action", ["Update", "Delete"])
def test_what_is_unknown_can_be_neither_updated_nor_deleted(served: Served, action: str) -> None:
    """A10: 302."""
    answer = served.post("SaveActivity", support.activities(activity(action=action)))
    assert (answer.one("Result"), answer.codes, answer.one("Action")) == ("Rejected", ["302"], action)


def test_a_deleted_activity_is_gone_and_its_records_stay(stored: Served) -> None:
    """D13."""
    deleted = stored.post("SaveActivity", support.activities(activity(action="Delete")))
    assert (deleted.one("Result"), deleted.one("AccmeActivityID")) == ("Accepted", ACTIVITY_ID)
    assert stored.get("GetActivity", AccmeActivityID=ACTIVITY_ID).codes == ["302"]
    assert stored.post("SaveLearnerActivity", support.learners(record(PEOPLE["sun-o"]))).codes == ["302"]
    assert stored.get("GetLearnerStatusByCreditId", CreditId=CREDIT).one("Status") == "Submitted"


def test_a_record_is_deleted_then_resubmitted_under_a_new_credit_id(stored: Served) -> None:
    """L6, L10, D13."""
    assert stored.post("SaveLearnerActivity").codes == ["304"]
    deleted = stored.post("SaveLearnerActivity", support.learners(record(action="Delete", credits=None)))
    assert (deleted.one("Result"), deleted.one("CreditId"), deleted.one("Action")) == ("Accepted", CREDIT, "Delete")
    assert stored.get("GetLearnerStatusByCreditId", CreditId=CREDIT).status == 404
    again = stored.post("SaveLearnerActivity", support.learners(record(action="delete")))
    assert again.codes == ["300"]
    assert "no learner record" in again.one("Message")
    resubmitted = stored.post("SaveLearnerActivity")
    assert (resubmitted.one("Result"), resubmitted.one("CreditId")) == ("Accepted", "ccid:mockpars:100000002")


@pytest.mark.parametrize(
    ("ids", "codes"),
    [
        ({"activity": ACTIVITY_ID}, []),
        ({"activity": None, "provider_activity": PROVIDER_ACTIVITY_ID}, []),
        ({"activity": ACTIVITY_ID, "provider_activity": PROVIDER_ACTIVITY_ID}, []),
        ({"activity": ACTIVITY_ID, "provider_activity": "AMC-2"}, ["302"]),
        ({"activity": "12345679", "provider_activity": PROVIDER_ACTIVITY_ID}, ["302"]),
        ({"activity": None}, ["302"]),
        ({"activity": "AMC-1"}, ["302"]),
        ({"activity": "9" * 40}, ["302"]),
        ({"provider": support.PROVIDER}, []),
        ({"provider": "0008274"}, ["100"]),
    ],
)
def test_a_record_may_name_its_activity_by_either_id(ready: Served, ids: dict[str, str], codes: list[str]) -> None:
    """D15, D17."""
    assert ready.post("SaveLearnerActivity", support.learners(record(**ids))).codes == codes  # type: ignore[arg-type] # texts


@pytest.mark.parametrize(
    ("completed", "stored", "codes"),
    [
        ("2026-05-06", "2026-05-06", []),
        ("2026-05-06T18:59:59", "2026-05-06", []),
        ("2026-05-06T19:00:00", "2026-05-07", []),
        ("2026-12-31T17:59:59", "2026-12-31", []),
        ("2026-12-31T18:00:00", "2027-01-01", ["303", "303"]),
        ("2025-12-31T18:00:00", "2026-01-01", []),
        ("2025-12-31", None, ["303"]),
    ],
)
def test_a_time_moves_the_stored_completion(
    ready: Served, completed: str, stored: str | None, codes: list[str]
) -> None:
    """L12: into the activity's window and out of it; the journal says whose fault it is."""
    answer = ready.post("SaveLearnerActivity", support.learners(record(completed=completed)))
    assert answer.codes == codes
    if not codes:
        assert ready.get("GetLearnerStatusByCreditId", CreditId=CREDIT).one("CompletionDate") == stored
    told = [entry for entry in ready.journal() if "L12" in str(entry.get("records"))]
    assert bool(told) is ("T" in completed and not completed.startswith(str(stored)))


@pytest.mark.parametrize(
    ("clock", "completed", "accepted"),
    [
        ("2027-04-01T04:59:59Z", "2025-01-01", True),  # still 31 March in Chicago
        ("2027-04-01T05:00:00Z", "2025-12-31", False),
        ("2027-04-01T05:00:00Z", "2026-01-01", True),
        ("2027-03-31T12:00:00Z", "2024-12-31", False),
        ("2027-03-31T12:00:00Z", "2027-12-31", True),
        ("2027-03-31T12:00:00Z", "2028-01-01", False),
    ],
)
def test_completions_are_taken_until_31_march_of_the_year_after_next(
    serve: Callable[..., Served], clock: str, completed: str, accepted: bool
) -> None:
    """L13, L14, by the sandbox's clock."""
    served = serve(clock=clock)
    served.registered(activity(starts="2024-01-01", ends="2028-12-31", claim_by="2028-12-31"))
    answer = served.post("SaveLearnerActivity", support.learners(record(completed=completed)))
    assert answer.codes == ([] if accepted else ["303"])


def test_each_record_of_a_message_is_judged_on_its_own_and_answered_in_order(ready: Served) -> None:
    """Stored or not as a whole, each for itself (D18)."""
    good, twin = record(PEOPLE["sun-o"]), record(PEOPLE["sun-o"])
    records = [
        record(PEOPLE["ida-unlicensed"]),
        good,
        record(PEOPLE["paula-passmore"], completed="2025-06-01"),
        twin,
        record(PEOPLE["dorothy-doolittle"], credits=[support.credit("AMA PRA Category 1 Credit", "2")]),
        record(PEOPLE["tara-twinning"], activity="99"),
        record(PEOPLE["tessa-twinning"]),
        record(PEOPLE["lars-latecomer"]),
        record(PEOPLE["sun-o"], action="Delete"),
        record(PEOPLE["sun-o"]),
    ]
    answer = ready.post("SaveLearnerActivity", support.learners(*records))
    assert answer.one("Result") == "Rejected"
    assert "".join(verdict[0] for verdict in answer.verdicts) == "RARRRRARAA"
    assert answer.codes == ["306", "303", "304", "305", "302", "303"]
    assert ready.counts() == (1, 2)


def test_each_activity_of_a_message_is_judged_on_its_own(served: Served) -> None:
    """And the second may build on the first."""
    answer = served.post(
        "SaveActivity",
        support.activities(
            activity("A"), activity("B", credits="x", support="maybe"), activity("A", title="Again"), activity("C")
        ),
    )
    assert answer.verdicts == ["Accepted", "Rejected", "Accepted", "Accepted"]
    assert answer.codes == ["102", "104"]
    assert answer.all("AccmeActivityID") == ["12345678", "12345678", "12345679"]
    assert answer.all("ProviderActivityID") == ["A", "B", "A", "C"]
    assert served.counts() == (2, 0)


@pytest.mark.slow
def test_five_thousand_records_fit_in_one_message(ready: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """350 learners over fifteen activities; the time is printed, not judged."""
    ready.registered(*(activity(f"AMC-{number}") for number in range(2, 17)))
    people = [who for who in PEOPLE.values() if who.last not in ("Doppel",)]
    records = [record(who, activity=str(12345678 + course)) for course in range(15) for who in people][:5000]
    assert len(records) == 5000
    message = support.learners(*records)
    started = time.perf_counter()
    answer = ready.post("SaveLearnerActivity", message)
    elapsed = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n5,000 records, {len(message) >> 10} KiB: {elapsed:.2f} s")
    verdicts = answer.verdicts
    assert len(verdicts) == 5000
    assert len(answer.all("CreditId")) == verdicts.count("Accepted") == ready.counts()[1]
    assert set(answer.codes) == {"300", "302", "303", "304", "305", "306", "307"}
    assert verdicts.count("Accepted") > 4500


def test_named_sandboxes_share_nothing(stored: Served) -> None:
    """The same base URL but for the name; IDs count from the start in each."""
    stored.create("team-a")
    assert stored.get("GetActivity", sandbox="team-a", AccmeActivityID=ACTIVITY_ID).codes == ["302"]
    assert stored.get("GetLearnerStatusByCreditId", sandbox="team-a", CreditId=CREDIT).status == 404
    assert stored.post("SaveActivity", sandbox="team-a").one("AccmeActivityID") == ACTIVITY_ID
    assert stored.post("SaveLearnerActivity", sandbox="team-a").one("CreditId") == CREDIT
    stored.advance("overnight", "team-a")
    assert stored.get("GetLearnerStatusByCreditId", sandbox="team-a", CreditId=CREDIT).one("Status") == "Transmitted"
    assert stored.get("GetLearnerStatusByCreditId", CreditId=CREDIT).one("Status") == "Submitted"
    stored.post("SaveActivity", support.activities(activity(action="Delete")), sandbox="team-a")
    assert stored.get("GetActivity", AccmeActivityID=ACTIVITY_ID).one("Result") == "Accepted"
    operations = {entry["path"].split("/")[1] for entry in stored.journal("team-a")}
    assert operations == {"sandboxes"}
    assert all(not entry["path"].startswith("/sandboxes") for entry in stored.journal())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unknown_sandbox_is_told_the_known_ones(served: Served, operation: str) -> None:
    """404, with how to make one."""
    served.create("team-a")
    for method in ("POST", "GET"):
        answer = served.request(method, support.path_of(operation, "team-b"), data=b"<a/>", content_type=support.XML)
        assert (answer.status, answer.codes) == (404, ["NotFound"])
        for word in ("default", "team-a", "/_mockpars/sandboxes"):
            assert word in answer.one("Fix")
        assert "team-b" in answer.one("Reason")


def test_the_default_sandbox_answers_under_its_name_too(ready: Served) -> None:
    """One more way to the same world."""
    assert ready.get("GetActivity", sandbox="default", AccmeActivityID=ACTIVITY_ID).one("Result") == "Accepted"


def test_debug_headers_tell_rules_basis_and_journal(ready: Served) -> None:
    """Small, and only about what was found."""
    accepted = ready.post("SaveLearnerActivity")
    assert "X-Mockpars-Rules" not in accepted.headers
    rejected = ready.post("SaveLearnerActivity", support.learners(record(completed="2028-01-01", credits=None)))
    assert rejected.headers["X-Mockpars-Rules"] == "303 303.reporting-window 304 305.no-credit"
    assert rejected.headers["X-Mockpars-Basis"] == "L5:documented L14:assumed L5:documented L5:documented"
    assert int(rejected.headers["X-Mockpars-Journal"]) == int(accepted.headers["X-Mockpars-Journal"]) + 1


def test_debug_headers_can_be_switched_off(serve: Callable[..., Served]) -> None:
    """Then nothing tells the mock from PARS."""
    served = serve(debug_headers="false")
    rejected = served.post("SaveLearnerActivity", support.learners(record(activity="9")))
    for answer in (served.post("SaveActivity"), rejected, served.post("SaveActivity", "<")):
        assert not [name for name in answer.headers if name.lower().startswith("x-")]


def test_an_error_names_code_field_message_and_fix(ready: Served) -> None:
    """As people need it at two in the morning."""
    answer = ready.post("SaveLearnerActivity", support.learners(record(completed="2025-06-01")))
    (error,) = list(answer.root.iter("{*}Error"))
    told = {child.tag.rpartition("}")[2]: child.text or "" for child in error}
    assert (told["Code"], told["Field"]) == ("303", "CompletedDateTime")
    assert "2025-06-01" in told["Message"]
    assert told["Fix"]


def test_a_wrong_provider_is_code_100_or_a_fault_where_an_answer_has_no_room(ready: Served) -> None:
    """A4, D4."""
    wrong = {"provider": "8273"}
    assert ready.post("SaveActivity", support.activities(**wrong)).codes == ["100"]
    assert ready.post("SaveLearnerActivity", support.learners(record(), record(), **wrong)).codes == ["100", "100"]
    assert ready.post("GetActivity", support.activity_question(ACTIVITY_ID, **wrong)).codes == ["100"]
    for operation, message in (
        ("LearnerMatchRequest", support.match(HOLLOWAY, **wrong)),
        ("GetLearnerStatusByCreditId", support.by_credit(CREDIT, **wrong)),
        ("GetLearnerStatus", support.by_learner(*LEARNER_QUERY.values(), **wrong)),
    ):
        answer = ready.post(operation, message)
        assert (answer.status, answer.codes) == (400, ["100"])
        assert "leading zeroes" in answer.one("Fix")
    assert ready.post("SaveActivity", support.activities(activity(provider="1"))).codes == ["100"]
