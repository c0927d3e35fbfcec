"""The steps taken (R4): what the same client did before to the same learner and activity, from the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mockpars.domain.clock import format_instant, parse_instant
from mockpars.service.sandbox import Sandbox
from mockpars.web.tickets.resting import keys

_MOST_LOOKED_AT = 300
_MOST_TOLD = 20
_ABOUT_ACTIVITIES = frozenset({"SaveActivity", "GetActivity"})
_SLACK = timedelta(seconds=1)


def steps(sandbox: Sandbox, row: Any) -> tuple[list[str], int]:
    """The steps in order, the exchange itself last; and how many earlier ones are left out."""
    exchanges, world = sandbox.store.exchanges, sandbox.world.id
    learners, activities = keys(sandbox, row, both_ids=True)
    related = []
    for entry in exchanges.page(world, row.id, _MOST_LOOKED_AT):
        # Most are explained, and their messages may be large; only of the others these are read.
        explained = any("npi" in found or "title" in found for found in entry.body.get("records", ()))
        whole = entry if explained else exchanges.find(world, entry.id) or entry
        mine, theirs = keys(sandbox, whole, both_ids=False)
        about_activity = entry.operation in _ABOUT_ACTIVITIES or not learners
        if (theirs & activities) if about_activity else (mine & learners):
            related.append(entry)
    told = [*reversed(related[:_MOST_TOLD]), row]
    return list(_with_the_clock(told)), max(0, len(related) - _MOST_TOLD)


def _with_the_clock(rows: list[Any]) -> Iterator[str]:
    before = None
    for row in rows:
        if before is not None and _was_moved(before, row):
            yield f"The sandbox's clock was moved to about {format_instant(row.at.replace(microsecond=0))}."
        yield _sentence(row)
        before = row


def _was_moved(before: Any, after: Any) -> bool:
    passed = after.at - before.at
    waited = parse_instant(after.body["wall"]) - parse_instant(before.body["wall"])
    return bool(passed and abs(passed - waited) > _SLACK)


def _sentence(row: Any) -> str:
    codes = f", {' and '.join(map(str, row.codes))}" if row.codes else ""
    refused = row.body.get("refused")
    why = f" ({refused['code']})" if refused else ""
    fault = f"; fault {row.body['fault']} acted on it" if row.body.get("fault") else ""
    about = _about(row)
    return (
        f"{format_instant(row.at.replace(microsecond=0))}, exchange {row.id}: {row.body['method']} {row.operation}"
        f"{f' for {about}' if about else ''} was answered HTTP {row.status}, {row.outcome}{why}{codes}{fault}."
    )


def _about(row: Any) -> str:
    found = []
    for entry in row.body.get("records", [])[:3]:
        activity = entry.get("activity_id") or entry.get("provider_activity_id")
        names = (entry.get("name"), entry.get("title"), entry.get("credit_id"), activity and f"activity {activity}")
        found.append(", ".join(name for name in names if name))
    more = len(row.body.get("records", [])) - len(found)
    return "; ".join(filter(None, found)) + (f" and {more} more" if more > 0 else "")
