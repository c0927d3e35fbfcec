"""What the mock does, what is known of PARS, and who triggers it: three tables that must agree."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from mockpars.domain.rejection import CATALOGUE, Rejection, Rule
from mockpars.domain.rules import RULES
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, ScenarioKind, find_scenario
from mockpars.resources import data_path

SOURCES: dict[str, dict[str, Any]] = yaml.safe_load((data_path("contracts") / "sources.yaml").read_text("utf-8"))
PERSONAS: list[dict[str, Any]] = json.loads((data_path("seed") / "personas.json").read_text("utf-8"))["personas"]
DOCUMENTED = {*range(100, 106), 200, 322, *range(300, 308), 310}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_stands_on_a_source_and_is_as_sure_of_it(rule: Rule) -> None:
    """A rule may be less sure than its source (it stretches it), never surer."""
    rank = ["assumed", "published", "documented"]
    assert rule.source in SOURCES
    assert rule.basis in rank
    assert rank.index(rule.basis) <= rank.index(SOURCES[rule.source]["basis"])


@pytest.mark.parametrize(
    "rule", [entry for entry in RULES.values() if entry.basis != "assumed"], ids=lambda rule: rule.id
)
def test_what_is_documented_is_so_in_both_tables(rule: Rule) -> None:
    """The same basis, not a better-sounding one."""
    assert SOURCES[rule.source]["basis"] == rule.basis


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: str(entry.code))
def test_every_code_stands_on_a_source_with_the_same_basis(entry: Rejection) -> None:
    """All of them are documented."""
    assert SOURCES[entry.source]["basis"] == entry.basis == "documented"


@pytest.mark.parametrize("kind", CATALOGUE_OF_SCENARIOS.values(), ids=lambda kind: kind.name)
def test_every_scenario_stands_on_a_source(kind: ScenarioKind) -> None:
    """What makes something happen says where that is from."""
    assert kind.source in SOURCES


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_every_code_has_a_persona_and_a_scenario(code: int) -> None:
    """Two ways to provoke it: by data and by asking."""
    assert [persona["key"] for persona in PERSONAS if code in persona["codes"]]
    assert [kind.name for kind in CATALOGUE_OF_SCENARIOS.values() if kind.code == code]


def test_every_rules_code_has_a_persona() -> None:
    """A rule that is added for a new code needs somebody who breaks it."""
    assert {rule.code for rule in RULES.values()} <= {code for persona in PERSONAS for code in persona["codes"]}


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona["key"])
def test_a_personas_scenario_is_known(persona: dict[str, Any]) -> None:
    """An unknown one would be found out only when somebody submits them."""
    assert persona["scenario"] is None or find_scenario(persona["scenario"]) is not None
    assert set(persona["codes"]) <= DOCUMENTED
