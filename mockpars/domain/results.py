"""What became of a record: the answers of the use cases, before they are put into words."""

from __future__ import annotations

from datetime import datetime

from mockpars.domain.model import Delivery, LearnerRecord, Status, credit_id
from mockpars.domain.rejection import Finding
from mockpars.domain.timeline import Transition
from mockpars.immutable import immutable


@immutable
class ActivityResult:
    """What became of one activity of a message."""

    action: str
    provider_activity_id: str
    activity_id: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether PARS took it."""
        return not self.findings


@immutable
class LearnerResult:
    """What became of one learner record of a message."""

    deleted: bool
    number: int | None = None
    activity_id: int | None = None
    physician_id: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether PARS took it."""
        return not self.findings

    @property
    def credit_id(self) -> str | None:
        """The credit ID to store, if it was accepted."""
        return None if self.number is None else credit_id(self.number)


@immutable
class DeliveryStatus:
    """Where one delivery stands, and since when."""

    delivery: Delivery
    status: Status
    since: datetime | None


@immutable
class LearnerStatus:
    """Where a record stands: its own status, and each delivery's."""

    record: LearnerRecord
    reached: Transition
    deliveries: tuple[DeliveryStatus, ...]
