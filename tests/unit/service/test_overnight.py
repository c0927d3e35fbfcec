"""Moving the clock: forward only, telling what fired on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mockpars.errors import ClockError
from mockpars.service import overnight
from tests.support import PEOPLE, Served, learners, record

NOW = datetime(2026, 5, 10, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 11, 5, tzinfo=UTC)


def test_what_fired_is_told_in_order_and_once(ready: Served) -> None:
    """Each transition in the advance that passes it, and in no other."""
    ready.post("SaveLearnerActivity", learners(record(), record(PEOPLE["mona-manystates"])))
    fired: list[overnight.Fired] = []
    for by in ("PT13H", "overnight", "PT6H", "PT6H", "PT12H", "P1D"):
        told = ready.advance(by)
        assert all(told.before < entry.transition.at <= told.after for entry in told.fired)
        assert [entry.transition.at for entry in told.fired] == sorted(entry.transition.at for entry in told.fired)
        fired += told.fired
    assert len(fired) == len(set(fired))
    own = [
        (entry.credit_id[-1], str(entry.transition.status)) for entry in fired if entry.transition.destination is None
    ]
    assert sorted(own) == [("1", "Approved"), ("1", "Transmitted"), ("2", "Approved"), ("2", "Transmitted")]
    assert len(fired) == 2 * (1 + 1) + 5 * 2 + 2


def test_a_deleted_record_fires_nothing(ready: Served) -> None:
    """It is no longer on its way."""
    ready.post("SaveLearnerActivity")
    ready.post("SaveLearnerActivity", learners(record(action="Delete")))
    assert ready.advance("P3D").fired == ()


def test_more_than_a_thousand_are_cut_and_it_says_so(ready: Served) -> None:
    """The earliest are told."""
    people = [who for who in PEOPLE.values() if who.licences and who.last != "Doppel"]
    ready.post("SaveLearnerActivity", learners(*map(record, people)))
    told = ready.advance("P3D")
    assert (len(told.fired), told.truncated) == (overnight.MOST_REPORTED, True)


@pytest.mark.parametrize(
    "by", ["", "tomorrow", "PT", "-PT1H", "P1M", "P999999W", "P999999D" * 2, "overnight ", "PT999999999S" * 2]
)
def test_what_is_no_advance_is_an_error_with_an_example(ready: Served, by: str) -> None:
    """And the clock stands where it stood."""
    with pytest.raises(ClockError):
        ready.advance(by)
    assert ready.world.sandbox("default").now == NOW


def test_the_clock_never_goes_back(ready: Served) -> None:
    """Statuses never do."""
    ready.advance("overnight")
    with pytest.raises(ClockError) as caught:
        overnight.move_to(ready.world.sandbox("default"), NOW)
    assert "2026-05-11T05:00:00Z" in caught.value.reason
    assert caught.value.fix
    assert ready.world.sandbox("default").now == MIDNIGHT


def test_the_clock_stops_at_its_end(ready: Served) -> None:
    """So that nothing overflows, then or later."""
    ready.advance("P415000W")
    ready.post("SaveLearnerActivity")
    with pytest.raises(ClockError):
        ready.advance("P90000D")
    told = ready.advance("overnight")
    assert told.after.year == 9979
    assert told.after > told.before


def test_a_running_clock_runs_on_after_it_was_moved(serve: Callable[..., Served]) -> None:
    """The default is real time."""
    served = serve(clock="")
    started = served.world.sandbox("default").now
    served.advance("P1D")
    moved = served.world.sandbox("default").now
    assert timedelta(days=1) <= moved - started < timedelta(days=1, minutes=5)
    assert served.world.sandbox("default").now >= moved
