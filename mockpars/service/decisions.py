"""Deciding as the board: QA takes a board's decision on a record before the planned one falls."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from mockpars.domain.clock import format_instant
from mockpars.domain.model import Delivery, LearnerRecord
from mockpars.errors import MockparsError
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox

Decision = Literal["approve", "reject", "silent"]
DECISIONS: tuple[Decision, ...] = ("approve", "reject", "silent")
REFUSED = "The board did not accept this credit."


@immutable
class Verdict:
    """What a destination (a state such as TX, a board such as ABIM) decides, and why."""

    destination: str
    decision: Decision
    reason: str | None = None


class NoSuchDelivery(MockparsError):
    """The record does not go to that destination."""


class AlreadyDecided(MockparsError):
    """The destination's decision has been reached, and statuses never go back."""


def decide(sandbox: Sandbox, record: LearnerRecord, verdict: Verdict) -> LearnerRecord:
    """Replaces a planned decision: it falls now, or on transmission when that is still to come.

    Raises NoSuchDelivery and AlreadyDecided.
    """
    chosen = next((entry for entry in record.deliveries if entry.destination == verdict.destination), None)
    if chosen is None:
        known = ", ".join(entry.destination for entry in record.deliveries) or "nobody"
        raise NoSuchDelivery(f"{record.credit_id} does not go to {verdict.destination!r}.", f"It goes to {known}.")
    if chosen.decided_at is not None and chosen.decided_at <= sandbox.now:
        raise AlreadyDecided(
            f"{chosen.destination} decided at {format_instant(chosen.decided_at)}; decisions do not change.",
            "Delete the record and submit it again, as PARS asks of clients (L10).",
        )
    decided = _decided(sandbox, chosen, verdict)
    deliveries = tuple(decided if entry is chosen else entry for entry in record.deliveries)
    changed = replace(record, deliveries=deliveries)
    sandbox.store.records.replace_deliveries(sandbox.world.id, changed)
    sandbox.store.relayed.changed.append((sandbox.world.id, changed.number))
    return changed


def _decided(sandbox: Sandbox, delivery: Delivery, verdict: Verdict) -> Delivery:
    if verdict.decision == "silent":
        return replace(delivery, decided_at=None, approved=True, reason=None)
    at = max(sandbox.now, delivery.transmitted_at)
    if verdict.decision == "approve":
        return replace(delivery, decided_at=at, approved=True, reason=None)
    return replace(delivery, decided_at=at, approved=False, reason=verdict.reason or REFUSED)
