"""Endpoints of a sandbox's clock: read it, move it forward, fix it or let it run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockpars.domain.clock import Clock, format_instant, next_overnight, parse_instant
from mockpars.service.overnight import Advance, advance, move_to
from mockpars.service.sandbox import Sandbox
from mockpars.web.control.endpoint import DURATION, INSTANT, SANDBOX, Call, Endpoint, choice, fields, pattern
from mockpars.web.control.refusals import invalid_field


def shown_clock(sandbox: Sandbox) -> dict[str, Any]:
    """A clock as plain data."""
    return {
        "mode": "running" if sandbox.world.clock.fixed_at is None else "fixed",
        "now": format_instant(sandbox.now),
        "next_overnight": format_instant(next_overnight(sandbox.now)),
    }


def read_clock(call: Call) -> dict[str, Any]:
    """What the clock shows."""
    return shown_clock(call.sandbox())


def set_clock(call: Call) -> dict[str, Any]:
    """To an instant that is not past."""
    sandbox = call.sandbox()
    try:
        target = parse_instant(call.body["at"])
    except ValueError as error:
        raise invalid_field("at", str(error), INSTANT["description"]) from None
    return _moved(sandbox, move_to(sandbox, target))


def advance_clock(call: Call) -> dict[str, Any]:
    """By a duration, or to the next midnight in US Central."""
    sandbox = call.sandbox()
    return _moved(sandbox, advance(sandbox, call.body["by"]))


def change_clock(call: Call) -> dict[str, Any]:
    """Fixed where it stands, or running on from there."""
    sandbox = call.sandbox()
    stands = call.body["mode"] == "fixed"
    clock = Clock(fixed_at=sandbox.now) if stands else Clock(offset=sandbox.now - sandbox.wall)
    sandbox.store.worlds.set_clock(sandbox.world.id, clock)
    sandbox.world = replace(sandbox.world, clock=clock)
    return shown_clock(sandbox)


def _moved(sandbox: Sandbox, moved: Advance) -> dict[str, Any]:
    return {
        **shown_clock(sandbox),
        "before": format_instant(moved.before),
        "transitions": [
            {
                "credit_id": entry.credit_id,
                "at": format_instant(entry.transition.at),
                "status": str(entry.transition.status),
                "destination": entry.transition.destination,
                "reason": entry.transition.reason,
            }
            for entry in moved.fired
        ],
        "truncated": moved.truncated,
    }


_BY = pattern(
    '"overnight" (to the next midnight in US Central) or an ISO 8601 duration of weeks to seconds, such as PT12H',
    f"^overnight$|{DURATION}",
)
_FORWARD = "The answer lists the transitions that fired on the way, at most 1000. The clock never goes back (409)."

ENDPOINTS = (
    Endpoint("GET", f"{SANDBOX}/clock", read_clock, "Read the clock", "Clock"),
    Endpoint(
        "PUT",
        f"{SANDBOX}/clock",
        change_clock,
        "Fix the clock at its present, or let it run on",
        "Clock",
        body=fields(("mode",), mode=choice("Whether it stands or runs", "fixed", "running")),
    ),
    Endpoint(
        "POST",
        f"{SANDBOX}/clock/set",
        set_clock,
        "Set the clock forward",
        "Moved",
        body=fields(("at",), at=INSTANT),
        refusals=(409,),
        description=_FORWARD,
    ),
    Endpoint(
        "POST",
        f"{SANDBOX}/clock/advance",
        advance_clock,
        "Advance the clock",
        "Moved",
        body=fields(("by",), by=_BY),
        refusals=(409,),
        description=_FORWARD,
    ),
)
