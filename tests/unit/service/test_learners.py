"""The reporting window, and what the use cases do that no message shows."""

from __future__ import annotations

from datetime import date

import pytest

from mockpars.service.activities import ACTIVITY_CODES
from mockpars.service.learners import LEARNER_CODES, reporting_window


@pytest.mark.parametrize(
    ("today", "opens", "closes"),
    [
        ("2026-01-01", "2024-01-01", "2026-12-31"),
        ("2026-03-31", "2024-01-01", "2026-12-31"),
        ("2026-04-01", "2025-01-01", "2026-12-31"),
        ("2026-12-31", "2025-01-01", "2026-12-31"),
        ("2027-01-01", "2025-01-01", "2027-12-31"),
        ("2027-03-31", "2025-01-01", "2027-12-31"),
        ("2027-04-01", "2026-01-01", "2027-12-31"),
        ("2028-02-29", "2026-01-01", "2028-12-31"),
        ("2028-03-31", "2026-01-01", "2028-12-31"),
        ("2028-04-01", "2027-01-01", "2028-12-31"),
    ],
)
def test_completions_of_a_year_are_taken_until_march_31_of_the_year_after_next(
    today: str, opens: str, closes: str
) -> None:
    """L13: completions of 2025 until 2027-03-31."""
    assert reporting_window(date.fromisoformat(today)) == (date.fromisoformat(opens), date.fromisoformat(closes))


def test_what_each_operation_can_answer_is_the_documented_codes() -> None:
    """Together all but 310, which is a board's decision (L23)."""
    assert {*range(100, 106), 200, 322, *range(300, 308)} == ACTIVITY_CODES | LEARNER_CODES
    assert 310 not in ACTIVITY_CODES | LEARNER_CODES
