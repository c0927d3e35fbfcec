"""Decks from which ordinary people are dealt, so that the guarantees hold by count and not by luck."""

from random import Random
from typing import TypeVar

from mockpars.seeding.boards import BOARDS
from mockpars.seeding.places import POPULOUS, STATES

HOMES_IN_EACH_STATE = 5
DIPLOMATES_OF_EACH_BOARD = 16
SHARE_OF_PAS = 0.13
SHARE_OF_DOS = 0.12
SHARE_OF_DIPLOMATES = 0.75

# How many ordinary people hold so many licences beyond the first.
FURTHER_LICENCES: dict[int, int] = {1: 40, 2: 16, 3: 7, 4: 3}

UNLICENSED = 5
WITHOUT_CONSENT = 6

Card = TypeVar("Card", int, str)


def professions(count: int, random: Random) -> list[str]:
    """Return that many of MD, DO and PA, shuffled."""
    assistants, osteopaths = round(count * SHARE_OF_PAS), round(count * SHARE_OF_DOS)
    return _shuffled(["PA"] * assistants + ["DO"] * osteopaths, "MD", count, random)


def standings(count: int, random: Random) -> list[str]:
    """Return for that many people whether they are `regular`, `unlicensed` or `without consent`, shuffled."""
    cards = ["unlicensed"] * UNLICENSED + ["without consent"] * WITHOUT_CONSENT
    return _shuffled(cards, "regular", count, random)


def first_boards(count: int, random: Random) -> list[str]:
    """Return the first board of that many MDs and DOs, empty for none, shuffled."""
    cards = list(BOARDS) * DIPLOMATES_OF_EACH_BOARD
    weights = [board.weight for board in BOARDS.values()]
    cards += random.choices(list(BOARDS), weights, k=round(count * SHARE_OF_DIPLOMATES) - len(cards))
    return _shuffled(cards, "", count, random)


def licensing_states(count: int, random: Random) -> list[list[str]]:
    """Return where each of that many people is licensed, the home state first, shuffled."""
    homes = list(STATES) * HOMES_IN_EACH_STATE
    homes += random.choices(POPULOUS, k=count - len(homes))
    random.shuffle(homes)
    further = _shuffled([n for n, people in FURTHER_LICENCES.items() for _ in range(people)], 0, count, random)
    return [
        [home, *random.sample([state for state in STATES if state != home], more)]
        for home, more in zip(homes, further, strict=True)
    ]


def _shuffled(cards: list[Card], filler: Card, count: int, random: Random) -> list[Card]:
    deck = cards + [filler] * (count - len(cards))
    random.shuffle(deck)
    return deck
