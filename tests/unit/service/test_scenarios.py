"""Which scenarios act on a record: asked for, by the physician's data, or armed in the sandbox."""

from __future__ import annotations

import pytest

from mockpars.errors import UnknownScenario
from mockpars.service.scenarios import read_scenario
from mockpars.store.armed import ArmedRow
from tests.support import PEOPLE, Served, learners, record


def _arm(served: Served, remaining: int | None = None, **body: object) -> None:
    store, world = served.world.store, served.world.sandbox("default").world.id
    with store.transaction():
        store.armed.add(world, ArmedRow(store.worlds.take_armed(world), remaining, body))
        store.worlds.mark(world, armed=True)


def _codes(served: Served, who: str = "sun-o", **changes: str) -> list[str]:
    return served.post("SaveLearnerActivity", learners(record(PEOPLE[who], **changes))).codes


def test_an_unknown_name_is_an_error_that_lists_the_known() -> None:
    """And guesses."""
    with pytest.raises(UnknownScenario) as caught:
        read_scenario("reject-3O3")
    assert "reject-303" in caught.value.known
    assert "Did you mean" in caught.value.fix


def test_the_requests_own_wish_comes_before_a_physicians_data_and_that_before_what_is_armed(ready: Served) -> None:
    """Lars is a 303 by his data."""
    lars = learners(record(PEOPLE["lars-latecomer"]))
    assert ready.post("SaveLearnerActivity", lars, X_Mockpars_Scenario="reject-305").codes == ["305"]
    _arm(ready, None, scenario="reject-302")
    assert ready.post("SaveLearnerActivity", lars).codes == ["303"]
    assert _codes(ready) == ["302"]


def test_an_armed_scenario_acts_until_it_is_spent(ready: Served) -> None:
    """Once for each request, however many records it has."""
    _arm(ready, 2, scenario="reject-305")
    pair = learners(record(PEOPLE["sun-o"]), record(PEOPLE["tara-twinning"]))
    assert ready.post("SaveLearnerActivity", pair).codes == ["305", "305"]
    assert _codes(ready) == ["305"]
    assert _codes(ready) == []


@pytest.mark.parametrize(
    ("wanted", "hit"),
    [
        ({"operation": "SaveLearnerActivity"}, True),
        ({"operation": "SaveActivity"}, False),
        ({"physician": "sun-o"}, True),
        ({"physician": PEOPLE["sun-o"].npi}, True),
        ({"physician": "tara-twinning"}, False),
        ({"activity": "12345678"}, True),
        ({"activity": "12345679"}, False),
        ({"activity": "12345678", "physician": "tara-twinning"}, False),
        ({"percent": 100}, True),
    ],
)
def test_an_armed_scenario_acts_on_what_it_is_meant_for(ready: Served, wanted: dict[str, object], hit: bool) -> None:
    """Operation, physician (persona, ID or NPI), activity."""
    _arm(ready, None, scenario="reject-305", **wanted)
    assert _codes(ready) == (["305"] if hit else [])


def test_a_share_of_requests_is_about_that_share(ready: Served) -> None:
    """Seeded by the exchange, so that a run repeats."""
    _arm(ready, None, scenario="reject-300", percent=30)
    hits = sum(ready.post("LearnerMatchRequest").root.text == "0" for _ in range(300))
    assert 60 <= hits <= 120


def test_an_armed_scenario_stays_in_its_sandbox(ready: Served) -> None:
    """Isolated like everything else."""
    ready.create("team-a")
    _arm(ready, None, scenario="server-error")
    assert ready.post("LearnerMatchRequest", sandbox="team-a").status == 200
    path = "/services/ACCMELearnerService.svc/IACCMELearnerServiceREST/LearnerMatchRequest"
    answer = ready.client.post(path, data=b"<", content_type="application/xml")
    assert answer.status_code == 500
