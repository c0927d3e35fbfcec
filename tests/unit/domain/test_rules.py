"""Every rule from both sides: facts that keep it, facts that break it; and the gates over the tables (A4, L5)."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mockpars.domain.accepted import ACTIVITY_FORMATS, AMA_PRA_CATEGORY_1
from mockpars.domain.facts import (
    ActivityFacts,
    CompletionFacts,
    CreditFacts,
    DecisionFacts,
    DeletionFacts,
    EnvelopeFacts,
    IdentityFacts,
    LookupFacts,
    RegistrationFacts,
    TargetFacts,
)
from mockpars.domain.judge import forced, judge
from mockpars.domain.model import Place
from mockpars.domain.rejection import CATALOGUE, Rule
from mockpars.domain.rules import RULES, STAGES
from mockpars.wire import activities as wire_activities
from mockpars.wire import learners as wire_learners

DAY = date(2026, 5, 6)
QUARTER = Decimal("0.25")

# Facts that break nothing, by stage; the rows below change them.
RIGHT: dict[str, Any] = {
    "envelope": EnvelopeFacts("0008273", "0008273"),
    "target": TargetFacts("Update", True, "12345678"),
    "activity": ActivityFacts(
        date(2026, 1, 1), date(2026, 12, 31), None, "AMA PRA Category 1", "1.0", QUARTER, "Course", "no"
    ),
    "registration": RegistrationFacts("ABA", "1.0", QUARTER, "Patient Safety", "", "Patient Safety", None),
    "identity": IdentityFacts(1, 1, True, "James Holloway"),
    "lookup": LookupFacts(True, "12345678"),
    "deletion": DeletionFacts(True, "12345678"),
    "completion": CompletionFacts(
        DAY, "2026-05-06", date(2026, 1, 1), date(2026, 12, 31), date(2025, 1, 1), date(2026, 12, 31),
        date(2026, 5, 10), None, True, Decimal("1.0"),
    ),
    "credit": CreditFacts(
        "1.0", Decimal(1), "AMA PRA Category 1 Credit", "AMA PRA Category 1", True, None, None, DAY, None
    ),
    "decision": DecisionFacts("ABIM", "925668", "925668", "José Núñez"),
}  # fmt: skip

# Rule, stage, what to change so that it is kept (at its very edge), what to change so that it is broken.
ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("100", "envelope", {}, {"provider_id": "8273"}),
    ("100", "envelope", {"provider_id": "1", "issued_provider_id": "1"}, {"provider_id": " 0008273"}),
    ("100", "envelope", {}, {"provider_id": ""}),
    ("101", "activity", {"starts_on": date(2026, 12, 30)}, {"starts_on": date(2026, 12, 31)}),
    ("101", "activity", {}, {"ends_on": date(2025, 12, 31)}),
    ("102", "activity", {"credit_amount": "0.25"}, {"credit_amount": "0"}),
    ("102", "activity", {"credit_amount": "1"}, {"credit_amount": "-1"}),
    ("102", "activity", {"credit_amount": "1.50"}, {"credit_amount": "1.1"}),
    ("102", "activity", {"credit_amount": "10.75"}, {"credit_amount": "one"}),
    ("102", "activity", {"credit_amount": " 1.0 "}, {"credit_amount": "1,0"}),
    ("102", "activity", {}, {"credit_amount": ""}),
    ("102", "activity", {}, {"credit_amount": "1e1"}),
    ("102", "activity", {}, {"credit_amount": "NaN"}),
    ("102", "activity", {}, {"credit_amount": "\u0661"}),
    ("103", "activity", {"activity_format": "Internet Enduring Material"}, {"activity_format": "Campfire"}),
    ("103", "activity", {"activity_format": "Other"}, {"activity_format": "course"}),
    ("103", "activity", {"activity_format": "Journal-based CME"}, {"activity_format": ""}),
    ("104", "activity", {"commercial_support": "yes"}, {"commercial_support": "maybe"}),
    ("104", "activity", {"commercial_support": "no"}, {"commercial_support": None}),
    ("104", "activity", {}, {"commercial_support": "Yes"}),
    ("105", "activity", {"credit_claim_by": date(2026, 12, 31)}, {"credit_claim_by": date(2026, 12, 30)}),
    ("105", "activity", {"credit_claim_by": None}, {"credit_claim_by": date(2025, 1, 1)}),
    ("302.unknown-activity", "target", {"action": "Delete"}, {"is_registered": False}),
    ("102.moc-points", "registration", {"points": "0.75"}, {"points": "0.3"}),
    ("102.moc-points", "registration", {"board": "ABIM", "points": "x"}, {"points": "x"}),
    ("102.moc-credit-type", "registration", {}, {"unknown_credit_types": "Juggling"}),
    (
        "102.moc-credit-type", "registration",
        {"board": "ABIM", "unknown_credit_types": "Juggling"}, {"board": "ABOS", "unknown_credit_types": "Juggling"},
    ),
    ("200.points", "registration", {"board": "ABIM", "points": "0.25"}, {"board": "ABIM", "points": "0.3"}),
    ("200.points", "registration", {"board": "ABA", "points": "0.3"}, {"board": "ABIM", "points": "0"}),
    ("200.credit-type", "registration", {"board": "ABIM"}, {"board": "ABIM", "unknown_credit_types": "Juggling"}),
    ("322", "registration", {"board": "ABOS", "diplomate_id": "95001"}, {"board": "ABOS"}),
    ("322", "registration", {"board": "ABA"}, {"board": "ABOS", "diplomate_id": " "}),
    ("300", "identity", {}, {"matches": 0}),
    ("301", "identity", {"matches": 1}, {"matches": 2}),
    ("306", "identity", {"licences": 1}, {"licences": 0}),
    ("306", "identity", {"matches": 0, "licences": 0}, {"licences": 0, "consent": False}),
    ("307", "identity", {}, {"consent": False}),
    ("307", "identity", {"matches": 2, "consent": False}, {"licences": 0, "consent": False}),
    ("302", "lookup", {}, {"is_registered": False}),
    ("300.no-record", "deletion", {}, {"is_on_file": False}),
    ("303", "completion", {"completed_on": date(2026, 1, 1)}, {"completed_on": date(2025, 12, 31)}),
    ("303", "completion", {"completed_on": date(2026, 12, 31)}, {"completed_on": date(2027, 1, 1)}),
    (
        "303.reporting-window", "completion",
        {"completed_on": date(2025, 1, 1)}, {"completed_on": date(2024, 12, 31)},
    ),
    (
        "303.reporting-window", "completion",
        {"completed_on": date(2026, 12, 31)}, {"completed_on": date(2027, 1, 1)},
    ),
    ("304", "completion", {}, {"earlier_credit_id": "ccid:mockpars:100000001"}),
    ("305.no-credit", "completion", {}, {"has_credits": False}),
    ("305", "credit", {"amount": "1"}, {"amount": "0.5"}),
    ("305", "credit", {"amount": "1.00"}, {"amount": "1.01"}),
    ("305", "credit", {"board": "ABA", "amount": "2"}, {"amount": "lots"}),
    ("305", "credit", {}, {"amount": ""}),
    ("305.credit-type", "credit", {"credit_type": "AMA PRA Category 1"}, {"credit_type": "AMA PRA Category 2"}),
    ("305.credit-type", "credit", {"board": "ABA", "credit_type": "Self-Assessment"}, {"credit_type": ""}),
    ("305.board-points", "credit", {"board": "ABA"}, {"board": "ABA", "amount": "2"}),
    ("305.board-points", "credit", {"board": "ABIM", "amount": "2"}, {"board": "ABS", "registered_amount": None}),
    ("305.board-credit-type", "credit", {"board": "ABA"}, {"board": "ABA", "is_registered_type": False}),
    (
        "305.board-credit-type", "credit",
        {"board": "ABIM", "is_registered_type": False}, {"board": "ABP", "is_registered_type": False},
    ),
    ("200.learner-points", "credit", {"board": "ABIM"}, {"board": "ABIM", "amount": "0.75"}),
    ("200.learner-points", "credit", {"amount": "0.75"}, {"board": "ABIM", "registered_amount": None}),
    ("200.learner-credit-type", "credit", {"board": "ABIM"}, {"board": "ABIM", "is_registered_type": False}),
    ("322.learner", "credit", {"board": "ABOS", "board_id": "95001"}, {"board": "ABOS"}),
    ("322.learner", "credit", {"board": "ABIM"}, {"board": "ABOS", "board_id": ""}),
    ("303.board-claim-date", "credit", {"board_credit_claim_by": DAY}, {"board_credit_claim_by": date(2026, 5, 5)}),
    ("303.board-claim-date", "credit", {}, {"board_credit_claim_by": date(2025, 5, 6)}),
    ("310.not-a-diplomate", "decision", {}, {"id_on_file": None}),
    ("310.diplomate-id", "decision", {"board_id": None}, {"board_id": "925669"}),
    ("310.diplomate-id", "decision", {"id_on_file": None}, {"board_id": "0925668"}),
]  # fmt: skip

DOCUMENTED = {100, 101, 102, 103, 104, 105, 200, 322, 300, 301, 302, 303, 304, 305, 306, 307, 310}

# Facts that no element of its own carries: the whole record, or PARS's own file, is what is wrong.
NO_ELEMENT = {
    "matches": "300 and 301 are about the four values together",
    "id_on_file": "it is on the board's file, not in the message",
    "board_id@decision": "a decision is told by status answers, not in the message",
}


def _broken(stage: str, changes: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in judge(STAGES[stage], replace(RIGHT[stage], **changes))}


@pytest.mark.parametrize("stage", STAGES)
def test_right_facts_break_no_rule_of_their_stage(stage: str) -> None:
    """The rows below start from facts that are all right."""
    assert _broken(stage, {}) == set()


@pytest.mark.parametrize(("rule", "stage", "kept", "broken"), ROWS)
def test_a_rule_is_broken_on_one_side_of_its_edge_and_kept_on_the_other(
    rule: str, stage: str, kept: dict[str, Any], broken: dict[str, Any]
) -> None:
    """The two rows differ in what the rule is about."""
    assert rule not in _broken(stage, kept)
    assert rule in _broken(stage, broken)


def test_every_rule_has_a_row_on_both_sides() -> None:
    """A rule that is added needs a row here."""
    assert {row[0] for row in ROWS} == set(RULES)


def test_every_documented_code_has_a_rule_and_an_entry() -> None:
    """The reference's codes, no more and no fewer (A4, L5)."""
    assert {rule.code for rule in RULES.values()} == DOCUMENTED
    assert set(CATALOGUE) == DOCUMENTED
    assert all(code == entry.code for code, entry in CATALOGUE.items())


@pytest.mark.parametrize(("name", "stage", "kept", "broken"), ROWS)
def test_a_message_tells_the_facts_and_leaves_no_blank(
    name: str, stage: str, kept: dict[str, Any], broken: dict[str, Any]
) -> None:
    """Every fact a message names exists, and no placeholder or Python value survives into the sentence."""
    found = judge(STAGES[stage], replace(RIGHT[stage], **broken))
    finding = next(entry for entry in found if entry.rule == name)
    assert not re.search(r"[{}]|\bNone\b|datetime|Decimal|frozenset", finding.message)
    assert finding.message.endswith(".")
    assert finding.fix.endswith(".")
    assert finding.message[0].isupper() or finding.message[0] in "'\"0123456789h"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_names_facts_that_exist_and_an_element_clients_know(rule: Rule) -> None:
    """Its field and all placeholders are facts of its stage; its field has a wire name or is listed as having none."""
    stage = next(name for name, rules in STAGES.items() if rule in rules)
    facts = {entry.name for entry in fields(RIGHT[stage])}
    placeholders = set(re.findall(r"{(\w+)", rule.message))
    assert rule.field in facts
    assert placeholders <= facts | {"value"}
    tables = {
        "activity": (wire_activities.WIRE_NAMES,),
        "target": (wire_activities.WIRE_NAMES,),
        "registration": (wire_activities.WIRE_NAMES,),
        "envelope": (wire_activities.WIRE_NAMES, wire_learners.WIRE_NAMES),
    }.get(stage, (wire_learners.WIRE_NAMES,))
    exempt = rule.field in NO_ELEMENT or f"{rule.field}@{stage}" in NO_ELEMENT
    assert exempt or all(rule.field in table for table in tables)


def test_no_wire_name_is_of_a_fact_that_nobody_judges() -> None:
    """The tables hold nothing stale; `credit` is the scope of a credit's own fields."""
    judged = {rule.field for rule in RULES.values()} | {"credit"}
    assert set(wire_activities.WIRE_NAMES) | set(wire_learners.WIRE_NAMES) <= judged


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_how_sure_we_are_and_where_it_is_from(rule: Rule) -> None:
    """Documented and published rules cite a fact, assumed ones a fact or a decision."""
    assert rule.basis in ("documented", "published", "assumed")
    assert re.fullmatch(r"[TALRD]\d+", rule.source)
    assert rule.basis == "assumed" or not rule.source.startswith("D")


def test_all_findings_of_a_stage_are_told_in_the_order_of_its_rules() -> None:
    """A client sees everything that is wrong at once."""
    facts = replace(
        RIGHT["activity"],
        starts_on=date(2027, 1, 1),
        credit_amount="x",
        activity_format="x",
        commercial_support="x",
        credit_claim_by=date(2026, 1, 1),
    )
    assert [finding.code for finding in judge(STAGES["activity"], facts)] == [101, 102, 103, 104, 105]


def test_a_finding_carries_the_value_and_its_place() -> None:
    """What the journal explains and what the answer shows come from here."""
    facts = replace(RIGHT["completion"], completed_on=date(2025, 6, 1))
    (finding,) = judge(STAGES["completion"], facts, lambda field: Place(f"a/{field}", 7))
    assert (finding.value, finding.path, finding.line) == ("2025-06-01", "a/completed_on", 7)
    assert "2025-06-01" in finding.message
    assert "2026-01-01" in finding.message
    assert (finding.basis, finding.source) == ("documented", "L5")


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_forced_finding_speaks_the_catalogue_and_names_its_scenario(code: int) -> None:
    """Nobody should take a forced answer for a judgement."""
    finding = forced(code, f"reject-{code}")
    assert (finding.code, finding.rule) == (code, f"scenario.reject-{code}")
    assert CATALOGUE[code].meaning in finding.message
    assert f"reject-{code}" in finding.message
    assert finding.fix == CATALOGUE[code].fix


def test_the_words_of_the_reference_are_accepted() -> None:
    """The samples' own format and both spellings of the credit type (A2, L1, A8)."""
    assert "Internet Enduring Material" in ACTIVITY_FORMATS
    assert {"AMA PRA Category 1", "AMA PRA Category 1 Credit"} == AMA_PRA_CATEGORY_1
