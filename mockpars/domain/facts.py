"""The facts a stage of judging looks at. Rules name their attributes; the service fills them in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mockpars.immutable import immutable


@immutable
class EnvelopeFacts:
    """Which provider a message says it comes from, and whose sandbox this is (T7)."""

    provider_id: str
    issued_provider_id: str


@immutable
class ActivityFacts:
    """What SaveActivity says about one activity, beside what PARS accepts (A4)."""

    starts_on: date
    ends_on: date
    credit_claim_by: date | None
    credit_type: str
    credit_amount: str
    credit_step: Decimal
    activity_format: str
    commercial_support: str | None


@immutable
class TargetFacts:
    """Whether the activity that SaveActivity acts on exists; an Add that names no ID makes it (A10)."""

    action: str
    is_registered: bool
    named_activity: str


@immutable
class RegistrationFacts:
    """One MOC registration of an activity (A7)."""

    board: str
    points: str
    point_step: Decimal
    credit_types: str
    unknown_credit_types: str
    known_credit_types: str
    diplomate_id: str | None


@immutable
class IdentityFacts:
    """How many records of PARS the learner matches, and what stands in the one that does (L3, L15)."""

    matches: int
    licences: int
    consent: bool
    name: str


@immutable
class LookupFacts:
    """Whether the activity named by a learner record exists (L5, D15)."""

    is_registered: bool
    named_activity: str


@immutable
class DeletionFacts:
    """Whether there is a learner record to delete (L10, D13)."""

    is_on_file: bool
    named_activity: str


@immutable
class CompletionFacts:
    """A completion beside its activity, the reporting window and what is already on file (L5, L13)."""

    completed_on: date
    completed_as_sent: str
    activity_starts_on: date
    credit_claim_by: date
    window_opens_on: date
    window_closes_on: date
    today: date
    earlier_credit_id: str | None
    has_credits: bool
    hours: Decimal


@immutable
class CreditFacts:
    """One credit of a completion beside what the activity is registered for (L5, A7, D5)."""

    amount: str
    registered_amount: Decimal | None
    credit_type: str
    registered_types: str
    is_registered_type: bool
    board: str | None
    board_id: str | None
    completed_on: date
    board_credit_claim_by: date | None


@immutable
class DecisionFacts:
    """What a certifying board compares before it takes credit: the claimed and the filed ID (L23, D8)."""

    board: str
    board_id: str | None
    id_on_file: str | None
    name: str

    @property
    def has_both_ids(self) -> bool:
        """Whether there are two IDs to compare."""
        return bool(self.board_id) and bool(self.id_on_file)
