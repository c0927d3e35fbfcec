"""Endpoints of registered activities."""

from __future__ import annotations

from typing import Any

from mockpars.domain.model import Activity
from mockpars.service.sandbox import Sandbox
from mockpars.web.control.endpoint import LIMIT, NUMBER_MOST, SANDBOX, Call, Endpoint, whole
from mockpars.web.control.refusals import not_found


def list_activities(call: Call) -> dict[str, Any]:
    """By ACCME Activity ID, a page at a time."""
    sandbox, limit = call.sandbox(), call.number("limit", LIMIT["default"])
    found = sandbox.store.activities.page(sandbox.world.id, call.number("after", 0), limit + 1)
    return {
        "activities": [_shown(entry) for entry in found[:limit]],
        "next": str(found[limit - 1].id) if len(found) > limit else None,
    }


def show_activity(call: Call) -> dict[str, Any]:
    """One, with the XML it was registered by."""
    sandbox = call.sandbox()
    found = the_activity(sandbox, call.path["activity"])
    return {**_shown(found), "document": sandbox.store.activities.document(sandbox.world.id, found.id)}


def the_activity(sandbox: Sandbox, name: str) -> Activity:
    """The one that an ACCME or Provider Activity ID names. Raises Refused (404)."""
    found = sandbox.activity(name, None) or sandbox.activity(None, name)
    if found is None:
        raise not_found(f"There is no activity {name[:60]!r}.", "Name one by ACCME or Provider Activity ID.")
    return found


def _shown(activity: Activity) -> dict[str, Any]:
    return {
        "activity_id": str(activity.id),
        "provider_activity_id": activity.provider_activity_id,
        "title": activity.title,
        "starts_on": activity.starts_on.isoformat(),
        "ends_on": activity.ends_on.isoformat(),
        "credit_claim_by": activity.credit_claim_by.isoformat(),
        "credit_type": activity.credit_type,
        "hours": format(activity.hours, "f"),
        "format": activity.activity_format,
        "closed": activity.closed,
        "registrations": [
            {
                "board": entry.board,
                "points": entry.points,
                "credit_types": list(entry.credit_types),
                "credit_claim_by": entry.credit_claim_by and entry.credit_claim_by.isoformat(),
                "diplomate_id": entry.diplomate_id,
            }
            for entry in activity.registrations
        ],
    }


ENDPOINTS = (
    Endpoint(
        "GET",
        f"{SANDBOX}/activities",
        list_activities,
        "List the registered activities",
        "Activities",
        query={
            "limit": LIMIT,
            "after": whole("ACCME Activity ID after which to go on: next of the page before", 0, NUMBER_MOST),
        },
    ),
    Endpoint(
        "GET",
        f"{SANDBOX}/activities/{{activity}}",
        show_activity,
        "Show an activity by ACCME or Provider Activity ID",
        "ActivityWithDocument",
    ),
)
