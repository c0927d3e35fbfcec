"""Making a ticket of a journal entry: plain data, in which neither credentials nor dates of birth stand."""

from __future__ import annotations

import platform
from typing import Any
from urllib.parse import urlsplit

from mockpars import __version__
from mockpars.domain.clock import format_instant
from mockpars.domain.rejection import CATALOGUE
from mockpars.service.sandbox import Sandbox
from mockpars.settings import Settings
from mockpars.web.control.server import shown_store
from mockpars.web.tickets import resting
from mockpars.web.tickets.births import Birth, births, in_words
from mockpars.web.tickets.past import Past
from mockpars.web.tickets.steps import steps
from mockpars.wire.masked import named_in
from mockpars.wire.told import told

FORMAT = "mockpars ticket 1"
ANSWERED, CUT, NOTHING = "an answer", "an answer that was cut short", "no answer: the connection was closed"
_SEEN = {"reset": NOTHING, "timeout": NOTHING, "answer-lost": NOTHING, "truncated": CUT}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def make_ticket(sandbox: Sandbox, row: Any, root: str, settings: Settings) -> dict[str, Any]:
    """The ticket of an exchange; `root` is the address of this server, whose host name is left out."""
    body, past = row.body, Past(sandbox, row)
    named = named_in(row.request or "", body.get("query", ""))
    born = births(sandbox, row, named, past)
    taken, left_out = steps(sandbox, row)
    said = told_of(row.status, row.outcome, body.get("fault"), row.response or "")
    ground = resting.ground(sandbox, row, named, born, past)
    return {
        "format": FORMAT,
        "title": _title(row),
        "exchange": row.id,
        "at": format_instant(row.at),
        "environment": _environment(sandbox, root, settings),
        "endpoint": {
            "operation": row.operation,
            "method": body["method"],
            "url": _without_host(root) + body["path"] + (f"?{body['query']}" if body.get("query") else ""),
            "path": body["path"],
            "query": body.get("query", ""),
        },
        "request": {
            "headers": [{"name": name, "value": value} for name, value in (body.get("headers") or {}).items()],
            "credentials": resting.credentials(row),
            "births": born,
            "births_in_words": [in_words(birth, _name(sandbox, birth)) for birth in born],
            "body": row.request or "",
        },
        "response": {"status": row.status, "body": row.response or ""},
        "verdict": {"outcome": row.outcome, "told": [{"about": about, "said": word} for about, word in said]},
        "errors": _errors(row, ground),
        "notes": _notes(row),
        "steps": taken,
        "steps_left_out": left_out,
        "ground": ground,
    }


def told_of(
    status: int, outcome: str, fault: str | None, response: str, seen: str | None = None
) -> list[tuple[str, str]]:
    """The verdict of an exchange, line by line. `seen` is what the client met; by default what the fault made of it."""
    name = (fault or "").partition(":")[0]
    lines = [("HTTP status", str(status)), ("Outcome", outcome), *told(response)]
    if name:
        lines.append(("Fault on purpose", name))
    return [*lines, ("What reached the client", seen or _SEEN.get(name, ANSWERED))]


def _name(sandbox: Sandbox, birth: Birth) -> str:
    found = sandbox.physician(birth.get("as", ""))
    return found.name if found else ""


def _notes(row: Any) -> list[str]:
    """What the journal says beside the findings: who was nearly meant, and what was made of a time (L12)."""
    notes = []
    for number, entry in enumerate(row.body.get("records", ()), 1):
        for near in entry.get("nearest", ()):
            hints = "; ".join(difference["hint"] for difference in near["differences"])
            notes.append(f"Record {number} is nearly {near['name']} ({near['physician_id']}): {hints}")
        notes += [f"Record {number}: {note}" for note in entry.get("notes", ())]
    return notes


def _title(row: Any) -> str:
    if row.body.get("fault"):
        return f"{row.operation} met {row.body['fault']}"
    refused = row.body.get("refused")
    if refused:
        return f"{row.operation} was refused with HTTP {row.status}, {refused['code']}"
    codes = " and ".join(map(str, row.codes))
    if row.outcome == "Rejected":
        return f"{row.operation} was rejected with {codes}"
    if row.outcome.startswith("Match"):
        return f"{row.operation} found {row.outcome.removeprefix('Match ')}"
    return f"{row.operation} was {row.outcome.lower()}{f' with {codes}' if codes else ''}"


def _environment(sandbox: Sandbox, root: str, settings: Settings) -> dict[str, Any]:
    name = sandbox.world.name
    base = _without_host(root)
    return {
        "product": "mockpars, a stand-in for ACCME's PARS",
        "version": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "store": shown_store(settings)["kind"],
        "clock": "running" if sandbox.world.clock.fixed_at is None else "fixed",
        "sandbox": name,
        "base_url": base if name == "default" else f"{base}/sandboxes/{name}",
        "strict_auth": settings.strict_auth,
    }


def _without_host(root: str) -> str:
    """The address under a name that every machine has; whose machine it was is nobody's business."""
    parts = urlsplit(root)
    if parts.hostname in _LOOPBACK:
        return root
    return f"{parts.scheme}://localhost{f':{parts.port}' if parts.port else ''}"


def _errors(row: Any, ground: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that is wrong by the answer, with the verdict's explanation."""
    refused = row.body.get("refused")
    if refused:
        return [_of_refusal(refused, detail) for detail in refused["details"] or [{}]]
    found = [
        _of_finding(number, finding)
        for number, entry in enumerate(row.body.get("records", ()), 1)
        for finding in entry.get("findings", ())
    ]
    if not found and 310 in row.codes:
        return [_of_refused_delivery(entry) for record in ground["learner_records"] for entry in record["deliveries"]
                if not entry["approved"]]  # fmt: skip
    return found


def _of_refused_delivery(delivery: dict[str, Any]) -> dict[str, Any]:
    entry = CATALOGUE[310]
    return {
        "code": "310",
        "meaning": entry.meaning,
        "message": f"{delivery['destination']} refused the record: {delivery.get('reason', 'no reason was given')}",
        "fix": entry.fix,
        "source": entry.source,
        "basis": entry.basis,
    }


def _of_finding(number: int, finding: dict[str, Any]) -> dict[str, Any]:
    code = int(finding["code"])
    return {
        "code": str(code),
        "meaning": CATALOGUE[code].meaning if code in CATALOGUE else "",
        "record": number,
        "rule": finding["rule"],
        **{key: finding[key] for key in ("message", "fix", "source", "basis", "path", "line") if finding.get(key)},
    }


def _of_refusal(refused: dict[str, Any], detail: dict[str, Any]) -> dict[str, Any]:
    said = {"code": refused["code"], "meaning": refused["reason"], "fix": refused["fix"]}
    return said | {
        name: detail[key]
        for key, name in (("problem", "message"), ("expected", "expected"), ("path", "path"), ("line", "line"))
        if detail.get(key)
    }
