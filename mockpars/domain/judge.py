"""Holds facts against a stage's rules and tells what was found, all of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mockpars.domain.model import Locate, Place, nowhere
from mockpars.domain.rejection import CATALOGUE, Finding, Rule


def judge(rules: Iterable[Rule], facts: Any, locate: Locate = nowhere) -> tuple[Finding, ...]:
    """Every rule of a stage that the facts break, in the order they are declared."""
    found: tuple[Finding, ...] = ()
    for rule in rules:
        if rule.broken(getattr(facts, rule.field), facts):
            found += (_finding(rule, facts, locate),)
    return found


def forced(code: int, scenario: str) -> Finding:
    """The finding a scenario asks for, whatever the facts are."""
    entry = CATALOGUE[code]
    return Finding(
        code=code,
        rule=f"scenario.{scenario}",
        field="scenario",
        message=f"{entry.meaning}: scenario {scenario!r} asked for this answer.",
        fix=entry.fix,
        source=entry.source,
        basis=entry.basis,
    )


def _finding(rule: Rule, facts: Any, locate: Locate) -> Finding:
    value = getattr(facts, rule.field)
    place: Place = locate(rule.field)
    words = _Words(facts, value)
    return Finding(
        code=rule.code,
        rule=rule.id,
        field=rule.field,
        message=rule.message.format_map(words),
        fix=rule.fix,
        source=rule.source,
        basis=rule.basis,
        value=None if value is None else _plain(value),
        path=place.path,
        line=place.line,
    )


class _Words(dict[str, Any]):
    """Lets a message name any fact; `value` is the one that was judged."""

    def __init__(self, facts: Any, value: Any) -> None:
        super().__init__(value="missing" if value is None else value)
        self._facts = facts

    def __missing__(self, name: str) -> Any:
        value = getattr(self._facts, name)
        return "nothing" if value is None else value


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
