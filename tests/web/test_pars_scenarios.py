"""Scenarios by request header and by persona: rejections, boards' decisions, faults of the gateway."""

from __future__ import annotations

import pytest

from mockpars.domain.rejection import CATALOGUE
from tests import support
from tests.support import ALL_BOARDS, PEOPLE, Answer, Served, activity, moc, record

ACTIVITY_CODES = [100, 101, 102, 103, 104, 105, 200, 302, 322]
LEARNER_CODES = [100, 200, 300, 301, 302, 303, 304, 305, 306, 307, 322]
BOARDS = {
    "ABA": "asher-asleep",
    "ABIM": "irma-internist",
    "ABOHNS": "otto-otoscope",
    "ABOS": "bonnie-bonesetter",
    "ABP": "petra-playroom",
    "ABPATH": "pascal-petridish",
    "ABS": "sam-scalpel",
    "ABTS": "theo-thorax",
}


@pytest.fixture
def boards(served: Served) -> Served:
    """An activity that is registered for MOC credit of every board."""
    served.registered(activity(registrations=ALL_BOARDS))
    return served


def _submitted(served: Served, *credits: str, who: str = "sun-o", **headers: str) -> str:
    """The credit ID of an accepted record."""
    message = support.learners(record(PEOPLE[who], credits=[support.credit(*support.AMA), *credits]))
    answer = served.post("SaveLearnerActivity", message, **headers)
    assert answer.one("Result") == "Accepted", answer.body
    return answer.one("CreditId")


def _after(served: Served, credit_id: str, *steps: str) -> Answer:
    """The status once the clock has moved."""
    for by in steps:
        served.advance(by)
    return served.get("GetLearnerStatusByCreditId", CreditId=credit_id)


@pytest.mark.parametrize("code", ACTIVITY_CODES)
def test_a_header_forces_any_code_of_an_activity(served: Served, code: int) -> None:
    """Though the message is right; nothing is stored."""
    answer = served.post("SaveActivity", X_Mockpars_Scenario=f"reject-{code}")
    assert (answer.status, answer.one("Result"), answer.codes) == (200, "Rejected", [str(code)])
    assert answer.headers["X-Mockpars-Rules"] == f"scenario.reject-{code}"
    assert CATALOGUE[code].meaning in answer.one("Message")
    assert served.counts() == (0, 0)


@pytest.mark.parametrize("code", LEARNER_CODES)
def test_a_header_forces_any_code_of_a_learner(ready: Served, code: int) -> None:
    """For every record of the message."""
    message = support.learners(record(), record(PEOPLE["sun-o"]))
    answer = ready.post("SaveLearnerActivity", message, X_Mockpars_Scenario=f"reject-{code}")
    assert (answer.verdicts, answer.codes) == (["Rejected"] * 2, [str(code)] * 2)
    assert ready.counts() == (1, 0)
    assert ready.journal()[0]["scenarios"] == [f"reject-{code}"]


@pytest.mark.parametrize(("scenario", "count"), [("reject-300", "0"), ("reject-301", "2")])
def test_a_header_forces_the_match_answer(served: Served, scenario: str, count: str) -> None:
    """L3."""
    assert served.post("LearnerMatchRequest", X_Mockpars_Scenario=scenario).root.text == count


@pytest.mark.parametrize(
    "value", ["reject-999", "Reject-303", "reject-303, nonsense", "latency:fast", "board-reject:XYZ"]
)
def test_an_unknown_scenario_is_an_error_that_lists_the_known(ready: Served, value: str) -> None:
    """Nothing is ever silently ignored."""
    answer = ready.post("SaveLearnerActivity", X_Mockpars_Scenario=value)
    assert (answer.status, answer.codes) == (400, ["Scenario"])
    for known in ("reject-303", "board-silent", "latency", "answer-lost"):
        assert known in answer.one("Fix")
    assert ready.counts() == (1, 0)


@pytest.mark.parametrize("board", BOARDS)
def test_every_board_has_a_persona_whom_it_rejects_with_its_reason(boards: Served, board: str) -> None:
    """310 after the night, with the diplomate's right ID (L23); the states approve."""
    who = PEOPLE[BOARDS[board]]
    credit_id = _submitted(boards, moc(board, who.boards[board]), who=BOARDS[board])
    assert _after(boards, credit_id, "overnight").one("Status") == "Transmitted"
    answer = _after(boards, credit_id, "PT24H")
    assert answer.one("Status") == "Rejected"
    assert answer.codes == ["310", "310"]
    assert len(set(answer.all("Message"))) == 1
    assert len(answer.one("Message")) > 20
    assert dict(zip(answer.all("Destination"), answer.all("Status")[1:], strict=True)) == {
        board: "Rejected",
        **dict.fromkeys(who.licences, "Approved"),
    }


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("board-reject", "Rejected"),
        ("board-reject:ABIM", "Rejected"),
        ("board-reject:ABP", "Approved"),
        ("board-silent", "Transmitted"),
        ("board-silent:ABIM", "Transmitted"),
        ("board-silent:ABP", "Approved"),
        ("state-reject", "Rejected"),
        ("state-reject:WI", "Rejected"),
        ("state-reject:TX", "Approved"),
        ("board-approve", "Approved"),
        ("board-reject:ABP,state-reject:WI", "Rejected"),
    ],
)
def test_a_header_decides_for_boards_and_states(boards: Served, header: str, status: str) -> None:
    """For all of them, or for the one it names."""
    credit_id = _submitted(boards, moc("ABIM", "970041"), who="polly-points", X_Mockpars_Scenario=header)
    answer = _after(boards, credit_id, "overnight", "P30D")
    assert answer.one("Status") == status


@pytest.mark.parametrize(
    ("who", "credit", "scenario", "status"),
    [
        ("polly-points", moc("ABIM", "970041"), "", "Approved"),
        ("polly-points", moc("ABIM"), "", "Approved"),
        ("polly-points", moc("ABIM", "970042"), "", "Rejected"),
        ("polly-points", moc("ABIM", "970042"), "board-approve", "Approved"),
        ("nina-noboard", moc("ABIM", "970041"), "", "Rejected"),
        ("nina-noboard", moc("ABIM"), "", "Rejected"),
        ("abby-approved", moc("ABIM", "1"), "", "Approved"),
    ],
)
def test_a_board_takes_credit_of_its_own_diplomates(
    boards: Served, who: str, credit: str, scenario: str, status: str
) -> None:
    """A wrong ID or no diplomate: accepted, then 310 (D8)."""
    headers = {"X_Mockpars_Scenario": scenario} if scenario else {}
    credit_id = _submitted(boards, credit, who=who, **headers)
    answer = _after(boards, credit_id, "overnight", "PT24H")
    assert answer.one("Status") == status
    assert ("310" in answer.codes) is (status == "Rejected")


def test_personas_act_by_their_data(boards: Served) -> None:
    """Silent boards, refusing states, slow nights."""
    silent = _submitted(boards, moc("ABIM", "901105"), who="simon-silent")
    refused = _submitted(boards, who="stella-statesno")
    slow = _submitted(boards, who="sloane-slowboat")
    many = _submitted(boards, who="mona-manystates")
    boards.advance("overnight")
    assert [_after(boards, entry).one("Status") for entry in (silent, refused, slow)] == [
        "Transmitted", "Transmitted", "Submitted",
    ]  # fmt: skip
    boards.advance("PT24H")
    answer = _after(boards, refused)
    assert dict(zip(answer.all("Destination"), answer.all("Status")[1:], strict=True)) == {
        "TX": "Rejected",
        "OK": "Approved",
    }
    assert (answer.one("Status"), answer.codes) == ("Rejected", ["310", "310"])
    assert sorted(_after(boards, many).all("Destination")) == ["CA", "NV", "NY", "OR", "TX"]
    assert _after(boards, many).one("Status") == "Approved"
    boards.advance("P1D")
    assert _after(boards, slow).one("Status") == "Approved"
    assert _after(boards, silent, "P365D").one("Status") == "Transmitted"


def test_a_slow_night_can_be_as_late_as_asked(ready: Served) -> None:
    """overnight-slow:3 waits for the third."""
    credit_id = _submitted(ready, X_Mockpars_Scenario="overnight-slow:3")
    steps = [_after(ready, credit_id, "overnight").one("Status") for _ in range(3)]
    assert steps == ["Submitted", "Submitted", "Transmitted"]


@pytest.mark.parametrize("code", [300, 302, 303, 304, 305])
def test_personas_force_codes_by_their_data(ready: Served, code: int) -> None:
    """Whoever sends them, for any completion."""
    key = {
        300: "lorna-lostrecord",
        302: "nadia-noactivity",
        303: "lars-latecomer",
        304: "rita-repeat",
        305: "hugo-halfhour",
    }[code]
    assert ready.post("SaveLearnerActivity", support.learners(record(PEOPLE[key]))).codes == [str(code)]


@pytest.mark.parametrize(
    ("scenario", "status", "media"),
    [
        ("too-many-requests", 429, "application/json"),
        ("server-error", 500, "application/xml"),
        ("bad-gateway", 502, "text/html"),
        ("unavailable", 503, "application/json"),
        ("gateway-timeout", 504, "application/xml"),
        ("html-page", 500, "text/html"),
    ],
)
def test_a_gateways_failure_comes_instead_of_pars(ready: Served, scenario: str, status: int, media: str) -> None:
    """T9: it looks nothing like PARS XML, and PARS never saw the message."""
    answer = ready.post("SaveLearnerActivity", X_Mockpars_Scenario=scenario)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith(media)
    assert b"BLL.Service" not in answer.body
    assert ready.counts() == (1, 0)
    entry = ready.journal()[0]
    assert (entry["fault"].partition(":")[0], entry["outcome"]) == (scenario, "Fault")


def test_too_many_requests_says_when_to_come_back(ready: Served) -> None:
    """Retry-After."""
    assert ready.post("SaveLearnerActivity", X_Mockpars_Scenario="too-many-requests").headers["Retry-After"] == "30"
    assert ready.post("SaveLearnerActivity", X_Mockpars_Scenario="too-many-requests:5").headers["Retry-After"] == "5"


def test_a_reset_and_a_time_out_reach_nobody(ready: Served) -> None:
    """The doorway is asked to break the connection; PARS never saw the message."""
    ready.post("SaveLearnerActivity", X_Mockpars_Scenario="reset")
    assert ready.exchange.reset
    ready.post("SaveLearnerActivity", X_Mockpars_Scenario="timeout:3")
    assert ready.exchange.never_answer == 3.0
    assert ready.counts() == (1, 0)


def test_a_lost_answer_was_stored_all_the_same(ready: Served) -> None:
    """So that the retry meets a 304, as in life."""
    ready.post("SaveLearnerActivity", X_Mockpars_Scenario="answer-lost")
    assert ready.exchange.reset
    assert ready.counts() == (1, 1)
    assert ready.post("SaveLearnerActivity").codes == ["304"]


def test_a_spoilt_answer_is_of_a_message_that_was_taken(ready: Served) -> None:
    """Late, cut, or labelled wrongly."""
    ready.post("LearnerMatchRequest", X_Mockpars_Scenario="latency:1.5")
    assert ready.exchange.delay == 1.5
    ready.post("LearnerMatchRequest", X_Mockpars_Scenario="latency:0.5-2")
    assert 0.5 <= ready.exchange.delay <= 2
    answer = ready.post("SaveLearnerActivity", X_Mockpars_Scenario="wrong-content-type")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.one("Result") == "Accepted"
    answer = ready.post("SaveLearnerActivity", X_Mockpars_Scenario="truncated")
    assert ready.exchange.cut_at is not None
    assert 0 < ready.exchange.cut_at < len(answer.body)


def test_scenarios_can_be_combined(ready: Served) -> None:
    """A late rejection."""
    answer = ready.post("SaveLearnerActivity", X_Mockpars_Scenario="reject-305 , latency:2")
    assert (answer.codes, ready.exchange.delay) == (["305"], 2.0)


def test_a_fault_meets_reads_and_broken_requests_too(ready: Served) -> None:
    """A gateway does not ask what is behind it."""
    assert ready.post("SaveLearnerActivity", "<", X_Mockpars_Scenario="bad-gateway").status == 502
    path = support.path_of("GetActivity")
    headers = {"Authorization": support.basic(), "X-Mockpars-Scenario": "unavailable"}
    assert ready.request("GET", path, query_string={"AccmeActivityID": "1"}, headers=headers).status == 503
