"""What physicians.json promises about the 350, checked on the committed file."""

import unicodedata
from collections import Counter
from datetime import date
from typing import Any

import pytest

from mockpars.domain.model import MOC_BOARDS
from mockpars.domain.names import fold
from mockpars.seeding.boards import BOARDS
from mockpars.seeding.npi import check_digit, passes_check
from mockpars.seeding.places import STATES

Entry = dict[str, Any]


def test_there_are_exactly_350_numbered_in_order(physicians: list[Entry]) -> None:
    """Ids run from PH-0001 to PH-0350 without a gap."""
    assert [person["id"] for person in physicians] == [f"PH-{number:04d}" for number in range(1, 351)]


def test_the_first_is_james_holloway_of_the_reference(physicians: list[Entry]) -> None:
    """The reference's samples work verbatim only if he is exactly so."""
    holloway = physicians[0]
    assert holloway["first_name"] == "James"
    assert holloway["last_name"] == "Holloway"
    assert holloway["date_of_birth"] == "1975-03-22"
    assert holloway["npi"] == "1234567890"
    assert holloway["profession"] == "MD"
    assert holloway["consent"] is True
    assert [licence["state"] for licence in holloway["licences"]] == ["TX"]


def test_every_state_and_dc_licenses_at_least_five(physicians: list[Entry]) -> None:
    """Fifty states and the District of Columbia, and no other place."""
    licensed = Counter(licence["state"] for person in physicians for licence in person["licences"])
    assert len(STATES) == 51
    assert set(licensed) == set(STATES)
    assert min(licensed.values()) >= 5


def test_about_a_fifth_is_licensed_in_several_states(physicians: list[Entry]) -> None:
    """Between 15 and 25 percent, and never twice in one state."""
    several = [person for person in physicians if len(person["licences"]) > 1]
    assert 0.15 <= len(several) / len(physicians) <= 0.25
    for person in several:
        states = [licence["state"] for licence in person["licences"]]
        assert len(set(states)) == len(states)


def test_every_board_has_at_least_fifteen_diplomates(physicians: list[Entry]) -> None:
    """All eight MOC boards, and no other."""
    diplomates = Counter(entry["board"] for person in physicians for entry in person["boards"])
    assert set(diplomates) == set(MOC_BOARDS)
    assert min(diplomates.values()) >= 15


def test_diplomate_ids_have_their_boards_shape_and_are_unique_within_it(physicians: list[Entry]) -> None:
    """Digits where the shape has #, everything else literally."""
    ids = [(entry["board"], entry["diplomate_id"]) for person in physicians for entry in person["boards"]]
    assert len(set(ids)) == len(ids)
    for board, given in ids:
        shape = BOARDS[board].id_shape
        assert "".join("#" if mark == "#" else is_ for mark, is_ in zip(shape, given, strict=True)) == shape
        assert given.replace("-", "").isdigit()


def test_licence_numbers_are_unique_within_a_state(physicians: list[Entry]) -> None:
    """A state gives no number twice."""
    numbers = [(entry["state"], entry["number"]) for person in physicians for entry in person["licences"]]
    assert len(set(numbers)) == len(numbers)


def test_there_are_mds_dos_and_pas_and_no_pa_is_a_diplomate(physicians: list[Entry]) -> None:
    """PARS takes these three professions (L15); the boards certify physicians only."""
    professions = Counter(person["profession"] for person in physicians)
    assert set(professions) == {"MD", "DO", "PA"}
    assert min(professions.values()) >= 30
    assert not [person["id"] for person in physicians if person["profession"] == "PA" and person["boards"]]


def test_every_npi_but_holloways_passes_the_check_digit_and_starts_with_2(physicians: list[Entry]) -> None:
    """So each looks right to a validator, and none can be a real person's."""
    odd = [p["id"] for p in physicians if not (passes_check(p["npi"]) and p["npi"].startswith("2"))]
    assert odd == ["PH-0001"]


@pytest.mark.parametrize(("first_nine", "digit"), [("123456789", 3), ("100000000", 4), ("200000000", 2)])
def test_the_check_digit_is_that_of_the_published_formula(first_nine: str, digit: int) -> None:
    """1234567893 is the worked example of the NPI check digit specification."""
    assert check_digit(first_nine) == digit


def test_an_npi_with_two_digits_exchanged_fails_the_check() -> None:
    """The formula is there to catch exactly that."""
    assert passes_check("1234567893")
    assert not passes_check("1234576893")
    assert not passes_check("123456789")


def test_nobody_shares_an_npi_but_the_one_who_is_in_pars_twice(
    physicians: list[Entry], person_of: dict[str, Entry]
) -> None:
    """A 301 comes from this pair and from no accident (D14)."""
    count = Counter(person["npi"] for person in physicians)
    shared = {npi for npi, times in count.items() if times > 1}
    assert shared == {person_of["dolly-doppel-one"]["npi"]}


def test_birthdays_lie_between_1945_and_1997(physicians: list[Entry]) -> None:
    """Real dates, of people of working age."""
    birthdays = [date.fromisoformat(person["date_of_birth"]) for person in physicians]
    assert min(birthdays) >= date(1945, 1, 1)
    assert max(birthdays) <= date(1997, 12, 31)


def test_names_recur_only_where_a_persona_says_so(physicians: list[Entry]) -> None:
    """As PARS compares names, the namesakes and the double entry are the only ones alike."""
    names = Counter((fold(person["first_name"]), fold(person["last_name"])) for person in physicians)
    recurring = {name for name, times in names.items() if times > 1}
    assert recurring == {("norman", "samename"), ("dolly", "doppel")}


def test_names_are_in_composed_form_without_space_around_them(physicians: list[Entry]) -> None:
    """NFC is what people type and what XML recommends; 60 characters is the longest anybody sends."""
    for person in physicians:
        for name in (person["first_name"], person["last_name"]):
            assert name == unicodedata.normalize("NFC", name).strip()
            assert 1 <= len(name) <= 60


def test_several_lack_consent_and_several_lack_any_licence(physicians: list[Entry]) -> None:
    """Never both, so that it is clear whether 306 or 307 must come."""
    refusing = {person["id"] for person in physicians if not person["consent"]}
    unlicensed = {person["id"] for person in physicians if not person["licences"]}
    assert len(refusing) >= 5
    assert len(unlicensed) >= 5
    assert not refusing & unlicensed
