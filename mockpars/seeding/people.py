"""Makes the 350 physicians: the personas first, then ordinary people dealt from the decks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from mockpars.domain.names import fold
from mockpars.seeding import decks
from mockpars.seeding.boards import SECOND_BOARD, diplomate_id
from mockpars.seeding.names import AWKWARD, ordinary_names
from mockpars.seeding.npi import unissued_npi
from mockpars.seeding.personas import PERSONAS, Persona
from mockpars.seeding.places import STATES

SEED = 715
COUNT = 350
FIRST_BIRTHDAY = date(1945, 1, 1)
LAST_BIRTHDAY = date(1997, 12, 31)

# Training to be a physician takes longer than to be a PA, and certification longer still.
LAST_BIRTHDAY_OF_PHYSICIANS = date(1993, 12, 31)


@dataclass(frozen=True)
class Physician:
    """A finished line of physicians.json: licences by state, diplomate IDs by board, dates as YYYY-MM-DD."""

    id: str
    first_name: str
    last_name: str
    date_of_birth: str
    npi: str
    profession: str
    licences: dict[str, str]
    boards: dict[str, str]
    consent: bool
    persona: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the physician as the seed file has it, keys in the file's order."""
        return {
            **vars(self),
            "licences": [{"state": state, "number": number} for state, number in self.licences.items()],
            "boards": [{"board": board, "diplomate_id": given} for board, given in self.boards.items()],
        }


@dataclass
class Registry:
    """Hands out the numbers that must not be given twice, all from one seeded source."""

    random: Random
    taken: set[tuple[str, str]] = field(default_factory=set)

    def npi(self) -> str:
        """Return an NPI that nobody holds."""
        return self._fresh("npi", lambda: unissued_npi(self.random))

    def licence(self, state: str, profession: str) -> str:
        """Return a licence number that the state has not given yet."""
        return self._fresh(state, lambda: f"{profession}{self.random.randrange(10_000, 1_000_000):06d}")

    def diplomate_id(self, board: str) -> str:
        """Return a diplomate ID that the board has not given yet."""
        return self._fresh(board, lambda: diplomate_id(board, self.random))

    def birthday(self, profession: str) -> str:
        """Return a date of birth, which many may share."""
        last = LAST_BIRTHDAY if profession == "PA" else LAST_BIRTHDAY_OF_PHYSICIANS
        return str(FIRST_BIRTHDAY + timedelta(days=self.random.randint(0, (last - FIRST_BIRTHDAY).days)))

    def _fresh(self, kind: str, draw: Callable[[], str]) -> str:
        while (kind, value := draw()) in self.taken:
            pass
        self.taken.add((kind, value))
        return value


def build_people(seed: int = SEED) -> list[Physician]:
    """Return the physicians in the order of their ids, PH-0001 to PH-0350."""
    registry = Registry(Random(seed))
    people = list(_known_people(registry))
    names = _names(COUNT - len(people), seed, registry.random)
    people += _ordinary_people(names, len(people) + 1, registry)
    return people


def _known_people(registry: Registry) -> Iterator[Physician]:
    npis: dict[str, str] = {}
    for number, persona in enumerate(PERSONAS, start=1):
        drawn_npi, drawn_birthday = registry.npi(), registry.birthday(persona.profession)
        npis[persona.key] = persona.npi or npis.get(persona.same_npi_as or "", drawn_npi)
        yield Physician(
            id=_physician_id(number),
            first_name=persona.first_name,
            last_name=persona.last_name,
            date_of_birth=persona.born or drawn_birthday,
            npi=npis[persona.key],
            profession=persona.profession,
            licences=_licences(_states_of(persona, registry.random), persona.profession, registry),
            boards={board: registry.diplomate_id(board) for board in persona.boards},
            consent=persona.consent,
            persona=persona.key,
        )


def _states_of(persona: Persona, random: Random) -> tuple[str, ...]:
    drawn = (random.choice(list(STATES)),)
    return drawn if persona.states is None else persona.states


def _ordinary_people(names: list[tuple[str, str]], first_number: int, registry: Registry) -> Iterator[Physician]:
    random = registry.random
    professions = decks.professions(len(names), random)
    standings = decks.standings(len(names), random)
    boards = iter(decks.first_boards(len(names) - professions.count("PA"), random))
    states = iter(decks.licensing_states(len(names) - standings.count("unlicensed"), random))
    for offset, (first_name, last_name) in enumerate(names):
        profession, standing = professions[offset], standings[offset]
        licensed_in = [] if standing == "unlicensed" else next(states)
        certified_by = [] if profession == "PA" else _boards(next(boards), random)
        yield Physician(
            id=_physician_id(first_number + offset),
            first_name=first_name,
            last_name=last_name,
            date_of_birth=registry.birthday(profession),
            npi=registry.npi(),
            profession=profession,
            licences=_licences(licensed_in, profession, registry),
            boards={board: registry.diplomate_id(board) for board in certified_by},
            consent=standing != "without consent",
            persona=None,
        )


def _names(count: int, seed: int, random: Random) -> list[tuple[str, str]]:
    """Return distinct names, the awkward ones shuffled among the ordinary ones."""
    taken = {(fold(known.first_name), fold(known.last_name)) for known in PERSONAS}
    names = list(AWKWARD)
    for first_name, last_name in ordinary_names(seed):
        if len(names) == count:
            break
        if (key := (fold(first_name), fold(last_name))) not in taken:
            taken.add(key)
            names.append((first_name, last_name))
    random.shuffle(names)
    return names


def _boards(first: str, random: Random) -> list[str]:
    second = SECOND_BOARD.get(first)
    held = [first, second] if second and random.random() < 0.25 else [first]
    return [board for board in held if board]


def _licences(states: Iterable[str], profession: str, registry: Registry) -> dict[str, str]:
    return {state: registry.licence(state, profession) for state in states}


def _physician_id(number: int) -> str:
    return f"PH-{number:04d}"
