"""The words rules are made of: each makes a one-line check of a field against other facts."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mockpars.domain.rejection import Check

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


@lru_cache(maxsize=1024)  # the same few amounts come with every record
def number(text: str) -> Decimal | None:
    """Reads a plain decimal such as 1, 0.25 or 1.50; None for anything else (signs, exponents, words)."""
    found = _NUMBER.fullmatch(text.strip())
    return Decimal(found.group()) if found else None


def differs_from(other: str) -> Check:
    """Broken when the value is not that of another fact."""
    return lambda value, facts: bool(value != getattr(facts, other))


def outside(first: str, last: str) -> Check:
    """Broken when a date is before the fact `first` or after the fact `last`; both ends are inside."""
    return lambda value, facts: not getattr(facts, first) <= value <= getattr(facts, last)


def not_before(other: str) -> Check:
    """Broken when a date is on or after another."""
    return lambda value, facts: bool(value >= getattr(facts, other))


def before(other: str) -> Check:
    """Broken when a date is given and is earlier than another."""
    return lambda value, facts: value is not None and bool(value < getattr(facts, other))


def after(other: str) -> Check:
    """Broken when a date is later than another that is known."""

    def check(value: Any, facts: Any) -> bool:
        limit = getattr(facts, other)
        return limit is not None and bool(value > limit)

    return check


def not_one_of(accepted: Collection[str | None]) -> Check:
    """Broken when the value is not in a fixed list; letters must match exactly."""
    return lambda value, facts: value not in accepted


def not_positive_in_steps(step: str) -> Check:
    """Broken when the value is not a positive number in whole steps of the fact `step` (A6)."""

    def check(value: Any, facts: Any) -> bool:
        amount = number(value)
        return amount is None or amount <= 0 or amount % getattr(facts, step) != 0

    return check


def not_equal_to_number(other: str) -> Check:
    """Broken when the value is not a number or not the number in another fact; 1 and 1.00 are equal."""
    return lambda value, facts: number(value) is None or number(value) != getattr(facts, other)


def is_false(value: Any, facts: Any) -> bool:
    """Broken when the value is false."""
    return not value


def is_present(value: Any, facts: Any) -> bool:
    """Broken when there is a value."""
    return value is not None and value != ""


def is_missing(value: Any, facts: Any) -> bool:
    """Broken when there is no value, or an empty one."""
    return value is None or not str(value).strip()


def equals(expected: Any) -> Check:
    """Broken when the value is exactly this."""
    return lambda value, facts: bool(value == expected)


def more_than(limit: int) -> Check:
    """Broken when the value is above a limit."""
    return lambda value, facts: bool(value > limit)


def when(fact: str, wanted: Collection[Any], check: Check) -> Check:
    """Limits a check to those cases in which a fact has one of the wanted values."""
    return lambda value, facts: getattr(facts, fact) in wanted and check(value, facts)


def unless(fact: str, unwanted: Collection[Any], check: Check) -> Check:
    """Limits a check to those cases in which a fact has none of the unwanted values."""
    return lambda value, facts: getattr(facts, fact) not in unwanted and check(value, facts)
