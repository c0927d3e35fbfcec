"""Credit IDs and what the nouns can tell about themselves."""

from __future__ import annotations

import pytest

from mockpars.domain.model import MOC_BOARDS, credit_id, record_number
from mockpars.domain.vocabulary import number


@pytest.mark.parametrize(
    ("digits", "text"), [(1, "ccid:mockpars:000000001"), (100000001, "ccid:mockpars:100000001"), (10**12, None)]
)
def test_a_credit_id_is_read_back(digits: int, text: str | None) -> None:
    """`ccid:domain:id` with nine digits, more when they run out (L16, D16)."""
    assert text is None or credit_id(digits) == text
    assert record_number(credit_id(digits)) == digits


@pytest.mark.parametrize(
    "text",
    ["", "100000001", "ccid:mockpars:", "ccid:other:100000001", "ccid:mockpars:1e9", "ccid:mockpars:-1",
     "ccid:mockpars:\u0661", "ccid:mockpars:" + "9" * 19, "CCID:mockpars:100000001"],
)  # fmt: skip
def test_what_is_not_our_credit_id_is_none(text: str) -> None:
    """Never an error: such a record is simply not there."""
    assert record_number(text) is None


def test_the_boards_are_the_published_eight() -> None:
    """A7."""
    assert set(MOC_BOARDS) == {"ABA", "ABIM", "ABOHNS", "ABOS", "ABP", "ABPATH", "ABS", "ABTS"}


@pytest.mark.parametrize(
    "text", ["+1", "-1", "1e3", "0x1", "1_000", ".5", "1.", "1,5", "Infinity", "NaN", "\uff11", ""]
)
def test_only_plain_decimals_are_numbers(text: str) -> None:
    """What Python's Decimal would take besides is not numeric to PARS."""
    assert number(text) is None
