"""Every rule PARS judges by, stage by stage; codes and rule names are checked when this is imported."""

from __future__ import annotations

from mockpars.domain.rejection import CATALOGUE, Rule
from mockpars.domain.rules.activity import ACTIVITY, REGISTRATION, TARGET
from mockpars.domain.rules.completion import COMPLETION, CREDIT
from mockpars.domain.rules.decision import DECISION
from mockpars.domain.rules.envelope import ENVELOPE
from mockpars.domain.rules.identity import DELETION, IDENTITY, LOOKUP

STAGES: dict[str, tuple[Rule, ...]] = {
    "envelope": ENVELOPE,
    "target": TARGET,
    "activity": ACTIVITY,
    "registration": REGISTRATION,
    "identity": IDENTITY,
    "lookup": LOOKUP,
    "deletion": DELETION,
    "completion": COMPLETION,
    "credit": CREDIT,
    "decision": DECISION,
}
"""The stages in the order they answer; a stage that finds something ends the request."""

RULES: dict[str, Rule] = {rule.id: rule for rules in STAGES.values() for rule in rules}

if len(RULES) != sum(map(len, STAGES.values())):
    raise ImportError("two rules have the same name")
if unknown := {rule.code for rule in RULES.values()} - set(CATALOGUE):
    raise ImportError(f"rules for codes that PARS does not have: {sorted(unknown)}")
