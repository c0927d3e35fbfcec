"""An exchange as a contract case: what was sent and what came of it, in the contract suite's own terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mockpars.domain.model import Activity, Physician
from mockpars.service.sandbox import Sandbox
from mockpars.web.studio import xmlview
from mockpars.wire.redact import MASK

BODIES = {"SaveLearnerActivity": "learner", "LearnerMatchRequest": "match", "SaveActivity": "activity"}
"""The operations a case can be made of, and the contract suite's body for each."""

_LEARNER = ("FirstName", "LastName", "DateOfBirth", "MedicalEducationNumber", "CompletedDateTime", "CreditAmount")
_ACTIVITY = ("numberOfCredits", "startDateTime", "endDateTime", "activityFormat/string", "commercialSupport")
_SET = {"SaveLearnerActivity": _LEARNER, "LearnerMatchRequest": _LEARNER[:4], "SaveActivity": _ACTIVITY}


def as_case(sandbox: Sandbox, exchange: Any) -> str:
    """The case as YAML, to be reviewed: its title and what it is about are a person's to say."""
    record: dict[str, Any] = next(iter(exchange.body.get("records", [])), {})
    return "\n".join(_lines(sandbox, exchange, record)) + "\n"


def _lines(sandbox: Sandbox, exchange: Any, record: dict[str, Any]) -> Iterator[str]:
    physician = _physician(sandbox, record)
    activity = sandbox.activity(record.get("activity_id"), None) if record.get("activity_id") else None
    codes = list(exchange.codes)
    findings = record.get("findings", [])
    yield f"# Made from exchange {exchange.id} of sandbox {sandbox.world.name}. Say in the title what a client sees."
    yield f"- id: journal-{exchange.id}"
    yield f"  title: {_text(f'{exchange.operation} is answered {exchange.outcome}, as exchange {exchange.id} was')}"
    if codes:
        yield f"  rules: {json.dumps(codes)}"
        yield "  side: breaks"
    yield f"  source: {findings[0]['source'] if findings else 'T2'}"
    yield "  targets: [mock]"
    yield "  because: Made from the journal of a mock; its people and dates are the mock's own."
    if exchange.operation == "SaveLearnerActivity":
        yield "  given: registered-activity"
    yield f"  clock: {_text(f'{exchange.at:%Y-%m-%dT%H:%M:%SZ}')}"
    if activity and exchange.operation == "SaveLearnerActivity":
        yield f"  values: {_values(activity)}"
    yield "  steps:"
    yield f"    - send: {{operation: {exchange.operation}, body: {BODIES[exchange.operation]}, set: {{"
    yield f"        {', '.join(_settings(exchange, physician))}}}}}"
    yield f"      expect: {_expected(exchange, codes)}"


def _values(activity: Activity) -> str:
    values = {
        "activity_start": activity.starts_on.isoformat(),
        "activity_end": activity.ends_on.isoformat(),
        "credit_claim_date": activity.credit_claim_by.isoformat(),
        "hours": format(activity.hours, "f"),
    }
    return json.dumps(values)


def _settings(exchange: Any, physician: Physician | None) -> Iterator[str]:
    root = xmlview.parse(exchange.request or "")
    texts = _texts(root) if root else {}
    for name in _SET[exchange.operation]:
        text = texts.get(name)
        if text == MASK:
            text = physician.date_of_birth.isoformat() if physician else "1900-01-01"
        if text is not None:
            yield f"{_text(name)}: {_text(text)}"


def _texts(node: xmlview.Node, above: str = "") -> dict[str, str]:
    local = node.name.rpartition(":")[2]
    found: dict[str, str] = {}
    if not node.children:
        found[local] = found[f"{above}/{local}"] = node.text.strip()
    for child in node.children:
        found = {**_texts(child, local), **found}
    return found


def _expected(exchange: Any, codes: list[int]) -> str:
    if exchange.outcome.startswith("Match "):
        return f"{{outcome: Answered, match: {exchange.outcome[6:]}}}"
    if exchange.outcome in ("Accepted", "Rejected"):
        return f"{{outcome: {exchange.outcome}, codes: {json.dumps(codes)}}}"
    return f"{{status: {exchange.status}}}"


def _physician(sandbox: Sandbox, record: dict[str, Any]) -> Physician | None:
    known = record.get("physician")
    if known:
        return sandbox.physician(known)
    return next(iter(sandbox.with_npi(record.get("npi", ""))), None)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


__all__ = ["BODIES", "as_case"]
