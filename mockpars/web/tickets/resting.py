"""The ground a verdict rested on, and the credentials it came with: told from the exchange, not guessed at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockpars.domain.clock import format_instant
from mockpars.domain.model import LearnerRecord, Physician, record_number
from mockpars.domain.scenario import find_scenario
from mockpars.service import physicians
from mockpars.service.sandbox import Sandbox
from mockpars.web.tickets.births import Birth, asked_for, namesakes, whose
from mockpars.web.tickets.grounds import record_body
from mockpars.web.tickets.past import Past
from mockpars.wire.masked import Named, named_in
from mockpars.wire.told import told

_LONG_TEXT = 64 * 1024


def ground(sandbox: Sandbox, row: Any, named: Named, found: list[Birth], past: Past) -> dict[str, Any]:
    """What a fresh sandbox must hold to say the same: as `GROUND`, but for the physicians' dates of birth."""
    records = [_as_answered(row, record) for record in _records(sandbox, row, named, past)]
    armed = list(_armed(sandbox, row, named))
    return {
        "clock": format_instant(row.at),
        "provider_id": sandbox.world.provider_id,
        "activities": list(_activities(row, named, records, past)),
        "learner_records": [record_body(record) for record in sorted(records, key=lambda entry: entry.number)],
        "physicians": _own_physicians(sandbox, row, named, whose(found) | {entry.physician_id for entry in records}),
        "armed": armed,
    }


def _activities(row: Any, named: Named, records: list[LearnerRecord], past: Past) -> Iterator[dict[str, str]]:
    wanted = dict.fromkeys((*named.activities, *((str(entry.activity_id), None) for entry in records)))
    seen = set()
    for ids in wanted:
        there = past.activity(ids)
        if there is not None and there[0] not in seen:
            seen.add(there[0])
            yield {"activity_id": there[0], "document": there[1]}


def _records(sandbox: Sandbox, row: Any, named: Named, past: Past) -> list[LearnerRecord]:
    """Those that were on file: answered with, found in the way (304), deleted, or asked for."""
    credits = [*named.credit_ids]
    for entry in row.body.get("records", ()):
        credits += [entry["credit_id"]] if "credit_id" in entry else []
        credits += [finding.get("value") or "" for finding in entry.get("findings", ()) if finding["rule"] == "304"]
    if row.operation == "GetLearnerStatusByCreditId" and row.status == 404:
        credits = []
    found = [past.record(credit) for credit in credits]
    if row.operation == "GetLearnerStatus":
        found += [record for learner in named.learners for record in asked_for(sandbox, learner, past)]
    return list({record.number: record for record in found if record is not None}.values())


def _as_answered(row: Any, record: LearnerRecord) -> LearnerRecord:
    """Without the decisions that fell after the answer, although the clock stands where it stood."""
    said = dict(told(row.response or ""))
    pending = {name for name, word in said.items() if word in ("Transmitted", "Submitted")}
    return replace(
        record,
        deliveries=tuple(
            replace(entry, decided_at=None, approved=True, reason=None)
            if f"Delivery to {entry.destination}" in pending and entry.decided_at and entry.decided_at <= row.at
            else entry
            for entry in record.deliveries
        ),
    )


def _own_physicians(sandbox: Sandbox, row: Any, named: Named, needed: set[str]) -> list[dict[str, Any]]:
    """Those of this sandbox alone whom the verdict speaks of. `born_as` says who has the same date of birth."""
    wanted = set(needed)
    for number, learner in enumerate(named.learners):
        records = row.body.get("records", ())
        entry = records[number] if number < len(records) else {}
        wanted |= {near["physician_id"] for near in entry.get("nearest", ())}
        if any(code == 301 for code in row.codes) or entry.get("match", 0) > 1:
            wanted |= {namesake.id for namesake in namesakes(sandbox, learner)}
    found = [entry for entry in map(sandbox.physician, sorted(wanted)) if entry and entry.id.startswith("PX-")]
    return [_physician_body(sandbox, entry) for entry in found]


def _physician_body(sandbox: Sandbox, physician: Physician) -> dict[str, Any]:
    body = {name: value for name, value in physicians.as_body(physician).items() if value is not None}
    del body["date_of_birth"]
    same = [entry for entry in sandbox.with_npi(physician.npi) if entry.date_of_birth == physician.date_of_birth]
    return {**body, "born_as": min(entry.id for entry in same)}


def _armed(sandbox: Sandbox, row: Any, named: Named) -> Iterator[dict[str, str]]:
    """The scenarios that acted, whichever way they were asked for, each limited to the records it acted on."""
    operation = {"operation": row.operation}
    if row.body.get("fault"):
        yield {"scenario": row.body["fault"], **operation}
    for name in row.body.get("scenarios", ()):
        wish = find_scenario(name)
        if wish and wish.kind.effect in ("decide", "delay-delivery") and row.operation == "SaveLearnerActivity":
            yield {"scenario": name, **operation}
    for entry in row.body.get("records", ()):
        for finding in entry.get("findings", ()):
            if finding["rule"].startswith("scenario."):
                yield {"scenario": finding["rule"].removeprefix("scenario."), **operation, **_limits(row, entry)}
    forced = _forced_match(sandbox, row, named)
    if forced:
        yield {"scenario": forced, **operation}


def _limits(row: Any, entry: dict[str, Any]) -> dict[str, str]:
    if len(row.body["records"]) == 1:
        return {}
    values = (("physician", entry.get("npi")), ("activity", entry.get("activity_id") or entry["provider_activity_id"]))
    return {name: value for name, value in values if value}


def _forced_match(sandbox: Sandbox, row: Any, named: Named) -> str | None:
    """A match's answer is a number without a reason: it was forced where the learner and the number disagree."""
    entry: dict[str, Any] = next(iter(row.body.get("records", ())), {})
    if "match" not in entry or not named.learners:
        return None
    found = [physician.id for physician in namesakes(sandbox, named.learners[0])]
    near = {neighbour["physician_id"] for neighbour in entry.get("nearest", ())}
    if entry["match"] == 0 and found and not near & set(found):
        return "reject-300"
    return "reject-301" if entry["match"] == 2 and len(found) < 2 else None


def credentials(row: Any) -> dict[str, str]:
    """Whether each of user, password and HTTP Basic was right; never what they were."""
    refused = row.body.get("refused") or {}
    said = {"user": "right", "password": "right", "basic": "none"}
    if "Authorization" in (row.body.get("headers") or {}):
        said["basic"] = "right"
    if refused.get("code") != "Credentials":
        return said
    for detail in refused["details"]:
        word = "missing" if detail["problem"].endswith("is missing") else "wrong"
        part = detail.get("path", "").rpartition("/")[2].lower()
        if part in said:
            said[part] = word
        elif said["basic"] != "none":
            said["basic"] = "wrong"
    return said


def keys(sandbox: Sandbox, row: Any, *, both_ids: bool) -> tuple[set[str], set[str]]:
    """The learners (NPIs, IDs, credit IDs) and the activities that an exchange is about, these by both IDs if asked."""
    text = row.request or ""
    named = named_in(text if len(text) < _LONG_TEXT else "", row.body.get("query", ""))
    learners = {learner.npi for learner in named.learners} | set(named.credit_ids)
    activities = {name for pair in named.activities for name in pair if name}
    for entry in row.body.get("records", ()):
        learners |= {str(entry[name]) for name in ("npi", "physician", "credit_id") if entry.get(name)}
        activities |= {str(entry[name]) for name in ("activity_id", "provider_activity_id") if entry.get(name)}
    for name in tuple(activities) if both_ids else ():
        known = sandbox.activity(name, None) or sandbox.activity(None, name)
        activities |= {str(known.id), known.provider_activity_id} if known else set()
    for credit in (name for name in tuple(learners) if name.startswith("ccid:")):
        number = record_number(credit)
        record = None if number is None else sandbox.store.records.find(sandbox.world.id, number)
        physician = sandbox.physician(record.physician_id) if record else None
        learners |= {physician.id, physician.npi} if physician else set()
        activities |= {str(record.activity_id)} if record else set()
    return learners - {""}, activities
