"""The catalogue of scenarios: names, arguments, and nothing unknown."""

from __future__ import annotations

import pytest

from mockpars.domain.model import MOC_BOARDS
from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, find_scenario

REJECTIONS = {f"reject-{code}" for code in CATALOGUE if code != 310}
DECISIONS = {"board-approve", "board-reject", "board-silent", "state-reject", "overnight-slow"}
FAULTS = {
    "latency",
    "too-many-requests",
    "server-error",
    "bad-gateway",
    "unavailable",
    "gateway-timeout",
    "html-page",
    "reset",
    "truncated",
    "wrong-content-type",
    "timeout",
    "answer-lost",
}


def test_the_catalogue_is_what_is_promised() -> None:
    """One catalogue for data, header, control API and studio."""
    assert set(CATALOGUE_OF_SCENARIOS) == REJECTIONS | DECISIONS | FAULTS


@pytest.mark.parametrize("name", sorted(REJECTIONS | DECISIONS | FAULTS))
def test_every_scenario_can_be_asked_for_by_its_bare_name(name: str) -> None:
    """Arguments are optional everywhere."""
    found = find_scenario(f" {name} ")
    assert found is not None
    assert found.kind is CATALOGUE_OF_SCENARIOS[name]
    assert found.kind.title


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        *((f"board-reject:{board}", board) for board in MOC_BOARDS),
        ("board-silent:ABIM", "ABIM"),
        ("board-approve:ABP", "ABP"),
        ("state-reject:TX", "TX"),
        ("overnight-slow:3", "3"),
        ("overnight-slow", "2"),
        ("latency", "2"),
        ("latency:0.5", "0.5"),
        ("latency:0.5-2", "0.5-2"),
        ("too-many-requests:5", "5"),
        ("too-many-requests", "30"),
        ("timeout:1", "1"),
        ("board-reject", None),
        ("reject-303", None),
    ],
)
def test_arguments_follow_a_colon(name: str, argument: str | None) -> None:
    """Or the default stands in."""
    found = find_scenario(name)
    assert found is not None
    assert found.argument == argument


@pytest.mark.parametrize(
    "name",
    [
        "",
        "reject-999",
        "reject-310",
        "Reject-303",
        "reject-303:ABIM",
        "board-reject:XYZ",
        "board-reject:abim",
        "state-reject:Texas",
        "state-reject:TX,OK",
        "overnight-slow:1",
        "overnight-slow:31",
        "overnight-slow:x",
        "latency:fast",
        "latency:-1",
        "latency:1-2-3",
        "latency:9999",
        "timeout:1-2",
        "reset:now",
    ],
)
def test_what_nobody_knows_is_none(name: str) -> None:
    """The service makes an error of it that lists the known ones."""
    assert find_scenario(name) is None


def test_a_scenario_keeps_its_name_and_a_boards_reason() -> None:
    """As it was asked for."""
    found = find_scenario("board-reject:ABIM", "Not enrolled.")
    assert found is not None
    assert (found.name, found.reason) == ("board-reject:ABIM", "Not enrolled.")
