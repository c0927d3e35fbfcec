"""What personas.json promises: somebody memorable for every code, decision and awkward case."""

from typing import Any

import pytest

from mockpars.domain.model import MOC_BOARDS
from mockpars.domain.scenario import find_scenario

Entry = dict[str, Any]

ACTIVITY_CODES = {100, 101, 102, 103, 104, 105, 200, 322}
LEARNER_CODES = {300, 301, 302, 303, 304, 305, 306, 307, 310}


def test_each_persona_is_one_physician_and_knows_it(personas: list[Entry], physicians: list[Entry]) -> None:
    """Keys and physicians correspond one to one, in both files."""
    by_id = {person["id"]: person for person in physicians}
    assert len({persona["key"] for persona in personas}) == len(personas)
    assert [by_id[persona["physician"]]["persona"] for persona in personas] == [p["key"] for p in personas]
    assert sum(person["persona"] is not None for person in physicians) == len(personas)


def test_each_persona_says_who_it_is_and_what_to_send(personas: list[Entry]) -> None:
    """Titles are labels, summaries and uses are sentences."""
    for persona in personas:
        assert persona["title"]
        assert not persona["title"].endswith(".")
        assert persona["summary"].endswith(".")
        assert persona["use"].endswith(".")


@pytest.mark.parametrize("code", sorted(ACTIVITY_CODES | LEARNER_CODES))
def test_every_rejection_code_has_a_persona(code: int, personas: list[Entry]) -> None:
    """And where the code is the persona's whole point, `use` names it."""
    assert [persona for persona in personas if code in persona["codes"] and str(code) in persona["use"]]


def test_every_scenario_is_in_the_catalogue_and_fits_the_physician(
    personas: list[Entry], person_of: dict[str, Entry]
) -> None:
    """A board or state that the physician has nothing to do with would never decide anything."""
    for persona in personas:
        if persona["scenario"] is None:
            continue
        asked = find_scenario(persona["scenario"])
        assert asked is not None, persona["scenario"]
        person = person_of[persona["key"]]
        held = [entry["board"] for entry in person["boards"]] + [entry["state"] for entry in person["licences"]]
        if asked.kind.effect == "decide" and asked.argument:
            assert asked.argument in held
        if asked.kind.code is not None:
            assert persona["codes"] == [asked.kind.code]


@pytest.mark.parametrize("board", sorted(MOC_BOARDS))
def test_every_board_has_a_diplomate_whom_it_rejects_with_a_reason(board: str, personas: list[Entry]) -> None:
    """QA can provoke each board's 310 by choosing the person."""
    (rejected,) = [persona for persona in personas if persona["scenario"] == f"board-reject:{board}"]
    assert rejected["codes"] == [310]
    assert rejected["reason"].endswith(".")


def test_only_those_who_are_refused_have_a_reason(personas: list[Entry]) -> None:
    """A reason elsewhere would never be shown."""
    refused = ("board-reject", "state-reject")
    for persona in personas:
        assert ("reason" in persona) == (persona["scenario"] or "").startswith(refused)


@pytest.mark.parametrize("name", ["board-approve", "board-silent:ABIM", "state-reject:TX", "overnight-slow"])
def test_every_other_decision_has_a_persona(name: str, personas: list[Entry]) -> None:
    """Approval, silence, a state's refusal and a slow night."""
    assert [persona for persona in personas if persona["scenario"] == name]


@pytest.mark.parametrize(
    ("key", "first_name", "last_name"),
    [
        ("jose-nunez", "José", "Núñez"),
        ("bridget-obrien", "Bridget", "O'Brien"),
        ("anne-marie-smith-jones", "Anne-Marie", "Smith-Jones"),
        ("walter-whitfield-jr", "Walter", "Whitfield Jr."),
        ("sun-o", "Sun", "O"),
        ("carmen-de-la-cruz", "Carmen", "de la Cruz"),
        ("oystein-odegaard", "Øystein", "Ødegaard"),
    ],
)
def test_awkward_names_have_personas(key: str, first_name: str, last_name: str, person_of: dict[str, Entry]) -> None:
    """Accent, apostrophe, hyphen, suffix, one letter, several words, transliteration."""
    assert person_of[key]["first_name"] == first_name
    assert person_of[key]["last_name"] == last_name


def test_the_very_long_name_is_very_long(person_of: dict[str, Entry]) -> None:
    """Each part passes 40 characters; together they are as many as the summary says."""
    person = person_of["maximiliana-featherstone"]
    lengths = len(person["first_name"]), len(person["last_name"])
    assert min(lengths) > 40
    assert sum(lengths) == 88


def test_somebody_is_born_on_a_leap_day_and_somebody_on_new_years_day(person_of: dict[str, Entry]) -> None:
    """Date arithmetic breaks on the one, time zones on the other."""
    assert person_of["leopold-leapley"]["date_of_birth"] == "1980-02-29"
    assert person_of["newton-newyear"]["date_of_birth"] == "1970-01-01"


def test_twins_share_last_name_and_birthday_only(person_of: dict[str, Entry]) -> None:
    """Their first names and NPIs tell them apart."""
    tara, tessa = person_of["tara-twinning"], person_of["tessa-twinning"]
    assert tara["last_name"] == tessa["last_name"]
    assert tara["date_of_birth"] == tessa["date_of_birth"]
    assert tara["first_name"] != tessa["first_name"]
    assert tara["npi"] != tessa["npi"]


def test_namesakes_share_their_names_only(person_of: dict[str, Entry]) -> None:
    """Their birthdays and NPIs tell them apart."""
    elder, younger = person_of["norman-samename-elder"], person_of["norman-samename-younger"]
    assert (elder["first_name"], elder["last_name"]) == (younger["first_name"], younger["last_name"])
    assert elder["date_of_birth"] < younger["date_of_birth"]
    assert elder["npi"] != younger["npi"]


def test_the_one_who_is_in_pars_twice_cannot_be_told_apart(person_of: dict[str, Entry]) -> None:
    """Name, birthday and NPI agree; ids and licences differ (D14)."""
    one, two = person_of["dolly-doppel-one"], person_of["dolly-doppel-two"]
    for identity in ("first_name", "last_name", "date_of_birth", "npi"):
        assert one[identity] == two[identity]
    assert one["id"] != two["id"]
    assert one["licences"] != two["licences"]


def test_papers_are_as_the_personas_say(person_of: dict[str, Entry]) -> None:
    """Five states, no board, PA, DO, no licence, no consent."""
    assert len(person_of["mona-manystates"]["licences"]) == 5
    assert person_of["nina-noboard"]["boards"] == []
    assert person_of["paula-passmore"]["profession"] == "PA"
    assert person_of["dorothy-doolittle"]["profession"] == "DO"
    assert person_of["ida-unlicensed"]["licences"] == []
    assert person_of["nora-noconsent"]["consent"] is False


def test_only_the_two_personas_about_papers_lack_them(person_of: dict[str, Entry]) -> None:
    """Every other persona is licensed and consenting, so that nothing else gets in the way."""
    lacking = {key for key, person in person_of.items() if not (person["licences"] and person["consent"])}
    assert lacking == {"ida-unlicensed", "nora-noconsent"}


def test_diplomates_for_200_and_322_belong_to_the_right_board(person_of: dict[str, Entry]) -> None:
    """ABIM has its own code for points, ABOS for a missing diplomate ID (A4)."""
    assert [entry["board"] for entry in person_of["polly-points"]["boards"]] == ["ABIM"]
    assert [entry["board"] for entry in person_of["iggy-idless"]["boards"]] == ["ABOS"]
