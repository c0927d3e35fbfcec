"""What is reported: learners, courses, credits, completions. Dates are dates, whatever they came as."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mockpars.client.errors import InvalidValue

AMA_PRA_CATEGORY_1 = "AMA PRA Category 1 Credit"
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:?\d{2}.*)?", re.ASCII)
# What XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_date(value: object, name: str = "date") -> date:
    """The calendar day of a date, a datetime or ISO 8601 text.

    A time loses its time and keeps the day of its own zone: PARS would shift it from Central to UTC, and an evening
    would become the next day (L12). Raises InvalidValue.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found.group(1) if found else "")
    except ValueError:
        raise InvalidValue(f"{name} is not a date of the form YYYY-MM-DD.") from None


def as_text(value: object, name: str) -> str:
    """Text that XML can hold, composed (NFC) and without space around it. Raises InvalidValue."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(f"{name} is missing.")
    if _UNWRITABLE.search(value):
        raise InvalidValue(f"{name} has a character in it that XML cannot hold.")
    return unicodedata.normalize("NFC", value.strip())


def as_amount(value: object, name: str = "amount") -> Decimal:
    """A positive amount of credit. Raises InvalidValue."""
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        amount = Decimal(0)
    if isinstance(value, bool) or not amount.is_finite() or amount <= 0:
        raise InvalidValue(f"{name} is not a positive number.")
    return amount


@dataclass(frozen=True, slots=True)
class Learner:
    """A physician as PARS must know them: all four must be as on file there (L5)."""

    first_name: str
    last_name: str
    date_of_birth: date = field(repr=False)
    npi: str

    def __post_init__(self) -> None:
        """Raises InvalidValue for what PARS could not take."""
        object.__setattr__(self, "first_name", as_text(self.first_name, "first_name"))
        object.__setattr__(self, "last_name", as_text(self.last_name, "last_name"))
        object.__setattr__(self, "date_of_birth", as_date(self.date_of_birth, "date_of_birth"))
        object.__setattr__(self, "npi", str(self.npi).strip())
        if not re.fullmatch(r"\d{10}", self.npi, re.ASCII):
            raise InvalidValue("npi is not ten digits.")


@dataclass(frozen=True, slots=True)
class Credit:
    """Credit that is claimed; with a board it is MOC credit of that board's own type (A7)."""

    amount: Decimal
    credit_type: str = AMA_PRA_CATEGORY_1
    board: str | None = None
    diplomate_id: str | None = None

    def __post_init__(self) -> None:
        """Raises InvalidValue for an amount that is not positive."""
        object.__setattr__(self, "amount", as_amount(self.amount, "credit amount"))


@dataclass(frozen=True, slots=True)
class MocRegistration:
    """What a course counts with a certifying board (A7)."""

    board: str
    points: Decimal
    credit_types: tuple[str, ...]
    credit_claim_by: date | None = None
    diplomate_id: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A course as SaveActivity registers it: once per course, before any learner (A1)."""

    course_id: str
    title: str
    credit_hours: Decimal
    starts_on: date
    ends_on: date
    credit_claim_by: date | None = None
    activity_format: str = "Internet Enduring Material"
    commercial_support: bool = False
    on_public_list: bool = True
    registrations: tuple[MocRegistration, ...] = ()

    def __post_init__(self) -> None:
        """Raises InvalidValue for what PARS could not take."""
        object.__setattr__(self, "course_id", as_text(self.course_id, "course_id"))
        object.__setattr__(self, "title", as_text(self.title, "title"))
        object.__setattr__(self, "credit_hours", as_amount(self.credit_hours, "credit_hours"))
        for name in ("starts_on", "ends_on"):
            object.__setattr__(self, name, as_date(getattr(self, name), name))
        claim_by = self.ends_on if self.credit_claim_by is None else as_date(self.credit_claim_by, "credit_claim_by")
        object.__setattr__(self, "credit_claim_by", claim_by)


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion by one physician. `consent` is the learner's, to reporting; without it nothing is sent (307)."""

    learner: Learner
    course: Course
    completed_on: date
    consent: bool
    activity_id: str | None = None
    credits: tuple[Credit, ...] = ()

    def __post_init__(self) -> None:
        """Without credits of its own, a completion claims the course's hours (L5, code 305)."""
        object.__setattr__(self, "completed_on", as_date(self.completed_on, "completion_date"))
        if not self.credits:
            object.__setattr__(self, "credits", (Credit(self.course.credit_hours),))

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Completion:
        """Reads a completion event; docs/client-protocol.md describes it. Raises InvalidValue.

        A course without dates of its own runs for the calendar year of the completion. Events are made after the
        learner's consent, so only an explicit `"consent": false` counts as none.
        """
        learner, course = _section(event, "learner"), _section(event, "course")
        completed_on = as_date(course.get("completion_date", ""), "completion_date")
        hours = as_amount(course.get("credit_hours"), "credit_hours")
        known = (_section(event, "activity") if event.get("activity") else {}).get("pars_activity_id")
        return cls(
            learner=Learner(
                learner.get("first_name", ""), learner.get("last_name", ""), learner.get("date_of_birth", ""),
                learner.get("npi", ""),
            ),
            course=_course(course, hours, completed_on),
            completed_on=completed_on,
            consent=learner.get("consent") is not False,
            activity_id=str(known) if known else None,
            credits=(Credit(hours), *(_credit(entry) for entry in course.get("moc") or ())),
        )  # fmt: skip


def _section(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = event.get(name)
    if not isinstance(found, Mapping):
        raise InvalidValue(f"The event has no {name}.")
    return found


def _course(course: Mapping[str, Any], hours: Decimal, completed_on: date) -> Course:
    ends_on = as_date(course.get("end_date") or date(completed_on.year, 12, 31), "end_date")
    return Course(
        course_id=course.get("course_id", ""),
        title=course.get("title") or course.get("course_id", ""),
        credit_hours=hours,
        starts_on=as_date(course.get("start_date") or date(completed_on.year, 1, 1), "start_date"),
        ends_on=ends_on,
        credit_claim_by=as_date(course.get("credit_claim_date") or ends_on, "credit_claim_date"),
        activity_format=course.get("format") or "Internet Enduring Material",
        commercial_support=course.get("commercial_support") in ("yes", True),
        registrations=tuple(_registration(entry) for entry in course.get("moc") or ()),
    )


def _credit(entry: Mapping[str, Any]) -> Credit:
    kind, board = as_text(entry.get("credit_type"), "moc credit_type"), as_text(entry.get("board"), "moc board")
    return Credit(as_amount(entry.get("points"), "moc points"), kind, board, entry.get("diplomate_id"))


def _registration(entry: Mapping[str, Any]) -> MocRegistration:
    credit = _credit(entry)
    # ABOS wants a diplomate ID when its MOC is registered (A4, code 322).
    diplomate = credit.diplomate_id if credit.board == "ABOS" else None
    return MocRegistration(credit.board or "", credit.amount, (credit.credit_type,), None, diplomate)
