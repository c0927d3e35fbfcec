"""Domain objects as rows: JSON bodies and instants in microseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from mockpars.domain.model import (
    Activity,
    Credit,
    Delivery,
    DestinationKind,
    Diplomate,
    LearnerRecord,
    Licence,
    MocRegistration,
    Physician,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """An instant as microseconds since 1970, UTC."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """The instant that many microseconds after 1970, UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def optional_instant(micros: int | None) -> datetime | None:
    """An instant, where there is one."""
    return None if micros is None else from_micros(micros)


def physician_from(body: dict[str, Any]) -> Physician:
    """Reads a physician from the shape of seed/physicians.json."""
    return Physician(
        id=body["id"],
        first_name=body["first_name"],
        last_name=body["last_name"],
        date_of_birth=date.fromisoformat(body["date_of_birth"]),
        npi=body["npi"],
        profession=body["profession"],
        licences=tuple(Licence(entry["state"], entry["number"]) for entry in body["licences"]),
        boards=tuple(Diplomate(entry["board"], entry["diplomate_id"]) for entry in body["boards"]),
        consent=body["consent"],
        persona=body.get("persona"),
        scenario=body.get("scenario"),
        reason=body.get("reason"),
    )


def physician_body(physician: Physician) -> dict[str, Any]:
    """Writes a physician in the shape of seed/physicians.json."""
    return {
        "id": physician.id,
        "first_name": physician.first_name,
        "last_name": physician.last_name,
        "date_of_birth": physician.date_of_birth.isoformat(),
        "npi": physician.npi,
        "profession": physician.profession,
        "licences": [{"state": entry.state, "number": entry.number} for entry in physician.licences],
        "boards": [{"board": entry.board, "diplomate_id": entry.diplomate_id} for entry in physician.boards],
        "consent": physician.consent,
        "persona": physician.persona,
        "scenario": physician.scenario,
        "reason": physician.reason,
    }


def dump(body: object) -> str:
    """JSON without a space too many."""
    return orjson.dumps(body).decode()


def load(text: str) -> Any:
    """Reads JSON that `dump` wrote."""
    return orjson.loads(text)


def activity_text(activity: Activity) -> str:
    """Writes an activity, but for the two IDs, which are columns."""
    return dump(
        {
            "title": activity.title,
            "starts_on": activity.starts_on.isoformat(),
            "ends_on": activity.ends_on.isoformat(),
            "credit_claim_by": activity.credit_claim_by.isoformat(),
            "credit_type": activity.credit_type,
            "hours": str(activity.hours),
            "format": activity.activity_format,
            "closed": activity.closed,
            "registrations": [
                [
                    r.board,
                    r.points,
                    list(r.credit_types),
                    r.credit_claim_by and r.credit_claim_by.isoformat(),
                    r.diplomate_id,
                ]
                for r in activity.registrations
            ],
        }
    )


def activity_from(activity_id: int, provider_activity_id: str, text: str) -> Activity:
    """Reads an activity back."""
    body = orjson.loads(text)
    return Activity(
        id=activity_id,
        provider_activity_id=provider_activity_id,
        title=body["title"],
        starts_on=date.fromisoformat(body["starts_on"]),
        ends_on=date.fromisoformat(body["ends_on"]),
        credit_claim_by=date.fromisoformat(body["credit_claim_by"]),
        credit_type=body["credit_type"],
        hours=Decimal(body["hours"]),
        activity_format=body["format"],
        closed=body["closed"],
        registrations=tuple(
            MocRegistration(board, points, tuple(types), date.fromisoformat(by) if by else None, diplomate_id)
            for board, points, types, by, diplomate_id in body["registrations"]
        ),
    )


def record_text(record: LearnerRecord) -> str:
    """Writes what of a learner record is not a column."""
    return dump(
        {
            "sent": record.completed_as_sent,
            "journal": record.journal_id,
            "credits": [[c.credit_type, c.amount, c.board, c.board_id] for c in record.credits],
            "deliveries": [
                [
                    d.destination,
                    d.kind,
                    to_micros(d.transmitted_at),
                    d.decided_at and to_micros(d.decided_at),
                    d.approved,
                    d.reason,
                ]
                for d in record.deliveries
            ],
        }
    )


def record_from(row: Any) -> LearnerRecord:
    """Reads a learner record from its row (see `learner_records.COLUMNS`)."""
    number, activity_id, physician_id, completed_on, accepted_at, deleted_at, text = row
    body = orjson.loads(text)
    return LearnerRecord(
        number=number,
        activity_id=activity_id,
        physician_id=physician_id,
        completed_on=date.fromisoformat(completed_on),
        completed_as_sent=body["sent"],
        credits=tuple(Credit(*credit) for credit in body["credits"]),
        accepted_at=from_micros(accepted_at),
        deliveries=tuple(
            Delivery(dest, DestinationKind(kind), from_micros(sent), optional_instant(decided), approved, reason)
            for dest, kind, sent, decided, approved, reason in body["deliveries"]
        ),
        deleted_at=optional_instant(deleted_at),
        journal_id=body["journal"],
    )
