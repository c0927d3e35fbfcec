"""The control API: sandboxes, clocks, what happened, and making things happen. All over HTTP, in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from tests import support
from tests.web.controlled import DEFAULT, Controlled

SANDBOXES = "/_mockpars/sandboxes"
RECORDS = f"{DEFAULT}/learner-records"
FIRST = "ccid:mockpars:100000001"
Make = Callable[..., Controlled]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes servers, each with settings of its own."""
    made: list[Controlled] = []

    def one(**settings: str) -> Controlled:
        made.append(Controlled(**settings))
        return made[-1]

    yield one
    for server in made:
        server.world.store.close()


@pytest.fixture
def server(make: Make) -> Controlled:
    """A fresh server."""
    return make()


@pytest.fixture
def submitted(server: Controlled) -> Controlled:
    """A server with the reference's activity and one learner record, the first."""
    assert ">Accepted<" in server.send("SaveActivity", support.sample("SaveActivity"))
    assert FIRST in server.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    return server


def error(server: Controlled, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
    """Status and error of a request that is refused."""
    answer = server.call(method, path, body, **options)
    return answer.status_code, answer.get_json()["error"]


def faults(server: Controlled, method: str, path: str, body: Any = None, **options: Any) -> dict[str, str]:
    """What the details of a 422 say, by field."""
    status, found = error(server, method, path, body, **options)
    assert status == 422, found
    return {detail["field"]: detail["problem"] for detail in found["details"]}


# --- The server --------------------------------------------------------------------------------------------------


def test_it_is_ready_for_anyone(make: Make) -> None:
    server = make(token="secret")
    assert server.get("/_mockpars/ready", caller="203.0.113.9") == {"ready": True}
    assert server.call("HEAD", "/_mockpars/ready", described=False).status_code == 200


def test_health_tells_version_store_uptime_sandboxes_and_clock(server: Controlled) -> None:
    health = server.get("/_mockpars/health")
    assert health["store"] == {"kind": "memory"}
    assert health["sandboxes"] == 1
    assert health["clock"] == {"mode": "fixed", "now": support.NOW, "next_overnight": "2026-05-11T05:00:00Z"}


def test_the_codes_are_all_there_with_rules_and_what_provokes_them(server: Controlled) -> None:
    codes = {entry["code"]: entry for entry in server.get("/_mockpars/codes")["codes"]}
    assert set(codes) == set(CATALOGUE)
    assert "lars-latecomer" in codes[303]["personas"]
    assert codes[303]["scenarios"] == ["reject-303"]
    assert all(entry["rules"] and entry["personas"] for entry in codes.values())


# --- Sandboxes ---------------------------------------------------------------------------------------------------


def test_a_sandbox_is_created_with_everything_a_client_needs(server: Controlled) -> None:
    made = server.post(
        SANDBOXES,
        {"name": "team-a", "ttl": "PT1H", "clock": "2026-05-06T12:00:00Z", "user": "u", "password": "p",
         "provider_id": "0000042"},
        201,
    )  # fmt: skip
    assert made["base_url"] == "http://localhost/sandboxes/team-a"
    assert made["learner_service"] == f"{made['base_url']}{support.path_of('SaveLearnerActivity').rpartition('/')[0]}"
    assert (made["user"], made["password"], made["provider_id"]) == ("u", "p", "0000042")
    assert made["clock"]["now"] == "2026-05-06T12:00:00Z"
    assert made["expires_at"] is not None
    message = support.match(user="u", password="p", provider="0000042")
    assert ">1</int>" in server.send("LearnerMatchRequest", message, "team-a")


def test_a_sandbox_without_a_name_gets_one_and_the_servers_account(server: Controlled) -> None:
    made = server.post(SANDBOXES, status=201)
    assert made["name"].startswith("sandbox-")
    assert (made["user"], made["password"], made["provider_id"]) == (support.USER, support.PASSWORD, support.PROVIDER)
    assert made["expires_at"] is None
    assert [entry["name"] for entry in server.get(SANDBOXES)["sandboxes"]] == ["default", made["name"]]


def test_a_sandbox_may_run_on_real_time_on_a_server_whose_clock_is_fixed(server: Controlled) -> None:
    assert server.post(SANDBOXES, {"clock": "real"}, 201)["clock"]["mode"] == "running"


def test_two_sandboxes_cannot_have_one_name(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a"}, 201)
    assert error(server, "POST", SANDBOXES, {"name": "a"})[1]["code"] == "SandboxExists"
    assert error(server, "POST", SANDBOXES, {"name": "default"})[0] == 409


def test_a_sandbox_is_gone_when_its_time_is_up(server: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    server.post(SANDBOXES, {"name": "a", "ttl": "PT1M"}, 201)
    later = server.world.wall().replace(year=server.world.wall().year + 1)
    monkeypatch.setattr(server.world, "wall", lambda: later)
    assert error(server, "GET", f"{SANDBOXES}/a")[0] == 404
    assert [entry["name"] for entry in server.get(SANDBOXES)["sandboxes"]] == ["default"]
    server.post(SANDBOXES, {"name": "a"}, 201)


def test_a_sandbox_shows_what_it_holds(submitted: Controlled) -> None:
    assert submitted.get(DEFAULT)["held"] == {"activities": 1, "learner_records": 1}


def test_a_deleted_sandbox_is_gone_and_the_default_one_cannot_be_deleted(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a"}, 201)
    assert server.call("DELETE", f"{SANDBOXES}/a").status_code == 204
    assert error(server, "DELETE", f"{SANDBOXES}/a")[1]["code"] == "UnknownSandbox"
    assert error(server, "DELETE", DEFAULT)[1]["code"] == "Conflict"


def test_a_reset_gives_back_the_seed_and_the_first_clock_and_keeps_the_account(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a", "clock": "2026-05-06", "user": "u", "ttl": "P1D"}, 201)
    before = server.get(f"{SANDBOXES}/a")
    server.send("SaveActivity", support.activities(user="u"), "a")
    server.post(f"{SANDBOXES}/a/scenarios", {"scenario": "reject-303"}, 201)
    server.post(f"{SANDBOXES}/a/clock/advance", {"by": "P9D"})
    after = server.post(f"{SANDBOXES}/a/reset")
    assert after["clock"] == before["clock"]
    assert (after["user"], after["expires_at"]) == ("u", before["expires_at"])
    assert server.get(f"{SANDBOXES}/a")["held"]["activities"] == 0
    assert server.get(f"{SANDBOXES}/a/scenarios") == {"armed": []}


# --- The clock ---------------------------------------------------------------------------------------------------


def test_the_clock_advances_overnight_and_tells_which_transitions_fired(submitted: Controlled) -> None:
    moved = submitted.post(f"{DEFAULT}/clock/advance", {"by": "overnight"})
    assert (moved["before"], moved["now"]) == (support.NOW, "2026-05-11T05:00:00Z")
    fired = [(step["status"], step["destination"]) for step in moved["transitions"]]
    assert fired == [("Transmitted", "TX"), ("Transmitted", None)]
    assert {step["credit_id"] for step in moved["transitions"]} == {FIRST}
    moved = submitted.post(f"{DEFAULT}/clock/advance", {"by": "P1D"})
    assert [step["status"] for step in moved["transitions"]] == ["Approved", "Approved"]
    assert moved["truncated"] is False


def test_the_clock_is_set_forward_and_never_back(server: Controlled) -> None:
    assert server.post(f"{DEFAULT}/clock/set", {"at": "2026-06-01"})["now"] == "2026-06-01T00:00:00Z"
    assert server.post(f"{DEFAULT}/clock/set", {"at": "2026-06-01T01:00:00+01:00"})["now"] == "2026-06-01T00:00:00Z"
    status, found = error(server, "POST", f"{DEFAULT}/clock/set", {"at": "2026-05-31"})
    assert (status, found["code"]) == (409, "Clock")
    assert error(server, "POST", f"{DEFAULT}/clock/advance", {"by": "P999999W"})[0] == 409


def test_the_clock_is_let_run_and_fixed_again(server: Controlled) -> None:
    assert server.call("PUT", f"{DEFAULT}/clock", {"mode": "running"}).get_json()["now"] >= support.NOW
    assert server.get(f"{DEFAULT}/clock")["mode"] == "running"
    fixed = server.call("PUT", f"{DEFAULT}/clock", {"mode": "fixed"}).get_json()
    assert server.get(f"{DEFAULT}/clock") == fixed


@pytest.mark.parametrize("by", ["", "P", "PT", "1 day", "-PT1H", "P1Y", "overnight\n", "PT1.5H"])
def test_what_is_no_duration_does_not_move_the_clock(server: Controlled, by: str) -> None:
    assert list(faults(server, "POST", f"{DEFAULT}/clock/advance", {"by": by})) == ["by"]


@pytest.mark.parametrize("at", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59-12:00", "1.5.2026"])
def test_what_is_no_instant_does_not_set_the_clock(server: Controlled, at: str) -> None:
    assert list(faults(server, "POST", f"{DEFAULT}/clock/set", {"at": at})) == ["at"]


# --- Physicians --------------------------------------------------------------------------------------------------


def test_physicians_are_listed_by_page(server: Controlled) -> None:
    first = server.get(f"{DEFAULT}/physicians?limit=200")
    second = server.get(f"{DEFAULT}/physicians?limit=200&after={first['next']}")
    ids = [entry["id"] for page in (first, second) for entry in page["physicians"]]
    assert len(set(ids)) == first["total"] == 350
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("state=TX", lambda one: "TX" in {entry["state"] for entry in one["licences"]}),
        ("board=ABOS", lambda one: "ABOS" in {entry["board"] for entry in one["boards"]}),
        ("profession=DO", lambda one: one["profession"] == "DO"),
        ("persona=any", lambda one: one["persona"]),
        ("persona=jose-nunez", lambda one: one["id"] == "PH-0002"),
        ("npi=1234567890", lambda one: one["last_name"] == "Holloway"),
        ("q=nunez", lambda one: one["last_name"] == "Núñez"),
    ],
)
def test_physicians_are_found_by(server: Controlled, query: str, holds: Callable[[Any], bool]) -> None:
    found = server.get(f"{DEFAULT}/physicians?{query}")["physicians"]
    assert 0 < len(found) < 350
    assert all(holds(entry) for entry in found)


def test_a_physician_is_shown_by_id_npi_or_persona(server: Controlled) -> None:
    shown = [server.get(f"{DEFAULT}/physicians/{name}") for name in ("PH-0001", "1234567890", "james-holloway")]
    assert shown[0] == shown[1] == shown[2]
    assert error(server, "GET", f"{DEFAULT}/physicians/nobody")[0] == 404


def test_an_npi_that_two_have_names_neither(server: Controlled) -> None:
    doppel = server.get(f"{DEFAULT}/physicians/dolly-doppel-one")
    assert error(server, "GET", f"{DEFAULT}/physicians/{doppel['npi']}")[0] == 409


def test_an_added_physician_is_known_to_this_sandbox_alone(server: Controlled) -> None:
    ada = {"first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-29", "npi": "2999999999"}
    added = server.post(f"{DEFAULT}/physicians", {**ada, "licences": [{"state": "TX", "number": "1"}]}, 201)
    assert added["profession"] == "MD"
    assert server.get(f"{DEFAULT}/physicians/2999999999") == added
    server.post(SANDBOXES, {"name": "a"}, 201)
    who = support.Person("Ada", "Added", "1980-02-29", "2999999999")
    assert ">1</int>" in server.send("LearnerMatchRequest", support.match(who))
    assert ">0</int>" in server.send("LearnerMatchRequest", support.match(who), "a")


def test_an_added_physician_may_have_a_scenario(submitted: Controlled) -> None:
    ada = {"first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-29", "npi": "2999999999",
           "licences": [{"state": "TX", "number": "1"}], "scenario": "reject-305"}  # fmt: skip
    submitted.post(f"{DEFAULT}/physicians", ada, 201)
    who = support.Person("Ada", "Added", "1980-02-29", "2999999999")
    assert "<Code>305</Code>" in submitted.send("SaveLearnerActivity", support.learners(support.record(who)))
    status, found = error(submitted, "POST", f"{DEFAULT}/physicians", {**ada, "scenario": "reject-999"})
    assert (status, found["code"]) == (422, "UnknownScenario")


def test_everything_wrong_with_a_new_physician_is_told_at_once(server: Controlled) -> None:
    body = {
        "first_name": "", "date_of_birth": "1980-02-30", "npi": "12", "profession": "RN", "colour": "red",
        "licences": [{"state": "Texas", "number": 5}], "boards": "ABIM", "consent": "yes",
    }  # fmt: skip
    found = faults(server, "POST", f"{DEFAULT}/physicians", body)
    assert set(found) == {
        "first_name", "last_name", "npi", "profession", "colour", "licences/0/state", "licences/0/number", "boards",
        "consent",
    }  # fmt: skip


def test_dates_states_and_boards_of_a_new_physician_must_exist(server: Controlled) -> None:
    board = {"board": "ABIM", "diplomate_id": "1"}
    body = {
        "first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-30", "npi": "2999999999",
        "licences": [{"state": "ZZ", "number": "5"}], "boards": [board, board], "reason": "none",
    }  # fmt: skip
    found = faults(server, "POST", f"{DEFAULT}/physicians", body)
    assert set(found) == {"date_of_birth", "licences/0/state", "boards/1/board", "reason"}


# --- Activities and learner records ------------------------------------------------------------------------------


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
    assert error(server, "GET", f"{DEFAULT}/activities/nothing")[0] == 404


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
    assert error(submitted, "GET", f"{RECORDS}?physician=nobody")[0] == 404


def test_a_page_that_is_full_at_the_end_has_no_next(submitted: Controlled) -> None:
    assert submitted.get(f"{RECORDS}?limit=1")["next"] is None


@pytest.mark.parametrize("credit", ["ccid:mockpars:999", "ccid:mockpars:x", "12", "ccid:mockpars:" + "9" * 40])
def test_an_unknown_learner_record_is_not_found(server: Controlled, credit: str) -> None:
    assert error(server, "GET", f"{RECORDS}/{credit}")[0] == 404


# --- Deciding as the board ---------------------------------------------------------------------------------------


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
    status, found = error(submitted, "POST", f"{RECORDS}/{FIRST}/decide", {**approve, "decision": "reject"})
    assert (status, found["code"]) == (409, "Conflict")


def test_a_board_may_be_silenced(submitted: Controlled) -> None:
    submitted.post(f"{RECORDS}/{FIRST}/decide", {"destination": "TX", "decision": "silent"})
    submitted.post(f"{DEFAULT}/clock/advance", {"by": "P30D"})
    assert submitted.get(f"{RECORDS}/{FIRST}")["status"] == "Transmitted"


def test_only_a_destination_of_the_record_decides(submitted: Controlled) -> None:
    body = {"destination": "ABIM", "decision": "approve"}
    assert "destination" in faults(submitted, "POST", f"{RECORDS}/{FIRST}/decide", body)
    body = {"destination": "TX", "decision": "approve", "reason": "good"}
    assert "reason" in faults(submitted, "POST", f"{RECORDS}/{FIRST}/decide", body)


def test_nobody_decides_on_a_deleted_record(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.learners(support.record(action="Delete")))
    body = {"destination": "TX", "decision": "approve"}
    assert error(submitted, "POST", f"{RECORDS}/{FIRST}/decide", body)[0] == 409


# --- The journal -------------------------------------------------------------------------------------------------


def test_the_journal_lists_exchanges_newest_first_and_by_what_they_are(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    entries = submitted.get(f"{DEFAULT}/journal")["exchanges"]
    assert [(entry["id"], entry["outcome"], entry["codes"]) for entry in entries] == [
        (3, "Rejected", [304]), (2, "Accepted", []), (1, "Accepted", []),
    ]  # fmt: skip
    for query, ids in {
        "code=304": [3], "operation=SaveActivity": [1], "outcome=Accepted": [2, 1], "after=1&before=3": [2],
        "limit=1": [3],
    }.items():  # fmt: skip
        found = submitted.get(f"{DEFAULT}/journal?{query}")
        assert [entry["id"] for entry in found["exchanges"]] == ids, query
    assert submitted.get(f"{DEFAULT}/journal?limit=1")["next"] == 3


def test_an_exchange_is_shown_with_its_texts_and_its_verdict(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    shown = submitted.get(f"{DEFAULT}/journal/3")
    assert shown["verdict"]["records"][0]["findings"][0]["code"] == 304
    assert "<Password>***</Password>" in shown["request"]
    assert "<Code>304</Code>" in shown["response"]
    assert error(submitted, "GET", f"{DEFAULT}/journal/4")[0] == 404


def test_a_cleared_journal_goes_on_counting(submitted: Controlled) -> None:
    assert submitted.call("DELETE", f"{DEFAULT}/journal").status_code == 204
    assert submitted.get(f"{DEFAULT}/journal") == {"exchanges": [], "next": None}
    submitted.send("LearnerMatchRequest", support.match())
    assert submitted.get(f"{DEFAULT}/journal")["exchanges"][0]["id"] == 3


# --- Scenarios ---------------------------------------------------------------------------------------------------


def test_the_catalogue_of_scenarios_is_there(server: Controlled) -> None:
    names = [entry["name"] for entry in server.get("/_mockpars/scenarios")["scenarios"]]
    assert names[: len(CATALOGUE_OF_SCENARIOS)] == list(CATALOGUE_OF_SCENARIOS)
    assert "abim-refuses" in names[len(CATALOGUE_OF_SCENARIOS) :]


def test_an_armed_scenario_acts_as_often_as_it_should(submitted: Controlled) -> None:
    mona = support.learners(support.record(support.PEOPLE["mona-manystates"]))
    armed = submitted.post(f"{DEFAULT}/scenarios", {"scenario": "reject-303", "times": 1}, 201)
    assert (armed["scenario"], armed["remaining"]) == ("reject-303", 1)
    assert "<Code>303</Code>" in submitted.send("SaveLearnerActivity", mona)
    assert submitted.get(f"{DEFAULT}/scenarios") == {"armed": []}
    assert ">Accepted<" in submitted.send("SaveLearnerActivity", mona)


@pytest.mark.parametrize("physician", ["PH-0001", "1234567890", "james-holloway"])
def test_an_armed_scenario_may_mean_one_physician(submitted: Controlled, physician: str) -> None:
    body = {"scenario": "reject-306", "physician": physician, "operation": "SaveLearnerActivity"}
    submitted.post(f"{DEFAULT}/scenarios", body, 201)
    mona, james = (support.PEOPLE[key] for key in ("mona-manystates", "james-holloway"))
    assert ">Accepted<" in submitted.send("SaveLearnerActivity", support.learners(support.record(mona)))
    assert "<Code>306</Code>" in submitted.send("SaveLearnerActivity", support.learners(support.record(james)))


def test_scenarios_are_disarmed_one_by_one_or_all_at_once(server: Controlled) -> None:
    ids = [server.post(f"{DEFAULT}/scenarios", {"scenario": "latency:0.5"}, 201)["id"] for _ in range(3)]
    assert server.call("DELETE", f"{DEFAULT}/scenarios/{ids[1]}").status_code == 204
    assert error(server, "DELETE", f"{DEFAULT}/scenarios/{ids[1]}")[0] == 404
    assert [entry["id"] for entry in server.get(f"{DEFAULT}/scenarios")["armed"]] == [ids[0], ids[2]]
    assert server.call("DELETE", f"{DEFAULT}/scenarios").status_code == 204
    assert server.get(f"{DEFAULT}/scenarios") == {"armed": []}


def test_an_unknown_scenario_is_refused_with_the_known_ones(server: Controlled) -> None:
    status, found = error(server, "POST", f"{DEFAULT}/scenarios", {"scenario": "reject-30"})
    assert (status, found["code"]) == (422, "UnknownScenario")
    assert all(name in found["fix"] for name in CATALOGUE_OF_SCENARIOS)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("physician", {"scenario": "reject-303", "physician": "nobody"}),
        ("operation", {"scenario": "reject-303", "operation": "Save"}),
        ("operation", {"scenario": "reject-303", "operation": "SaveActivity"}),
        ("operation", {"scenario": "board-silent", "operation": "GetLearnerStatus"}),
        ("reason", {"scenario": "reject-303", "reason": "because"}),
        ("times", {"scenario": "reject-303", "times": 0}),
        ("times", {"scenario": "reject-303", "times": True}),
        ("times", {"scenario": "reject-303", "times": 10**30}),
        ("percent", {"scenario": "reject-303", "percent": 101}),
        ("scenario", {}),
    ],
)
def test_a_scenario_that_could_never_act_is_refused(server: Controlled, field: str, body: dict[str, Any]) -> None:
    assert list(faults(server, "POST", f"{DEFAULT}/scenarios", body)) == [field]


# --- Strictness --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"{", 400),
        (b"nonsense", 400),
        (b'{"by": NaN}', 400),
        (b'{"by": "PT1H", "by": "PT2H"}', 400),
        (b'{"by": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"by": ' + b"9" * 10_000 + b"}", 400),
        (b"[]", 422),
        (b'"PT1H"', 422),
        (b"null", 422),
        (b"17", 422),
        (b"", 422),
        (b'{"by": "PT1H\\u0000"}', 422),
        (b'{"by": "\\ud800"}', 422),
        (b'{"by": "PT1H", "\\ud800\\u0000": 1}', 422),
        (b'{"by": ' + b"9" * 1_000 + b"}", 422),
        (b'{"by": 1e400}', 422),
        (b'{"by": {"by": "PT1H"}}', 422),
        (b'{"by": null}', 422),
        (b'{"by": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused(server: Controlled, sent: bytes, status: int) -> None:
    path = f"{DEFAULT}/clock/advance"
    assert error(server, "POST", path, data=sent, content_type="application/json")[0] == status
    assert server.get(f"{DEFAULT}/clock")["now"] == support.NOW


def test_a_byte_order_mark_and_a_charset_do_no_harm(server: Controlled) -> None:
    sent = b"\xef\xbb\xbf" + json.dumps({"by": "PT1H"}).encode()
    server.post(f"{DEFAULT}/clock/advance", data=sent, content_type="application/json; charset=utf-8")


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_a_body_must_be_labelled_as_json(server: Controlled, media: str | None) -> None:
    answer = server.call("POST", f"{DEFAULT}/clock/advance", data=b'{"by": "PT1H"}', content_type=media)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=9999999999999999999999", "limit=-1", "sort=id", "limit=1&limit=2",
              "state=%00%00", "state=tx", "q=", "q=%01"],
)  # fmt: skip
def test_a_query_that_is_not_what_it_should_be_is_refused(server: Controlled, query: str) -> None:
    assert faults(server, "GET", f"{DEFAULT}/physicians?{query}")


def test_a_request_without_parameters_takes_none(server: Controlled) -> None:
    assert list(faults(server, "GET", "/_mockpars/health?verbose=1")) == ["verbose"]
    assert list(faults(server, "POST", f"{DEFAULT}/reset", {"hard": True})) == ["hard"]
    assert list(faults(server, "DELETE", f"{DEFAULT}/journal", {"before": 3})) == ["before"]


@pytest.mark.parametrize(
    "path", ["/_mockpars/nothing", "/_mockpars/ready/", f"{SANDBOXES}/nobody",
             f"{SANDBOXES}/nobody/clock", f"{DEFAULT}/journal/0x1", f"{DEFAULT}/journal/" + "9" * 50,
             f"{DEFAULT}/physicians/%00", f"{DEFAULT}/physicians/%FF", f"{DEFAULT}/activities/%00",
             f"{SANDBOXES}/a%0Ab"],
)  # fmt: skip
def test_a_path_where_nothing_is_answers_404_in_json(server: Controlled, path: str) -> None:
    assert error(server, "GET", path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_answers_405_with_those_allowed(server: Controlled, method: str) -> None:
    answer = server.call(method, "/_mockpars/health")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_answers_which_methods_there_are(server: Controlled) -> None:
    answer = server.call("OPTIONS", f"{DEFAULT}/clock")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, PUT")


def test_a_refused_request_changes_nothing(submitted: Controlled) -> None:
    before = submitted.get(DEFAULT)
    error(submitted, "POST", SANDBOXES, {"name": "a", "ttl": "P99999W"})
    error(submitted, "POST", f"{DEFAULT}/clock/set", {"at": "1999-01-01"})
    assert submitted.get(DEFAULT) == before
    assert len(submitted.get(SANDBOXES)["sandboxes"]) == 1


# --- Access ------------------------------------------------------------------------------------------------------


def test_without_a_token_only_this_machine_is_answered(server: Controlled) -> None:
    for caller in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
        assert server.call("GET", "/_mockpars/health", caller=caller).status_code == 200
    for caller in ("203.0.113.9", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "", "unix"):
        status, found = error(server, "GET", "/_mockpars/health", caller=caller)
        assert (status, found["code"]) == (403, "Forbidden")
        assert "--control-from anywhere" in found["fix"]
    assert error(server, "GET", "/_mockpars/nothing", caller="10.0.0.1")[0] == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8027", "127.0.0.1:8027", "[::1]:8027", "a.localhost", "localhost."]
)
def test_names_of_this_machine_are_answered(server: Controlled, host: str) -> None:
    assert server.call("GET", "/_mockpars/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "[::2]"]
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(server: Controlled, host: str) -> None:
    assert server.call("GET", "/_mockpars/health", headers={"Host": host}).status_code == 403


def test_anywhere_is_answered_when_the_server_was_told_so(make: Make) -> None:
    server = make(control_from="anywhere")
    headers = {"Host": "mockpars.example"}
    assert server.call("GET", "/_mockpars/health", caller="203.0.113.9", headers=headers).status_code == 200


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer", "Basic c2VjcmV0", "secret", "Bearer secret2"])
def test_with_a_token_nobody_is_answered_without_it(make: Make, sent: str | None) -> None:
    server = make(token="secret")
    headers = {} if sent is None else {"Authorization": sent}
    answer = server.call("GET", "/_mockpars/health", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="mockpars"')


def test_with_the_token_anyone_is_answered(make: Make) -> None:
    server = make(token="secret")
    headers = {"Authorization": "bearer secret", "Host": "mockpars.example"}
    assert server.call("GET", "/_mockpars/health", caller="203.0.113.9", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "http://["])
def test_a_page_of_another_origin_changes_nothing(server: Controlled, origin: str) -> None:
    assert error(server, "POST", f"{DEFAULT}/reset", headers={"Origin": origin})[0] == 403
    assert server.call("GET", f"{DEFAULT}/clock", headers={"Origin": origin}).status_code == 200


def test_a_page_of_this_server_may_change_things(server: Controlled) -> None:
    headers = {"Origin": "http://localhost:8027", "Host": "localhost:8027"}
    server.post(f"{DEFAULT}/reset", headers=headers)


# --- Durability --------------------------------------------------------------------------------------------------


def test_an_answer_waits_for_the_commit_of_what_it_tells(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    server = make()
    monkeypatch.setattr(type(server.world.store), "uncommitted", property(lambda store: True))
    server.post(f"{DEFAULT}/clock/advance", {"by": "PT1H"})
    assert server.exchange.uncommitted


def test_a_bug_is_answered_in_the_same_shape(server: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(server.world, "sandbox", broken)
    answer = server.call("GET", f"{DEFAULT}/clock", described=False)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (500, "Internal")
