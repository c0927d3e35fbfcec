"""Moving a sandbox's clock forward, and telling what happened on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from mockpars.domain.clock import LATEST, format_instant, next_overnight, parse_duration
from mockpars.domain.model import LearnerRecord
from mockpars.domain.timeline import Transition, transitions
from mockpars.errors import ClockError
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox

MOST_REPORTED = 1000
"""Transitions listed in one answer; more are counted."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A transition that the clock passed, of one record."""

    credit_id: str
    transition: Transition


@immutable
class Advance:
    """The clock before and after, and what fired in between, in order."""

    before: datetime
    after: datetime
    fired: tuple[Fired, ...]
    truncated: bool


def advance(sandbox: Sandbox, by: str) -> Advance:
    """Moves the clock by an ISO 8601 duration, or to the next midnight in US Central with 'overnight'."""
    if by == "overnight":
        return move_to(sandbox, next_overnight(sandbox.now))
    try:
        target = sandbox.now + parse_duration(by)
    except (ValueError, OverflowError) as error:
        raise ClockError(
            f"The clock cannot advance by {by!r}: {error}.", 'Send "overnight" or a duration such as "PT12H".'
        ) from None
    return move_to(sandbox, target)


def move_to(sandbox: Sandbox, target: datetime) -> Advance:
    """Sets the clock to a later instant; it never goes back, since statuses never do. Raises ClockError."""
    if target < sandbox.now:
        raise ClockError(
            f"The clock shows {format_instant(sandbox.now)} and cannot go back to {format_instant(target)}.",
            "Reset the sandbox to start again, or create another one.",
        )
    if target > LATEST:
        raise ClockError(f"A sandbox clock stops at {format_instant(LATEST)}.", "Advance by less.")
    before = sandbox.now
    moved = sandbox.world.clock.moved_to(target, sandbox.wall)
    sandbox.store.worlds.set_clock(sandbox.world.id, moved)
    sandbox.world, sandbox.now = replace(sandbox.world, clock=moved), target
    records = sandbox.store.records.unsettled(sandbox.world.id, before, target, MOST_REPORTED + 1)
    fired = sorted(_fired(records, before, target), key=lambda entry: entry.transition.at)
    return Advance(before, target, tuple(fired[:MOST_REPORTED]), len(fired) > MOST_REPORTED)


def _fired(records: Iterable[LearnerRecord], before: datetime, after: datetime) -> Iterable[Fired]:
    for record in records:
        for step in transitions(record.accepted_at, record.deliveries):
            if before < step.at <= after:
                yield Fired(record.credit_id, step)
