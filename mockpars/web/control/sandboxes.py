"""Endpoints that create, list, show, reset and delete sandboxes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from mockpars.domain.clock import Clock, format_instant, parse_duration, parse_instant
from mockpars.service import sandboxes
from mockpars.service.ground import BadGround, Ground, lay
from mockpars.service.sandbox import Sandbox
from mockpars.service.sandboxes import DEFAULT, Account
from mockpars.web.control.clock import shown_clock
from mockpars.web.control.endpoint import (
    DURATION,
    INSTANT,
    PREFIX,
    SANDBOX,
    Call,
    Endpoint,
    fields,
    pattern,
    text,
)
from mockpars.web.control.refusals import conflict, invalid_field
from mockpars.web.operations import ACTIVITY_SERVICE, LEARNER_SERVICE
from mockpars.web.tickets.grounds import GROUND, read_ground

_LONGEST = timedelta(days=3660)


def list_sandboxes(call: Call) -> dict[str, Any]:
    """All that live."""
    world, wall = call.world, call.world.wall()
    rows = [row for row in world.store.worlds.living() if row.expires_at is None or row.expires_at > wall]
    return {"sandboxes": [_shown(call, Sandbox(world.store, row, world.roster, wall)) for row in rows]}


def create_sandbox(call: Call) -> dict[str, Any]:
    """One more world, fresh from the seed."""
    world, wall, body = call.world, call.world.wall(), call.body
    sandboxes.tidy(world.store, wall)
    defaults = world.account
    account = Account(
        body.get("user", defaults.user),
        body.get("password", defaults.password),
        body.get("provider_id", defaults.provider_id),
        _clock(body["clock"]) if "clock" in body else defaults.clock,
    )
    name = body.get("name") or f"sandbox-{secrets.token_hex(4)}"
    ground = read_ground(body["ground"]) if "ground" in body else Ground()
    expires = _time_to_live(body.get("ttl"), wall)
    row = sandboxes.create(world.store, name, account, wall, expires, ground.first_activity)
    sandbox = Sandbox(world.store, row, world.roster, wall)
    try:
        lay(sandbox, ground)
    except BadGround as error:
        raise invalid_field("ground", error.reason) from None
    return _shown(call, sandbox)


def show_sandbox(call: Call) -> dict[str, Any]:
    """One, with what it holds."""
    sandbox = call.sandbox()
    world, store = sandbox.world.id, sandbox.store
    held = {"activities": store.activities.count(world), "learner_records": store.records.count(world)}
    return {**_shown(call, sandbox), "held": held}


def reset_sandbox(call: Call) -> dict[str, Any]:
    """The same name and account, everything else as in the beginning."""
    world, name = call.world, call.sandbox().world.name
    wall = world.wall()
    row = sandboxes.reset(world.store, name, world.account, wall)
    return _shown(call, Sandbox(world.store, row, world.roster, wall))


def delete_sandbox(call: Call) -> None:
    """All but the default one, which other things rely on."""
    name = call.sandbox().world.name
    if name == DEFAULT:
        raise conflict("The default sandbox cannot be deleted.", f"Reset it: POST {PREFIX}/sandboxes/{DEFAULT}/reset.")
    sandboxes.delete(call.world.store, name)


def _clock(sent: str) -> Clock:
    if sent == "real":
        return Clock()
    try:
        return Clock(fixed_at=parse_instant(sent))
    except ValueError as error:
        raise invalid_field("clock", str(error), _CLOCK["description"]) from None


def _time_to_live(sent: str | None, wall: datetime) -> timedelta | None:
    if sent is None:
        return None
    try:
        found = parse_duration(sent)
    except (ValueError, OverflowError) as error:
        raise invalid_field("ttl", str(error), _TTL["description"]) from None
    if not timedelta(0) < found <= _LONGEST:
        raise invalid_field("ttl", f'is "{sent}"', f"more than nothing and at most {_LONGEST.days} days")
    return found


def _shown(call: Call, sandbox: Sandbox) -> dict[str, Any]:
    row = sandbox.world
    base = call.root if row.name == DEFAULT else f"{call.root}/sandboxes/{row.name}"
    return {
        "name": row.name,
        "base_url": base,
        "activity_service": base + ACTIVITY_SERVICE,
        "learner_service": base + LEARNER_SERVICE,
        "user": row.user,
        "password": row.password,
        "provider_id": row.provider_id,
        "clock": shown_clock(sandbox),
        "created_at": format_instant(row.born_at),
        "expires_at": None if row.expires_at is None else format_instant(row.expires_at),
    }


_TTL = pattern("Time to live, an ISO 8601 duration such as PT1H, by the wall clock; for ever without it", DURATION)
_CLOCK = pattern(
    'ISO 8601 instant to fix the clock at, or "real" for real time; as the server by default',
    f"^real$|{INSTANT['pattern']}",
)
_NEW = fields(
    name=pattern(
        "1 to 63 small letters, digits and hyphens; made up when missing", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
    ),
    ttl=_TTL,
    clock=_CLOCK,
    user=text("User of its web-services account; that of the server by default"),
    password=text("Password of the account; that of the server by default"),
    provider_id=pattern("Provider ID, seven digits (A4); that of the server by default", "^[0-9]{7}$"),
    ground={**GROUND, "description": "What it holds from the start, as support tickets tell it; nothing by default"},
)

ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/sandboxes", list_sandboxes, "List the sandboxes", "Sandboxes"),
    Endpoint(
        "POST",
        f"{PREFIX}/sandboxes",
        create_sandbox,
        "Create a sandbox",
        "Sandbox",
        status=201,
        body=_NEW,
        refusals=(409,),
    ),
    Endpoint("GET", SANDBOX, show_sandbox, "Show a sandbox", "Sandbox"),
    Endpoint("DELETE", SANDBOX, delete_sandbox, "Delete a sandbox", status=204, refusals=(409,)),
    Endpoint(
        "POST",
        f"{SANDBOX}/reset",
        reset_sandbox,
        "Reset a sandbox to the seed",
        "Sandbox",
        description="Account and time to live stay; the clock is again what it was created with.",
    ),
)
