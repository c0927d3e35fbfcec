"""Endpoints of learner records: where each stands, what will become of it, and deciding as its board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockpars.domain.clock import format_instant
from mockpars.domain.model import LearnerRecord, Status, record_number
from mockpars.domain.results import LearnerStatus
from mockpars.domain.timeline import transitions
from mockpars.service import decisions
from mockpars.service.decisions import AlreadyDecided, NoSuchDelivery, Verdict
from mockpars.service.sandbox import Sandbox
from mockpars.service.statuses import standing
from mockpars.web.control.activities import the_activity
from mockpars.web.control.endpoint import LIMIT, SANDBOX, Call, Endpoint, choice, fields, pattern, text, yes_or_no
from mockpars.web.control.physicians import the_physician
from mockpars.web.control.refusals import conflict, invalid_field, not_found

_BASE = f"{SANDBOX}/learner-records"
_MOST_LOOKED_AT = 20_000
_CHUNK = 500
_FIRST = 10**18


def list_learner_records(call: Call) -> dict[str, Any]:
    """Newest first, a page at a time. A page may end early when few records fit, and then goes on at `next`."""
    sandbox, limit = call.sandbox(), call.number("limit", LIMIT["default"])
    page: list[LearnerStatus] = []
    looked_at, last = 0, None
    for record in _newest_first(call, sandbox):
        if len(page) == limit or looked_at == _MOST_LOOKED_AT:
            break
        looked_at, last = looked_at + 1, record.credit_id
        found = standing(record, sandbox.now)
        if _fits(call, found):
            page.append(found)
    else:
        last = None
    return {"learner_records": [_shown(sandbox, entry) for entry in page], "next": last}


def _newest_first(call: Call, sandbox: Sandbox) -> Iterator[LearnerRecord]:
    physician, activity = call.query.get("physician"), call.query.get("activity")
    physician_id = None if physician is None else the_physician(sandbox, physician).id
    activity_id = None if activity is None else the_activity(sandbox, activity).id
    before = record_number(call.query["before"]) if "before" in call.query else None
    position = _FIRST if before is None else before
    while True:
        chunk = sandbox.store.records.page(sandbox.world.id, position, _CHUNK, physician_id, activity_id)
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        position = chunk[-1].number


def _fits(call: Call, found: LearnerStatus) -> bool:
    deleted = call.query.get("deleted")
    return call.query.get("status") in (None, str(found.reached.status)) and (
        deleted is None or (deleted == "true") == (found.record.deleted_at is not None)
    )


def show_learner_record(call: Call) -> dict[str, Any]:
    """One, with its timeline."""
    sandbox = call.sandbox()
    return _with_timeline(sandbox, _the_record(sandbox, call.path["credit_id"]))


def decide(call: Call) -> dict[str, Any]:
    """As the board."""
    sandbox, body = call.sandbox(), call.body
    record = _the_record(sandbox, call.path["credit_id"])
    if record.deleted_at is not None:
        raise conflict(f"{record.credit_id} was deleted.", "Decide on a record that is live.")
    if "reason" in body and body["decision"] != "reject":
        raise invalid_field("reason", "is given, but nothing is rejected", "a reason with the decision reject only")
    verdict = Verdict(body["destination"], body["decision"], body.get("reason"))
    try:
        return _with_timeline(sandbox, decisions.decide(sandbox, record, verdict))
    except NoSuchDelivery as error:
        raise invalid_field("destination", error.reason, error.fix) from None
    except AlreadyDecided as error:
        raise conflict(error.reason, error.fix) from None


def _the_record(sandbox: Sandbox, credit: str) -> LearnerRecord:
    number = record_number(credit)
    found = None if number is None else sandbox.store.records.find(sandbox.world.id, number)
    if found is None:
        raise not_found(f"There is no learner record {credit[:60]!r}.", "Name one by the credit ID that PARS answered.")
    return found


def _with_timeline(sandbox: Sandbox, record: LearnerRecord) -> dict[str, Any]:
    steps = transitions(record.accepted_at, record.deliveries)
    return {
        **_shown(sandbox, standing(record, sandbox.now)),
        "timeline": [
            {
                "at": format_instant(step.at),
                "status": str(step.status),
                "destination": step.destination,
                "reason": step.reason,
                "reached": step.at <= sandbox.now,
            }
            for step in steps
        ],
    }


def _shown(sandbox: Sandbox, found: LearnerStatus) -> dict[str, Any]:
    record = found.record
    physician = sandbox.physician(record.physician_id)
    return {
        "credit_id": record.credit_id,
        "status": str(found.reached.status),
        "since": format_instant(found.reached.at),
        "activity_id": str(record.activity_id),
        "physician": record.physician_id,
        "learner": physician.name if physician else "",
        "completed_on": record.completed_on.isoformat(),
        "completed_as_sent": record.completed_as_sent,
        "credits": [
            {"credit_type": entry.credit_type, "amount": entry.amount, "board": entry.board, "board_id": entry.board_id}
            for entry in record.credits
        ],
        "accepted_at": format_instant(record.accepted_at),
        "deleted_at": None if record.deleted_at is None else format_instant(record.deleted_at),
        "journal_id": record.journal_id,
        "deliveries": [
            {
                "destination": entry.delivery.destination,
                "kind": str(entry.delivery.kind),
                "status": str(entry.status),
                "since": None if entry.since is None else format_instant(entry.since),
                "reason": entry.delivery.reason if entry.status == Status.REJECTED else None,
            }
            for entry in found.deliveries
        ],
    }


_DECISION = fields(
    ("destination", "decision"),
    destination=text("Where the record goes: a state such as TX, a board such as ABIM", 20),
    decision=choice("What is decided; silent is never to answer", *decisions.DECISIONS),
    reason=text("Why, with reject", 500),
)

ENDPOINTS = (
    Endpoint(
        "GET",
        _BASE,
        list_learner_records,
        "List learner records, newest first",
        "LearnerRecords",
        query={
            "physician": text("Physician by ID, NPI or persona", 60),
            "activity": text("Activity by ACCME or Provider Activity ID"),
            "status": choice("Status at the sandbox's present", *(str(status) for status in Status)),
            "deleted": yes_or_no("Only deleted ones, or only live ones"),
            "limit": LIMIT,
            "before": pattern(
                "Credit ID before which to go on: next of the page before", "^ccid:mockpars:[0-9]{1,18}$"
            ),
        },
        refusals=(409,),
        description="A page may hold fewer than the limit when few records fit; there are more as long as next is set.",
    ),
    Endpoint(
        "GET",
        f"{_BASE}/{{credit_id}}",
        show_learner_record,
        "Show a learner record with its timeline",
        "LearnerRecordWithTimeline",
    ),
    Endpoint(
        "POST",
        f"{_BASE}/{{credit_id}}/decide",
        decide,
        "Decide as the board",
        "LearnerRecordWithTimeline",
        body=_DECISION,
        refusals=(409,),
        description="Takes effect now, or on transmission when that is still to come. Decisions reached stay (409).",
    ),
)
