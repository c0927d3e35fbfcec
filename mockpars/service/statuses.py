"""Reading where a learner record stands (L6 to L9)."""

from __future__ import annotations

from datetime import date, datetime

from mockpars.domain.model import LearnerRecord, record_number
from mockpars.domain.results import DeliveryStatus, LearnerStatus
from mockpars.domain.timeline import delivery_status, status_at
from mockpars.service.sandbox import Sandbox


def standing(record: LearnerRecord, now: datetime) -> LearnerStatus:
    """Looks a record's status up in its timeline; reading changes nothing."""
    return LearnerStatus(
        record,
        status_at(record.accepted_at, record.deliveries, now),
        tuple(DeliveryStatus(entry, *delivery_status(entry, now)) for entry in record.deliveries),
    )


def status_by_credit(sandbox: Sandbox, credit: str) -> LearnerStatus | None:
    """The status of the record with that credit ID (L8); None when there is none, or it was deleted (D13)."""
    number = record_number(credit)
    record = None if number is None else sandbox.store.records.find(sandbox.world.id, number)
    if record is None or record.deleted_at is not None:
        return None
    return standing(record, sandbox.now)


def status_by_learner(
    sandbox: Sandbox, activity_id: str, birth: tuple[int | None, int, int], completed_on: date, unique_id: str
) -> LearnerStatus | None:
    """The status by activity, birth date (its year may be left out), completion and the learner's ID (L9).

    The ID may be an NPI, a diplomate ID or a licence number (L16).
    """
    activity = sandbox.activity(activity_id, None)
    if activity is None:
        return None
    year, month, day = birth
    for physician in sandbox.physicians():
        born = physician.date_of_birth
        if (born.month, born.day) != (month, day) or year not in (None, born.year):
            continue
        numbers = {physician.npi, *(entry.diplomate_id for entry in physician.boards)}
        numbers |= {entry.number for entry in physician.licences}
        if unique_id not in numbers:
            continue
        record = sandbox.store.records.live(sandbox.world.id, physician.id, activity.id)
        if record is not None and record.completed_on == completed_on:
            return standing(record, sandbox.now)
    return None
