"""Endpoints of a sandbox's journal."""

from __future__ import annotations

import re
from typing import Any

from mockpars.domain.clock import format_instant
from mockpars.domain.rejection import CATALOGUE
from mockpars.web.control.endpoint import LIMIT, NUMBER_MOST, SANDBOX, Call, Endpoint, choice, whole
from mockpars.web.control.refusals import not_found
from mockpars.web.operations import NO_OPERATION, OPERATIONS

_BASE = f"{SANDBOX}/journal"
_SHOWN_IN_LISTS = ("method", "path", "client", "duration_ms", "fault", "scenarios")
_OF_THE_REQUEST = ("query", "headers", "wall", "scheme", "digest")


def list_exchanges(call: Call) -> dict[str, Any]:
    """Newest first, a page at a time, without their texts."""
    sandbox, limit, query = call.sandbox(), call.number("limit", LIMIT["default"]), call.query
    rows = sandbox.store.exchanges.page(
        sandbox.world.id,
        call.number("before", NUMBER_MOST),
        limit + 1,
        query.get("operation"),
        query.get("outcome"),
        int(query["code"]) if "code" in query else None,
        call.number("after", 0),
    )
    more = len(rows) > limit
    return {"exchanges": [_shown(row) for row in rows[:limit]], "next": rows[limit - 1].id if more else None}


def show_exchange(call: Call) -> dict[str, Any]:
    """One, with its texts and its verdict explained."""
    row = the_exchange(call)
    verdict = {key: value for key, value in row.body.items() if key not in (*_SHOWN_IN_LISTS, *_OF_THE_REQUEST)}
    request = {key: row.body.get(key) for key in _OF_THE_REQUEST}
    return {**_shown(row), **request, "verdict": verdict, "request": row.request, "response": row.response}


def the_exchange(call: Call) -> Any:
    """The one in the path. Raises Refused (404)."""
    sandbox, number = call.sandbox(), call.path["exchange"]
    row = None
    if re.fullmatch(r"\d{1,15}", number, re.ASCII):
        row = sandbox.store.exchanges.find(sandbox.world.id, int(number))
    if row is None:
        fix = "The journal keeps the latest exchanges only; list them to see which."
        raise not_found(f"There is no exchange {number[:40]!r} in the journal.", fix)
    return row


def clear_journal(call: Call) -> None:
    """Empties it; the numbers go on."""
    sandbox = call.sandbox()
    sandbox.store.exchanges.clear(sandbox.world.id)


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": format_instant(row.at),
        "operation": row.operation,
        "status": row.status,
        "outcome": row.outcome,
        "codes": list(row.codes),
        **{key: row.body.get(key) for key in _SHOWN_IN_LISTS},
    }


_OUTCOMES = ("Accepted", "Rejected", "Answered", "Match 0", "Match 1", "Match 2", "Refused", "Fault")

ENDPOINTS = (
    Endpoint(
        "GET",
        _BASE,
        list_exchanges,
        "List the exchanges, newest first",
        "Exchanges",
        query={
            "operation": choice("Operation", *OPERATIONS, NO_OPERATION),
            "outcome": choice("How it ended", *_OUTCOMES),
            "code": whole("Rejection code in the answer", min(CATALOGUE), max(CATALOGUE)),
            "before": whole("Only exchanges numbered below this: next of the page before", 0, NUMBER_MOST),
            "after": whole("Only exchanges numbered above this", 0, NUMBER_MOST),
            "limit": LIMIT,
        },
    ),
    Endpoint("DELETE", _BASE, clear_journal, "Empty the journal", status=204),
    Endpoint("GET", f"{_BASE}/{{exchange}}", show_exchange, "Show an exchange, explained", "Exchange"),
)
