"""Scenarios: the catalogue, arming and disarming."""

from __future__ import annotations

from typing import Any

import pytest

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from tests import support
from tests.web.controlled import DEFAULT, Controlled


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
    assert server.error("DELETE", f"{DEFAULT}/scenarios/{ids[1]}")[0] == 404
    assert [entry["id"] for entry in server.get(f"{DEFAULT}/scenarios")["armed"]] == [ids[0], ids[2]]
    assert server.call("DELETE", f"{DEFAULT}/scenarios").status_code == 204
    assert server.get(f"{DEFAULT}/scenarios") == {"armed": []}


def test_an_unknown_scenario_is_refused_with_the_known_ones(server: Controlled) -> None:
    status, found = server.error("POST", f"{DEFAULT}/scenarios", {"scenario": "reject-30"})
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
    assert list(server.faults("POST", f"{DEFAULT}/scenarios", body)) == [field]
