"""For 'learner not found': the physicians nearest to what was sent, and the field that differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from mockpars.domain.model import LearnerIdentity, Physician
from mockpars.domain.names import fold
from mockpars.immutable import immutable


@immutable
class Difference:
    """One field that differs, and a guess at how that came about. Dates of birth are never repeated."""

    field: str
    hint: str


@immutable
class Neighbour:
    """A physician who nearly matches."""

    physician_id: str
    name: str
    differences: tuple[Difference, ...]


def matches(identity: LearnerIdentity, physician: Physician) -> bool:
    """Whether a record of PARS is this learner: all four values agree, names by `fold` (L5)."""
    return (
        identity.npi == physician.npi
        and identity.date_of_birth == physician.date_of_birth
        and fold(identity.last_name) == fold(physician.last_name)
        and fold(identity.first_name) == fold(physician.first_name)
    )


def nearest(identity: LearnerIdentity, physicians: Iterable[Physician], most: int = 3) -> tuple[Neighbour, ...]:
    """At most `most` physicians who share at least two of NPI, date of birth, last and first name."""
    found = []
    for physician in physicians:
        differences = tuple(_differences(identity, physician))
        if 1 <= len(differences) <= 2:
            found.append(Neighbour(physician.id, physician.name, differences))
    found.sort(key=lambda neighbour: len(neighbour.differences))
    return tuple(found[:most])


def _differences(identity: LearnerIdentity, physician: Physician) -> Iterable[Difference]:
    if identity.npi != physician.npi:
        yield Difference("npi", _npi_hint(identity.npi, physician.npi))
    if identity.date_of_birth != physician.date_of_birth:
        yield Difference("date_of_birth", _date_hint(identity.date_of_birth, physician.date_of_birth))
    swapped = fold(identity.first_name) == fold(physician.last_name)
    for field, sent, filed in (
        ("last_name", identity.last_name, physician.last_name),
        ("first_name", identity.first_name, physician.first_name),
    ):
        if fold(sent) != fold(filed):
            yield Difference(field, "first and last name swapped?" if swapped else _name_hint(sent, filed))


def _npi_hint(sent: str, filed: str) -> str:
    wrong = sum(a != b for a, b in zip(sent, filed, strict=False)) + abs(len(sent) - len(filed))
    if wrong == 2 and sorted(sent) == sorted(filed):
        return "NPI has two digits swapped"
    if wrong == 1:
        return "NPI differs in one digit"
    return f"NPI differs; on file it is {filed}"


def _date_hint(sent: date, filed: date) -> str:
    days = (sent - filed).days
    if abs(days) == 1:
        later = "later" if days == 1 else "earlier"
        return f"date of birth differs by one day ({later} than on file): a time-zone conversion?"
    if (sent.day, sent.month, sent.year) == (filed.month, filed.day, filed.year):
        return "date of birth has day and month swapped"
    if (sent.month, sent.day) == (filed.month, filed.day):
        return f"date of birth differs by {abs(sent.year - filed.year)} years"
    return "date of birth differs"


def date_with_hint(hint: str, filed: date) -> date:
    """A date of birth of which the same would be said beside `filed`, since the one that was sent is never kept."""
    shifts = [date(filed.year + years, filed.month, filed.day) for years in _YEARS_TRIED if _has_day(filed, years)]
    swapped = [date(filed.year, filed.day, filed.month)] if filed.day <= 12 else []
    day = timedelta(days=1)
    tried = (filed - day, filed + day, *swapped, *shifts, filed - timedelta(days=45))
    return next((sent for sent in tried if _date_hint(sent, filed) == hint), tried[-1])


_YEARS_TRIED = tuple(sign * years for years in range(1, 150) for sign in (-1, 1))


def _has_day(filed: date, years: int) -> bool:
    year = filed.year + years
    return 1 <= year <= 9999 and not (
        (filed.month, filed.day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400))
    )


def _name_hint(sent: str, filed: str) -> str:
    plain_sent, plain_filed = _letters(sent), _letters(filed)
    if plain_sent == plain_filed:
        return f"on file it is {filed!r}: hyphens, apostrophes and inner spaces count"
    if plain_sent and plain_filed and (plain_sent in plain_filed or plain_filed in plain_sent):
        return f"on file it is {filed!r}: the name must be whole, suffix included"
    return f"on file it is {filed!r}"


def _letters(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())
