"""The expressions of cases: what they mean, and that nothing else is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mockpars.contract.expressions import evaluate, interpolate
from mockpars.contract.scope import CaseScope, clock_names
from mockpars.contract.trouble import ExpressionInvalid

NAMES: dict[str, Any] = {
    "claim": date(2026, 1, 31),
    "hours": "1.0",
    "days": 3,
    "now": datetime(2026, 3, 8, 15, 30, tzinfo=UTC),
    "learner": {"last_name": "Núñez", "boards": {"ABIM": "925668"}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{claim}", "2026-01-31"),
        ("{claim + 1 day}", "2026-02-01"),
        ("{claim + 1 month}", "2026-02-28"),
        ("{claim - 1 year}", "2025-01-31"),
        ("{claim - 2 weeks + 1 day}", "2026-01-18"),
        ("{hours + 0.25}", "1.25"),
        ("{hours}", "1.0"),
        ("{hours * 3 - 1}", "2.0"),
        ("{-(days)}", "-3"),
        ("{date(days + 2023, 3, 31)}", "2026-03-31"),
        ("{now + 90 minutes}", "2026-03-08T17:00:00Z"),
        ("{claim}T23:30:00-06:00", "2026-01-31T23:30:00-06:00"),
        ("{learner.boards.ABIM}", "925668"),
        ("{learner.last_name | plain | upper}", "NUNEZ"),
        ("{learner.last_name | first}.", "N."),
        ("{claim | year}", "2026"),
        ("{{literally}}", "{literally}"),
    ],
)
def test_an_expression_has_its_value(text: str, expected: str) -> None:
    assert interpolate(text, NAMES) == expected


def test_a_string_that_is_one_expression_keeps_its_type() -> None:
    assert evaluate("{claim + 1 day}", NAMES) == date(2026, 2, 1)
    assert evaluate("{hours + 1}", NAMES) == Decimal("2.0")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{nobody}", "nobody has no value"),
        ("{learner.boards.ABOS}", "learner.boards.ABOS has no value"),
        ("{claim +}", "missing at the end"),
        ("{claim 1}", "not expected"),
        ("{__import__('os')}", "no part of an expression"),
        ("{hours | eval}", "no filter 'eval'"),
        ("{date(2026, 2, 30)}", "day is out of range"),
        ("{learner.last_name + 1}", "no number"),
        ("{hours + 1 day}", "no date"),
        ("{learner}", "cannot stand in a text"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(ExpressionInvalid, match=said.replace(".", r"\.")):
        interpolate(text, NAMES)


def test_values_see_one_another_whatever_their_order() -> None:
    scope = CaseScope({"today": date(2026, 5, 20)})
    scope.define({"end": "{start + 1 month}", "start": "{today - 1 day}"})
    assert interpolate("{end}", scope) == "2026-06-19"


def test_a_value_that_rests_on_itself_is_refused() -> None:
    scope = CaseScope({})
    scope.define({"one": "{two}", "two": "{one}"})
    with pytest.raises(ExpressionInvalid, match="defined by itself"):
        interpolate("{one}", scope)


def test_what_an_answer_stored_wins_over_a_value() -> None:
    scope = CaseScope({})
    scope.define({"activity_id": "none yet"})
    scope.store("activity_id", "12345678")
    assert interpolate("{activity_id}", scope) == "12345678"


def test_today_is_the_day_in_us_central() -> None:
    names = clock_names(datetime(2026, 1, 1, 3, 0, tzinfo=UTC))
    assert names["today"] == date(2025, 12, 31)
    assert names["this_year"] == 2025
