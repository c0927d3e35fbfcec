"""The journal: each exchange with its verdict explained, written as plain data so that anything can read it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from mockpars.domain.clock import format_date, format_instant
from mockpars.domain.model import ActivitySubmission, LearnerIdentity, LearnerSubmission
from mockpars.domain.nearest import nearest
from mockpars.domain.rejection import Finding
from mockpars.domain.results import ActivityResult, LearnerResult
from mockpars.service.sandbox import Sandbox
from mockpars.store.exchanges import ExchangeRow

MOST_RECORDS = 100
"""Records of one message that are explained one by one; a message may carry thousands."""
MOST_TEXT = 256 * 1024
"""Characters kept of a request or an answer."""
_KEY = os.urandom(32)
_64_BITS = 2**64 - 1


def digest(*parts: bytes) -> str:
    """Tells whether two texts are the same without telling what they are: its key is lost when the process ends.

    Python's own hash is SipHash, made for keys that are kept secret, and a tenth of the work of hashlib's.
    """
    keyed = hash(_KEY + b"\0".join(parts))
    return f"{keyed & _64_BITS:016x}"


def write(
    sandbox: Sandbox,
    *,
    operation: str,
    outcome: str,
    codes: tuple[int, ...],
    status: int,
    body: dict[str, Any],
    request: str,
    response: str,
) -> None:
    """Keeps an exchange under the number its sandbox gave it; `body` is all that has no column of its own.

    Texts are redacted before they come here.
    """
    body["wall"] = format_instant(sandbox.wall)
    row = ExchangeRow(
        sandbox.exchange, sandbox.now, operation, outcome, codes, status, body, _bounded(request), _bounded(response)
    )
    sandbox.store.exchanges.add(sandbox.world.id, row)


def explain_learners(
    sandbox: Sandbox, submissions: Sequence[LearnerSubmission], results: Sequence[LearnerResult]
) -> dict[str, Any]:
    """The verdict on each learner record: what was sent, what was found, who was nearly meant."""
    records = []
    for sent, result in list(zip(submissions, results, strict=True))[:MOST_RECORDS]:
        identity, completed_on = sent.identity, format_date(sent.completed_on)
        record: dict[str, Any] = {
            "result": "Accepted" if result.accepted else "Rejected",
            "action": "Delete" if result.deleted else "Add",
            "npi": identity.npi,
            "identity": _identity_digest(identity),
            "name": f"{identity.first_name} {identity.last_name}",
            "activity_id": sent.activity_id,
            "provider_activity_id": sent.provider_activity_id,
            "completed_as_sent": sent.completed_as_sent,
            "completed_on": completed_on,
            "credits": [[c.credit_type, c.amount, c.board] for c in sent.credits],
        }
        if result.physician_id:
            record["physician"] = result.physician_id
        if result.number is not None:
            record["credit_id"] = result.credit_id
        if result.findings:
            record["findings"] = [explain_finding(finding) for finding in result.findings]
            if any(finding.rule == "300" for finding in result.findings):
                record["nearest"] = explain_nearest(sandbox, identity)
        if sent.completed_as_sent[:10] != completed_on:
            record["notes"] = [
                f"L12: CompletedDateTime was sent with a time, {sent.completed_as_sent}; converted from US Central to "
                f"UTC it is stored as {sent.completed_on}. Send the date only; this is the client's fault."
            ]
        records.append(record)
    return {"count": len(results), "records": records}


def explain_activities(submissions: Sequence[ActivitySubmission], results: Sequence[ActivityResult]) -> dict[str, Any]:
    """The verdict on each activity."""
    records = []
    for sent, result in list(zip(submissions, results, strict=True))[:MOST_RECORDS]:
        record: dict[str, Any] = {
            "result": "Accepted" if result.accepted else "Rejected",
            "action": result.action,
            "title": sent.title,
            "provider_activity_id": result.provider_activity_id,
            "activity_id": None if result.activity_id is None else str(result.activity_id),
        }
        if result.findings:
            record["findings"] = [explain_finding(finding) for finding in result.findings]
        records.append(record)
    return {"count": len(results), "records": records}


def explain_match(sandbox: Sandbox, identity: LearnerIdentity, count: int) -> dict[str, Any]:
    """The verdict on a match: how many, and for none who was nearly meant."""
    record: dict[str, Any] = {
        "npi": identity.npi,
        "identity": _identity_digest(identity),
        "name": f"{identity.first_name} {identity.last_name}",
        "match": count,
    }
    if count == 0:
        record["nearest"] = explain_nearest(sandbox, identity)
    return {"count": 1, "records": [record]}


def explain_finding(finding: Finding) -> dict[str, Any]:
    """A finding as plain data: rule, field, place, what is wrong, how to mend it, how sure we are."""
    return {key: value for key, value in asdict(finding).items() if value is not None}


def explain_nearest(sandbox: Sandbox, identity: LearnerIdentity) -> list[dict[str, Any]]:
    """The nearest physicians, and the field that differs."""
    return [asdict(neighbour) for neighbour in nearest(identity, sandbox.physicians())]


def _identity_digest(identity: LearnerIdentity) -> str:
    """Same for the same name, date of birth and NPI as sent; the date itself is never written down."""
    born = format_date(identity.date_of_birth)
    return digest(f"{identity.first_name}\0{identity.last_name}\0{born}\0{identity.npi}".encode())


def all_codes(results: Iterable[ActivityResult | LearnerResult]) -> tuple[int, ...]:
    """Each code once, in order of appearance."""
    return tuple(dict.fromkeys(finding.code for result in results for finding in result.findings))


def all_rules(results: Iterable[ActivityResult | LearnerResult]) -> tuple[Finding, ...]:
    """One finding of each rule, in order of appearance."""
    return tuple({finding.rule: finding for result in results for finding in result.findings}.values())


def _bounded(text: str) -> str:
    if len(text) <= MOST_TEXT:
        return text
    return f"{text[:MOST_TEXT]}\n[{len(text) - MOST_TEXT} more characters were not kept]"
