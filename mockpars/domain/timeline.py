"""The life of a learner record: planned when it is accepted, looked up when it is read (L6, L7, D19, D21)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mockpars.domain.clock import next_overnight
from mockpars.domain.model import Delivery, DestinationKind, Status

_EARLIEST_DECISION = 30 * 60
_LATEST_DECISION = 24 * 60 * 60
"""Seconds after transmission (L7, D21)."""


@dataclass(slots=True)
class Plan:
    """How one destination will act: nights until it is sent, and what is decided (None: silence)."""

    destination: str
    kind: DestinationKind
    approved: bool | None = True
    reason: str | None = None
    nights: int = 1


@dataclass(frozen=True, slots=True)
class Transition:
    """A status that a record reached, at an instant (UTC), by the act of a destination."""

    at: datetime
    status: Status
    destination: str | None = None
    reason: str | None = None


def plan_deliveries(accepted_at: datetime, seed: str, plans: Iterable[Plan]) -> tuple[Delivery, ...]:
    """Sets the instants of transmission and decision for each destination; the same seed, the same instants."""
    return tuple([_delivery(accepted_at, seed, plan) for plan in plans])


def _delivery(accepted_at: datetime, seed: str, plan: Plan) -> Delivery:
    sent = accepted_at
    for _ in range(plan.nights):
        sent = next_overnight(sent)
    decided = None if plan.approved is None else sent + _deliberation(f"{seed}/{plan.destination}")
    return Delivery(plan.destination, plan.kind, sent, decided, plan.approved is not False, plan.reason)


def _deliberation(seed: str) -> timedelta:
    return timedelta(seconds=_EARLIEST_DECISION + zlib.crc32(seed.encode()) % (_LATEST_DECISION - _EARLIEST_DECISION))


def delivery_status(delivery: Delivery, now: datetime) -> tuple[Status, datetime | None]:
    """Where one delivery stands at `now`, and since when (None while it has not left)."""
    if delivery.decided_at is not None and delivery.decided_at <= now:
        return (Status.APPROVED if delivery.approved else Status.REJECTED), delivery.decided_at
    if delivery.transmitted_at <= now:
        return Status.TRANSMITTED, delivery.transmitted_at
    return Status.SUBMITTED, None


def transitions(accepted_at: datetime, deliveries: Sequence[Delivery]) -> list[Transition]:
    """Everything that will happen to a record, in order; the record's own statuses have no destination."""
    steps = [Transition(accepted_at, Status.SUBMITTED)]
    for delivery in deliveries:
        steps.append(Transition(delivery.transmitted_at, Status.TRANSMITTED, delivery.destination))
        if delivery.decided_at is not None:
            verdict = Status.APPROVED if delivery.approved else Status.REJECTED
            steps.append(Transition(delivery.decided_at, verdict, delivery.destination, delivery.reason))
    steps.extend(_record_steps(deliveries))
    return sorted(steps, key=lambda step: (step.at, step.destination is None))


def _record_steps(deliveries: Sequence[Delivery]) -> Iterable[Transition]:
    if not deliveries:
        return
    yield Transition(min(entry.transmitted_at for entry in deliveries), Status.TRANSMITTED)
    refused = [entry for entry in deliveries if entry.decided_at is not None and not entry.approved]
    if refused:
        first = min(refused, key=lambda entry: entry.decided_at or entry.transmitted_at)
        yield Transition(first.decided_at or first.transmitted_at, Status.REJECTED, None, first.reason)
        return
    decided = [entry.decided_at for entry in deliveries if entry.decided_at is not None]
    if len(decided) == len(deliveries):
        yield Transition(max(decided), Status.APPROVED)


def status_at(accepted_at: datetime, deliveries: Sequence[Delivery], now: datetime) -> Transition:
    """The record's own status at `now` and since when (L6)."""
    own = [step for step in transitions(accepted_at, deliveries) if step.destination is None]
    reached = [step for step in own if step.at <= now]
    return reached[-1] if reached else own[0]


def settled_at(accepted_at: datetime, deliveries: Sequence[Delivery]) -> datetime:
    """The instant of the last thing that will happen to a record."""
    instants = [accepted_at]
    for delivery in deliveries:
        instants.append(delivery.decided_at or delivery.transmitted_at)
    return max(instants)
