"""A ground as plain data, both ways, and the schema it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from mockpars.domain.clock import format_instant, parse_instant
from mockpars.domain.model import (
    ActivitySubmission,
    Credit,
    Delivery,
    DestinationKind,
    LearnerRecord,
    Physician,
    record_number,
)
from mockpars.errors import BrokenRequest
from mockpars.service.ground import Ground
from mockpars.web.control.checks import Schema
from mockpars.web.control.endpoint import INSTANT, choice, fields, pattern, text, yes_or_no
from mockpars.web.control.physicians import NEW as PHYSICIAN
from mockpars.web.control.physicians import as_physician
from mockpars.web.control.refusals import invalid_field
from mockpars.web.operations import OPERATIONS
from mockpars.wire import activities as wire_activities
from mockpars.wire.masked import readable, wrapped_activity
from mockpars.wire.schemas import Schemas

_DAY = pattern("A date, YYYY-MM-DD", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_LONG_TEXT = 512 * 1024


def _many(description: str, most: int, items: Schema) -> Schema:
    return {"type": "array", "description": description, "maxItems": most, "items": items}


_DELIVERY = fields(
    ("destination", "kind", "transmitted_at", "approved"),
    destination=text("A state such as TX, a board such as ABIM", 20),
    kind=choice("Kind of destination", *(str(kind) for kind in DestinationKind)),
    transmitted_at=INSTANT,
    decided_at=INSTANT,
    approved=yes_or_no("Whether it approves"),
    reason=text("Reason it gives when it does not", 2000),
)
_RECORD = fields(
    ("credit_id", "activity_id", "physician", "completed_on", "completed_as_sent", "accepted_at"),
    credit_id=pattern("Credit ID", "^ccid:mockpars:[0-9]{1,15}$"),
    activity_id=pattern("ACCME Activity ID", "^[0-9]{1,15}$"),
    physician=text("ID of a physician", 40),
    completed_on=_DAY,
    completed_as_sent=text("The completion as it was sent", 60),
    accepted_at=INSTANT,
    credits=_many(
        "Credits claimed",
        50,
        fields(
            ("credit_type", "amount"),
            credit_type=text("Type"),
            amount=text("Amount", 60),
            board=text("Board", 20),
            board_id=text("Diplomate ID", 100),
        ),
    ),
    deliveries=_many("Where it goes, and what is decided there", 80, _DELIVERY),
)
ACTIVITIES = _many(
    "Activities that are registered",
    200,
    fields(
        ("activity_id", "document"),
        activity_id=pattern("ACCME Activity ID", "^[0-9]{1,15}$"),
        document={
            "type": "string", "description": "Its MedicalEducationMetrics, XML", "minLength": 1,
            "maxLength": _LONG_TEXT,
        },
    ),
)  # fmt: skip
RECORDS = _many("Learner records that are on file", 200, _RECORD)
ARMED = _many(
    "Scenarios that are armed",
    200,
    fields(
        ("scenario",),
        scenario=text("Name, such as reject-303", 60),
        operation=choice("Only requests of this operation", *OPERATIONS),
        physician=text("Only records of this physician: ID, NPI or persona", 60),
        activity=text("Only records that name this activity, by either ID"),
    ),
)
PHYSICIAN_ID = pattern("ID of a physician who is not of the seed", "^PX-[0-9]{6,9}$")
GROUND = fields(
    activities=ACTIVITIES,
    learner_records=RECORDS,
    armed=ARMED,
    physicians=_many(
        "Physicians beside those of the seed",
        200,
        fields(("id", *PHYSICIAN["required"]), id=PHYSICIAN_ID, **PHYSICIAN["properties"]),
    ),
)
"""The schema of a ground that a new sandbox may start from."""


def record_body(record: LearnerRecord) -> dict[str, Any]:
    """A learner record as plain data; what is not there is left out."""
    return {
        "credit_id": record.credit_id,
        "activity_id": str(record.activity_id),
        "physician": record.physician_id,
        "completed_on": record.completed_on.isoformat(),
        "completed_as_sent": record.completed_as_sent,
        "accepted_at": format_instant(record.accepted_at),
        "credits": [
            _there(credit_type=entry.credit_type, amount=entry.amount, board=entry.board, board_id=entry.board_id)
            for entry in record.credits
        ],
        "deliveries": [
            _there(
                destination=entry.destination,
                kind=str(entry.kind),
                transmitted_at=format_instant(entry.transmitted_at),
                decided_at=entry.decided_at and format_instant(entry.decided_at),
                approved=entry.approved,
                reason=entry.reason or None,
            )
            for entry in record.deliveries
        ],
    }


def read_ground(body: Mapping[str, Any]) -> Ground:
    """Reads a ground that its schema allows. Raises Refused (422) for what the schema cannot tell."""
    return Ground(
        tuple(_activity(number, entry) for number, entry in enumerate(body.get("activities", ()))),
        tuple(_record(number, entry) for number, entry in enumerate(body.get("learner_records", ()))),
        tuple(_physician(number, entry) for number, entry in enumerate(body.get("physicians", ()))),
        tuple(dict(entry) for entry in body.get("armed", ())),
    )


def _activity(number: int, body: Mapping[str, Any]) -> tuple[int, ActivitySubmission]:
    field = f"ground/activities/{number}/document"
    root = readable(wrapped_activity(body["document"]))
    problems = () if root is None else _schemas().validate("SaveActivity", root)
    if root is None or problems:
        raise invalid_field(field, problems[0].problem if problems else "is no XML", "one MedicalEducationMetrics")
    try:
        (sent,) = wire_activities.read_submissions(root[-1][0])
    except (BrokenRequest, ValueError):
        raise invalid_field(field, "cannot be read", "one MedicalEducationMetrics") from None
    return int(body["activity_id"]), sent


@cache
def _schemas() -> Schemas:
    return Schemas()


def _record(number: int, body: Mapping[str, Any]) -> LearnerRecord:
    at = f"ground/learner_records/{number}"
    return LearnerRecord(
        number=record_number(body["credit_id"]) or 0,
        activity_id=int(body["activity_id"]),
        physician_id=body["physician"],
        completed_on=_day(f"{at}/completed_on", body["completed_on"]),
        completed_as_sent=body["completed_as_sent"],
        credits=tuple(
            Credit(entry["credit_type"], entry["amount"], entry.get("board"), entry.get("board_id"))
            for entry in body.get("credits", ())
        ),
        accepted_at=_instant(f"{at}/accepted_at", body["accepted_at"]),
        deliveries=tuple(_delivery(f"{at}/deliveries", entry) for entry in body.get("deliveries", ())),
    )


def _delivery(field: str, body: Mapping[str, Any]) -> Delivery:
    return Delivery(
        body["destination"],
        DestinationKind(body["kind"]),
        _instant(field, body["transmitted_at"]),
        _instant(field, body["decided_at"]) if "decided_at" in body else None,
        body["approved"],
        body.get("reason"),
    )


def _physician(number: int, body: Mapping[str, Any]) -> Physician:
    born = _day(f"ground/physicians/{number}/date_of_birth", body["date_of_birth"])
    return as_physician(body, body["id"], born)


def _day(field: str, sent: str) -> date:
    try:
        return date.fromisoformat(sent)
    except ValueError:
        raise invalid_field(field, "is not a date that exists", "YYYY-MM-DD") from None


def _instant(field: str, sent: str) -> datetime:
    try:
        return parse_instant(sent)
    except ValueError as error:
        raise invalid_field(field, str(error), INSTANT["description"]) from None


def _there(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
