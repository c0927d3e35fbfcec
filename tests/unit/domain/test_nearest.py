"""For 'learner not found': who was nearly meant, and which field differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mockpars.domain.model import LearnerIdentity, Physician
from mockpars.domain.nearest import matches, nearest

ON_FILE = Physician("PH-1", "Anne-Marie", "O'Brien Jr.", date(1975, 3, 12), "2782521050", "MD")
SENT = LearnerIdentity("Anne-Marie", "O'Brien Jr.", date(1975, 3, 12), "2782521050")


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("date_of_birth", date(1975, 3, 11), "differs by one day (earlier than on file): a time-zone conversion?"),
        ("date_of_birth", date(1975, 3, 13), "differs by one day (later than on file): a time-zone conversion?"),
        ("date_of_birth", date(1975, 12, 3), "day and month swapped"),
        ("date_of_birth", date(1957, 3, 12), "differs by 18 years"),
        ("date_of_birth", date(1980, 7, 1), "date of birth differs"),
        ("npi", "2782521051", "one digit"),
        ("npi", "2782520150", "two digits swapped"),
        ("npi", "2999999999", "on file it is 2782521050"),
        ("last_name", "OBrien Jr.", "hyphens, apostrophes and inner spaces count"),
        ("last_name", "O'Brien", "suffix included"),
        ("last_name", "Smith", '"O\'Brien Jr."'),
        ("first_name", "Anne Marie", "hyphens, apostrophes and inner spaces count"),
        ("first_name", "Anne", "must be whole"),
    ],
)
def test_the_field_that_differs_is_named_with_a_guess_at_the_cause(field: str, value: object, hint: str) -> None:
    """The commonest mistakes of clients."""
    (neighbour,) = nearest(replace(SENT, **{field: value}), [ON_FILE])  # type: ignore[arg-type] # by field name
    (difference,) = neighbour.differences
    assert difference.field == field
    assert hint in difference.hint


def test_swapped_names_are_noticed() -> None:
    """Two fields differ for one reason."""
    (neighbour,) = nearest(replace(SENT, first_name="O'Brien Jr.", last_name="Anne-Marie"), [ON_FILE])
    assert {entry.hint for entry in neighbour.differences} == {"first and last name swapped?"}


def test_a_date_of_birth_is_never_repeated() -> None:
    """Neither the one that was sent nor the one on file: the journal keeps these hints."""
    for born in (date(1975, 3, 11), date(1975, 12, 3), date(1957, 3, 12), date(1980, 7, 1)):
        text = str(nearest(replace(SENT, date_of_birth=born), [ON_FILE]))
        assert "1975" not in text
        assert str(born.year) not in text


def test_who_differs_in_three_fields_is_nobodys_neighbour() -> None:
    """Two differences are near, three are somebody else, none is a match."""
    two = replace(SENT, npi="2000000000", first_name="Bob")
    assert len(nearest(two, [ON_FILE])) == 1
    assert nearest(replace(two, last_name="Smith"), [ON_FILE]) == ()
    assert nearest(SENT, [ON_FILE]) == ()


def test_the_nearest_come_first_and_are_few() -> None:
    """One difference before two, at most three."""
    far = [replace(ON_FILE, id=f"PH-{n}", npi="2000000000") for n in range(2, 7)]
    found = nearest(replace(SENT, date_of_birth=date(1975, 3, 11)), [*far, ON_FILE])
    assert [entry.physician_id for entry in found] == ["PH-1", "PH-2", "PH-3"]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"first_name": " ANNE-MARIE"}, True),
        ({"last_name": "o'brien jr."}, True),
        ({"last_name": "O'Brien Jr"}, False),
        ({"npi": "2782521051"}, False),
        ({"date_of_birth": date(1975, 3, 11)}, False),
        ({"first_name": "Anne"}, False),
    ],
)
def test_a_match_needs_all_four_values(change: dict[str, str], same: bool) -> None:
    """Names by fold; number and birth to the letter (L5, L15)."""
    assert matches(replace(SENT, **change), ON_FILE) is same  # type: ignore[arg-type] # by field name
