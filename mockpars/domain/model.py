"""The nouns: physicians, activities, learner records and what is claimed about them on the way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from mockpars.immutable import immutable

MOC_BOARDS: dict[str, str] = {
    "ABA": "American Board of Anesthesiology",
    "ABIM": "American Board of Internal Medicine",
    "ABOHNS": "American Board of Otolaryngology - Head and Neck Surgery",
    "ABOS": "American Board of Orthopaedic Surgery",
    "ABP": "American Board of Pediatrics",
    "ABPATH": "American Board of Pathology",
    "ABS": "American Board of Surgery",
    "ABTS": "American Board of Thoracic Surgery",
}
"""The boards that take MOC credit through PARS (A7)."""


class Status(StrEnum):
    """The four statuses a learner record passes through (L6)."""

    SUBMITTED = "Submitted"
    TRANSMITTED = "Transmitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"


class DestinationKind(StrEnum):
    """The two kinds of body that PARS passes a learner record on to (L6, L22)."""

    STATE_BOARD = "StateBoard"
    CERTIFYING_BOARD = "CertifyingBoard"


@immutable
class Licence:
    """A licence to practise in one US state (or D.C.)."""

    state: str
    number: str


@immutable
class Diplomate:
    """A physician's standing with one certifying board."""

    board: str
    diplomate_id: str


@immutable
class Physician:
    """A synthetic physician as PARS has them on file (L20); `scenario` makes something happen to their records."""

    id: str
    first_name: str
    last_name: str
    date_of_birth: date
    npi: str
    profession: str
    licences: tuple[Licence, ...] = ()
    boards: tuple[Diplomate, ...] = ()
    consent: bool = True
    persona: str | None = None
    scenario: str | None = None
    reason: str | None = None

    def diplomate_id(self, board: str) -> str | None:
        """The physician's ID with `board`, or None when not a diplomate."""
        return next((entry.diplomate_id for entry in self.boards if entry.board == board), None)

    @property
    def name(self) -> str:
        """First and last name as PARS holds them."""
        return f"{self.first_name} {self.last_name}"


@immutable
class Place:
    """Where in the sent document something stands: a readable path and a line number."""

    path: str
    line: int | None = None


Locate = Callable[[str], Place]
"""Finds the place of a field (by its domain name) in the document it was read from."""


def nowhere(field_name: str) -> Place:
    """The place of something that was not read from a document."""
    return Place(path=field_name)


@immutable
class LearnerIdentity:
    """Who the client says the learner is: the four values PARS matches on (L1, L5)."""

    first_name: str
    last_name: str
    date_of_birth: date
    npi: str


@immutable
class Credit:
    """Credit claimed for a completion; with a board it is MOC credit (D5)."""

    credit_type: str
    amount: str
    board: str | None = None
    board_id: str | None = None


@immutable
class LearnerSubmission:
    """One `ar:LearnerRecord` as sent, with `completed_on` already shifted as L12 describes."""

    identity: LearnerIdentity
    provider_id: str | None
    provider_activity_id: str | None
    activity_id: str | None
    completed_on: date
    completed_as_sent: str
    credits: tuple[Credit, ...]
    delete: bool = False
    locate: Locate = nowhere


@immutable
class MocRegistration:
    """An activity's registration for MOC credit of one board (A7)."""

    board: str
    points: str
    credit_types: tuple[str, ...]
    credit_claim_by: date | None = None
    diplomate_id: str | None = None


@immutable
class ActivitySubmission:
    """One `MedicalEducationMetrics` as sent, with the XML it stands in (`document`)."""

    action: str
    provider_activity_id: str
    activity_id: str | None
    title: str
    starts_on: date
    ends_on: date
    credit_claim_by: date | None
    credit_type: str
    credit_amount: str
    activity_format: str
    commercial_support: str | None
    registrations: tuple[MocRegistration, ...] = ()
    closed: bool = False
    document: str = ""
    provider_id: str | None = None
    locate: Locate = nowhere


@immutable
class Activity:
    """A registered activity with the ID PARS gave it (A1)."""

    id: int
    provider_activity_id: str
    title: str
    starts_on: date
    ends_on: date
    credit_claim_by: date
    credit_type: str
    hours: Decimal
    activity_format: str
    registrations: tuple[MocRegistration, ...] = ()
    closed: bool = False

    def registration(self, board: str) -> MocRegistration | None:
        """The activity's MOC registration for `board`, if it has one."""
        return next((entry for entry in self.registrations if entry.board == board), None)


@immutable
class Delivery:
    """A learner record on its way to one state board or certifying board; times are UTC."""

    destination: str
    kind: DestinationKind
    transmitted_at: datetime
    decided_at: datetime | None
    approved: bool = True
    reason: str | None = None


@immutable
class LearnerRecord:
    """One completion by one physician, accepted by PARS, with its planned deliveries."""

    number: int
    activity_id: int
    physician_id: str
    completed_on: date
    completed_as_sent: str
    credits: tuple[Credit, ...]
    accepted_at: datetime
    deliveries: tuple[Delivery, ...] = field(default=())
    deleted_at: datetime | None = None
    journal_id: int | None = None

    @property
    def credit_id(self) -> str:
        """The ID a client stores: `ccid:domain:id` (L16, D16)."""
        return credit_id(self.number)


CREDIT_ID_PREFIX = "ccid:mockpars:"


def credit_id(number: int) -> str:
    """Writes a learner record's number as a credit ID (L16, D16)."""
    return f"{CREDIT_ID_PREFIX}{number:09d}"


def record_number(text: str) -> int | None:
    """Reads a credit ID back; None when it is not one of ours."""
    digits = text.removeprefix(CREDIT_ID_PREFIX)
    if digits == text or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    return int(digits)
