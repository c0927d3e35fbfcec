"""The schemas of what the control API answers, by name."""

from __future__ import annotations

from typing import Any

from mockpars.domain.model import MOC_BOARDS, DestinationKind, Status
from mockpars.web.tickets.schema import whole_ticket

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer"}
MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
BOOLEAN: Schema = {"type": "boolean"}
ANYTHING: Schema = {"type": "object"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
MAYBE_INSTANT: Schema = {"type": ["string", "null"], "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
MAYBE_DAY: Schema = {"type": ["string", "null"], "format": "date"}


def record(**properties: Schema) -> Schema:
    """An object that always has these fields and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def many(entry: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": entry}


def ref(name: str) -> Schema:
    """Another schema of this file."""
    return {"$ref": f"#/components/schemas/{name}"}


def words(*values: str) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(values)}


STATUS = words(*(str(status) for status in Status))
_ACTIVITY = {
    "activity_id": TEXT,
    "provider_activity_id": TEXT,
    "title": TEXT,
    "starts_on": DAY,
    "ends_on": DAY,
    "credit_claim_by": DAY,
    "credit_type": TEXT,
    "hours": TEXT,
    "format": TEXT,
    "closed": BOOLEAN,
    "registrations": many(
        record(
            board=words(*MOC_BOARDS),
            points=TEXT,
            credit_types=many(TEXT),
            credit_claim_by=MAYBE_DAY,
            diplomate_id=MAYBE_TEXT,
        )
    ),
}
_TRANSITION = {"at": INSTANT, "status": STATUS, "destination": MAYBE_TEXT, "reason": MAYBE_TEXT}
_LEARNER_RECORD = {
    "credit_id": TEXT,
    "status": STATUS,
    "since": INSTANT,
    "activity_id": TEXT,
    "physician": TEXT,
    "learner": TEXT,
    "completed_on": DAY,
    "completed_as_sent": TEXT,
    "credits": many(record(credit_type=TEXT, amount=TEXT, board=MAYBE_TEXT, board_id=MAYBE_TEXT)),
    "accepted_at": INSTANT,
    "deleted_at": MAYBE_INSTANT,
    "journal_id": MAYBE_WHOLE,
    "deliveries": many(
        record(
            destination=TEXT,
            kind=words(*(str(kind) for kind in DestinationKind)),
            status=STATUS,
            since=MAYBE_INSTANT,
            reason=MAYBE_TEXT,
        )
    ),
}
_EXCHANGE = {
    "id": WHOLE,
    "at": INSTANT,
    "operation": TEXT,
    "status": WHOLE,
    "outcome": TEXT,
    "codes": many(WHOLE),
    "method": MAYBE_TEXT,
    "path": MAYBE_TEXT,
    "client": MAYBE_TEXT,
    "duration_ms": {"type": ["number", "null"]},
    "fault": MAYBE_TEXT,
    "scenarios": {"type": ["array", "null"], "items": TEXT},
}
_CLOCK = {"mode": words("fixed", "running"), "now": INSTANT, "next_overnight": INSTANT}
_RULE = record(id=TEXT, stage=TEXT, field=TEXT, message=TEXT, fix=TEXT, basis=TEXT, source=TEXT)
_DETAIL: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["field", "problem"],
    "properties": {"field": TEXT, "problem": TEXT, "expected": TEXT},
}
_SANDBOX = record(
    name=TEXT,
    base_url=TEXT,
    activity_service=TEXT,
    learner_service=TEXT,
    user=TEXT,
    password=TEXT,
    provider_id=TEXT,
    clock=ref("Clock"),
    created_at=INSTANT,
    expires_at=MAYBE_INSTANT,
)
_SANDBOX["properties"]["held"] = record(activities=WHOLE, learner_records=WHOLE)

ANSWERS: dict[str, Schema] = {
    "Error": record(error=record(code=TEXT, reason=TEXT, fix=TEXT, details=many(_DETAIL))),
    "Ready": record(ready={"const": True}),
    "Health": record(
        status=TEXT,
        version=TEXT,
        store={
            "type": "object",
            "additionalProperties": False,
            "required": ["kind"],
            "properties": {"kind": words("memory", "sqlite", "postgresql"), "durable": BOOLEAN},
        },
        uptime_seconds=WHOLE,
        sandboxes=WHOLE,
        clock=ref("Clock"),
    ),
    "Description": ANYTHING,
    "Codes": record(
        codes=many(
            record(
                code=WHOLE,
                meaning=TEXT,
                fix=TEXT,
                basis=TEXT,
                source=TEXT,
                rules=many(_RULE),
                personas=many(TEXT),
                scenarios=many(TEXT),
                real_sandbox=record(
                    word=words("confirmed", "refuted", "never reached"),
                    confirmed=MAYBE_DAY,
                    refuted=MAYBE_DAY,
                    by=many(TEXT),
                    sentence=TEXT,
                ),
            )
        )
    ),
    "Sandbox": _SANDBOX,
    "Sandboxes": record(sandboxes=many(ref("Sandbox"))),
    "Clock": record(**_CLOCK),
    "Moved": record(
        **_CLOCK, before=INSTANT, transitions=many(record(credit_id=TEXT, **_TRANSITION)), truncated=BOOLEAN
    ),
    "Physician": record(
        id=TEXT,
        first_name=TEXT,
        last_name=TEXT,
        date_of_birth=DAY,
        npi=TEXT,
        profession=TEXT,
        licences=many(record(state=TEXT, number=TEXT)),
        boards=many(record(board=TEXT, diplomate_id=TEXT)),
        consent=BOOLEAN,
        persona=MAYBE_TEXT,
        scenario=MAYBE_TEXT,
        reason=MAYBE_TEXT,
    ),
    "Physicians": record(physicians=many(ref("Physician")), total=WHOLE, next=MAYBE_TEXT),
    "Activities": record(activities=many(record(**_ACTIVITY)), next=MAYBE_TEXT),
    "ActivityWithDocument": record(**_ACTIVITY, document=TEXT),
    "LearnerRecords": record(learner_records=many(record(**_LEARNER_RECORD)), next=MAYBE_TEXT),
    "LearnerRecordWithTimeline": record(**_LEARNER_RECORD, timeline=many(record(**_TRANSITION, reached=BOOLEAN))),
    "Exchanges": record(exchanges=many(record(**_EXCHANGE)), next=MAYBE_WHOLE),
    "Exchange": record(
        **_EXCHANGE,
        query=MAYBE_TEXT,
        headers={"type": ["object", "null"], "additionalProperties": TEXT},
        wall=MAYBE_INSTANT,
        scheme=MAYBE_TEXT,
        digest=MAYBE_TEXT,
        verdict=ANYTHING,
        request=MAYBE_TEXT,
        response=MAYBE_TEXT,
    ),
    "Ticket": whole_ticket(),
    "Scenarios": record(
        scenarios=many(
            record(
                name=TEXT,
                title=TEXT,
                effect=words("reject", "decide", "delay-delivery", "fault"),
                code=MAYBE_WHOLE,
                argument=MAYBE_TEXT,
                default=MAYBE_TEXT,
                basis=TEXT,
                source=TEXT,
            )
        )
    ),
    "ArmedScenario": record(
        id=WHOLE,
        remaining=MAYBE_WHOLE,
        scenario=TEXT,
        operation=MAYBE_TEXT,
        physician=MAYBE_TEXT,
        activity=MAYBE_TEXT,
        percent=MAYBE_WHOLE,
        reason=MAYBE_TEXT,
    ),
    "ArmedScenarios": record(armed=many(ref("ArmedScenario"))),
}
