"""The life of a record: planned when it is accepted, looked up when it is read (L6, L7, L22, D19, D21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mockpars.domain.clock import next_overnight
from mockpars.domain.model import Delivery, DestinationKind, Status
from mockpars.domain.timeline import (
    Plan,
    delivery_status,
    plan_deliveries,
    settled_at,
    status_at,
    transitions,
)

ACCEPTED = datetime(2026, 5, 10, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 11, 5, tzinfo=UTC)
DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)
STATE, BOARD = DestinationKind.STATE_BOARD, DestinationKind.CERTIFYING_BOARD


def _delivery(name: str, after: float | None, approved: bool = True, reason: str | None = None) -> Delivery:
    decided = None if after is None else MIDNIGHT + timedelta(hours=after)
    return Delivery(name, STATE if len(name) == 2 else BOARD, MIDNIGHT, decided, approved, reason)


def _status(deliveries: Sequence[Delivery], hours: float) -> str:
    """The record's status so many hours after midnight."""
    return status_at(ACCEPTED, deliveries, MIDNIGHT + timedelta(hours=hours)).status


def test_a_record_is_submitted_until_midnight_then_transmitted_then_approved() -> None:
    """The reference's walk (L6), at each edge."""
    deliveries = [_delivery("TX", 3)]
    walk = [
        (ACCEPTED, Status.SUBMITTED),
        (MIDNIGHT - TICK, Status.SUBMITTED),
        (MIDNIGHT, Status.TRANSMITTED),
        (MIDNIGHT + timedelta(hours=3) - TICK, Status.TRANSMITTED),
        (MIDNIGHT + timedelta(hours=3), Status.APPROVED),
        (MIDNIGHT + timedelta(days=3650), Status.APPROVED),
    ]
    assert [status_at(ACCEPTED, deliveries, now).status for now, _ in walk] == [status for _, status in walk]
    assert [delivery_status(deliveries[0], now)[0] for now, _ in walk] == [status for _, status in walk]


def test_it_is_approved_only_when_every_destination_has_approved() -> None:
    """D19."""
    deliveries = [_delivery("TX", 1), _delivery("ABIM", 5), _delivery("OK", 3)]
    assert [_status(deliveries, hours) for hours in (1, 3, 4.9, 5)] == [*["Transmitted"] * 3, "Approved"]


def test_it_is_rejected_as_soon_as_one_destination_rejects() -> None:
    """D19: what the others say later changes nothing, and the first refusal's reason is told."""
    deliveries = [_delivery("TX", 1), _delivery("ABIM", 3, False, "no"), _delivery("ABP", 4, False, "later")]
    assert [_status(deliveries, hours) for hours in (1, 2.9, 3, 100)] == ["Transmitted"] * 2 + ["Rejected"] * 2
    reached = status_at(ACCEPTED, deliveries, MIDNIGHT + DAY)
    assert (reached.at, reached.reason) == (MIDNIGHT + timedelta(hours=3), "no")


def test_a_silent_board_leaves_it_transmitted_for_good() -> None:
    """Whatever the others say."""
    deliveries = [_delivery("TX", 1), _delivery("ABIM", None)]
    assert _status(deliveries, 24 * 365) == "Transmitted"
    assert delivery_status(deliveries[1], MIDNIGHT + 400 * DAY) == (Status.TRANSMITTED, MIDNIGHT)


def test_a_refusal_outweighs_silence() -> None:
    """One destination is silent, another refuses."""
    assert _status([_delivery("ABIM", None), _delivery("TX", 2, False)], 2) == "Rejected"


def test_a_record_without_destinations_stays_submitted() -> None:
    """There is nobody to send it to."""
    assert status_at(ACCEPTED, (), MIDNIGHT + DAY).status is Status.SUBMITTED
    assert settled_at(ACCEPTED, ()) == ACCEPTED


def test_a_delivery_that_has_not_left_has_no_date() -> None:
    """It stands where the record does."""
    assert delivery_status(_delivery("TX", 1), ACCEPTED) == (Status.SUBMITTED, None)


@pytest.mark.parametrize("number", range(200))
def test_decisions_fall_within_24_hours_of_transmission(number: int) -> None:
    """After it, and not at once (L7, D21)."""
    plans = [Plan("TX", STATE), Plan("ABIM", BOARD, False, "no")]
    for delivery in plan_deliveries(ACCEPTED, f"ccid:mockpars:{number}", plans):
        assert delivery.transmitted_at == MIDNIGHT
        assert delivery.decided_at is not None
        assert MIDNIGHT < delivery.decided_at <= MIDNIGHT + DAY


def test_the_same_seed_plans_the_same_and_others_differ() -> None:
    """Planned, not drawn: a restart or a replica comes to the same instants."""
    plans = [Plan("TX", STATE), Plan("ABIM", BOARD)]
    one = plan_deliveries(ACCEPTED, "ccid:mockpars:100000001", plans)
    assert one == plan_deliveries(ACCEPTED, "ccid:mockpars:100000001", plans)
    assert one[0].decided_at != one[1].decided_at
    instants = {plan_deliveries(ACCEPTED, str(seed), plans)[0].decided_at for seed in range(50)}
    assert len(instants) > 45


@pytest.mark.parametrize("nights", [1, 2, 30])
def test_transmission_waits_as_many_nights_as_planned(nights: int) -> None:
    """overnight-slow."""
    (delivery,) = plan_deliveries(ACCEPTED, "x", [Plan("TX", STATE, nights=nights)])
    assert delivery.transmitted_at == MIDNIGHT + (nights - 1) * DAY


def test_a_record_accepted_at_midnight_leaves_the_next_night() -> None:
    """That night's transmission is over."""
    (delivery,) = plan_deliveries(MIDNIGHT, "x", [Plan("TX", STATE)])
    assert delivery.transmitted_at == next_overnight(MIDNIGHT) == MIDNIGHT + DAY


def test_silence_is_planned_as_no_decision() -> None:
    """Not as a refusal."""
    (delivery,) = plan_deliveries(ACCEPTED, "x", [Plan("ABIM", BOARD, None)])
    assert (delivery.decided_at, delivery.approved) == (None, True)


def test_transitions_are_in_order_and_the_record_follows_its_destinations() -> None:
    """What the clock tells that it passed."""
    deliveries = [_delivery("ABIM", 5, False, "no"), _delivery("TX", 1)]
    steps = transitions(ACCEPTED, deliveries)
    assert [(step.status.value, step.destination) for step in steps] == [
        ("Submitted", None),
        ("Transmitted", "ABIM"),
        ("Transmitted", "TX"),
        ("Transmitted", None),
        ("Approved", "TX"),
        ("Rejected", "ABIM"),
        ("Rejected", None),
    ]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert settled_at(ACCEPTED, deliveries) == steps[-1].at


def test_status_never_goes_back() -> None:
    """Over every instant at which something happens."""
    rank = {Status.SUBMITTED: 0, Status.TRANSMITTED: 1, Status.APPROVED: 2, Status.REJECTED: 2}
    deliveries = [_delivery("TX", 1), _delivery("OK", 9), _delivery("ABIM", 5)]
    instants = [step.at + nudge for step in transitions(ACCEPTED, deliveries) for nudge in (-TICK, timedelta(0), TICK)]
    ranks = [rank[status_at(ACCEPTED, deliveries, now).status] for now in sorted(instants)]
    assert ranks == sorted(ranks)
