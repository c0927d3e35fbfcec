"""The overview: what is in this sandbox, what time it is there, what needs attention."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from mockpars.domain.clock import format_instant, next_overnight, parse_instant
from mockpars.service import arming, changes, learner_search, mailbox, overnight, sandboxes
from mockpars.service.overnight import Fired
from mockpars.web.operations import ACTIVITY_SERVICE, LEARNER_SERVICE
from mockpars.web.studio import messages, sending
from mockpars.web.studio.place import Page, Place, number, sent, tell, wanted

_LATEST = 8


@dataclass(frozen=True, slots=True)
class Change:
    """What an advance of the clock brought, for the page after it."""

    before: str
    after: str
    fired: list[Fired]
    more: bool


def overview(place: Place) -> str:
    """Everything at a glance."""
    sandbox = place.sandbox
    store, world = sandbox.store, sandbox.world.id
    notices, _ = mailbox.notices(sandbox, limit=5, most=1000)
    return place.page(
        "overview.html",
        held={
            "physicians": sum(1 for _ in sandbox.physicians()),
            "activities": store.activities.count(world),
            "records": learner_search.accepted(sandbox),
        },
        latest=store.exchanges.page(world, 10**15, _LATEST),
        notices=notices[:5],
        armed=arming.all_armed(sandbox),
        next_overnight=next_overnight(sandbox.now),
        change=_change(place),
        services={"Activity service": place.base + ACTIVITY_SERVICE, "Learner service": place.base + LEARNER_SERVICE},
    )


def _change(place: Place) -> Change | None:
    try:
        before, after = parse_instant(wanted("before") or ""), parse_instant(wanted("after") or "")
    except ValueError:
        return None
    fired, more = changes.between(place.sandbox, before, min(after, place.sandbox.now))
    return Change(format_instant(before), format_instant(after), fired, more)


def advance(place: Place) -> Response:
    """Moves the clock on, and shows what changed. Raises ClockError."""
    moved = overnight.advance(place.sandbox, sent("by") or "overnight")
    before, after = format_instant(moved.before), format_instant(moved.after)
    return place.to("overview", before=before, after=after, _anchor="changes")


def create(place: Place) -> Response:
    """Makes another sandbox and goes there. Raises SandboxNameInvalid and SandboxExists."""
    world = place.world
    made = sandboxes.create(world.store, sent("new"), world.account, world.wall())
    tell(f"Sandbox {made.name} is ready: point a client at its base URL below.")
    return Place(world, world.sandbox(made.name)).to("overview")


def reset(place: Place) -> Response:
    """Puts a fresh world in this sandbox's place, once its name has been typed."""
    if sent("confirm") != place.name:
        tell(f"Nothing was reset: type {place.name} to confirm.", "bad")
        return place.to("overview")
    sandboxes.reset(place.world.store, place.name, place.world.account, place.world.wall())
    tell("The sandbox is as new: activities, records, journal and scenarios are gone.")
    return place.to("overview")


def switch(place: Place) -> Response:
    """Goes to another sandbox."""
    name = wanted("to") or place.name
    return Place(place.world, place.world.sandbox(name)).to("overview")


def disarm(place: Place) -> Response:
    """Disarms one scenario."""
    gone = arming.disarm(place.sandbox, number(sent("armed"), 0))
    tell("Disarmed." if gone else "It was not armed any more.", "good" if gone else "note")
    return place.to("overview")


def example(place: Place) -> Response:
    """Registers the reference's activity and submits its learner, so that there is something to look at."""
    activity = sending.send(place, "SaveActivity", messages.sample_activity(place.sandbox))
    found = place.sandbox.activity(None, messages.SAMPLE_ACTIVITY)
    physician = place.sandbox.physician("PH-0001")
    if found is None or physician is None:
        tell(f"The example could not be registered (HTTP {activity.status}): see the journal.", "bad")
        return place.to("journal")
    draft = messages.happy_path(place.sandbox, physician, found)
    sending.send(place, "LearnerMatchRequest", messages.match_message(place.sandbox, physician))
    sending.send(place, "SaveLearnerActivity", messages.learner_message(place.sandbox, [draft]))
    tell("The example is there: an activity, and a completion on its way. Advance the clock to see it move.")
    return place.to("overview")


PAGES = (
    Page("/", "overview", overview),
    Page("/switch", "switch", switch),
    Page("/advance", "advance", advance, "POST"),
    Page("/create", "create", create, "POST"),
    Page("/reset", "reset", reset, "POST"),
    Page("/disarm", "disarm", disarm, "POST"),
    Page("/example", "example", example, "POST"),
)
