"""Identity matching ignores case, accents and surrounding space in names, and nothing else (L5)."""

import pytest

from mockpars.domain.names import fold

SAME = [
    ("Núñez", "NUNEZ"),
    ("José", " jose\t"),
    ("Ødegaard", "odegaard"),
    ("Łukasz", "Lukasz"),
    ("Đặng", "Dang"),
    ("İlker", "ilker"),
    ("Strauß", "STRAUSS"),
    ("Mu\u0308ller", "M\u00fcller"),
    ("\u00a0Li\u2003", "Li"),
    ("\ufb01nn", "Finn"),
    ("É", "e"),
]
DIFFERENT = [
    ("O'Brien", "OBrien"),
    ("O'Brien", "O\u2019Brien"),
    ("Smith-Jones", "Smith Jones"),
    ("de la Cruz", "delaCruz"),
    ("de la Cruz", "de  la Cruz"),
    ("Whitfield Jr.", "Whitfield Jr"),
    ("Whitfield Jr.", "Whitfield"),
    ("Müller", "Mueller"),
    ("Núñez", "NÃºÃ±ez"),
    ("Øystein", "Ystein"),
    ("O", "0"),
    ("Ann", "Anne"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_accents_and_surrounding_space_do_not_count(one: str, other: str) -> None:
    """Both spellings fold to the same."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_everything_else_counts(one: str, other: str) -> None:
    """Punctuation, inner space, suffixes and transliterations make another name."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize("name", [name for pair in SAME + DIFFERENT for name in pair])
def test_folding_twice_changes_nothing(name: str) -> None:
    """A folded name is its own fold."""
    assert fold(fold(name)) == fold(name)
