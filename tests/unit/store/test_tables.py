"""What is put into the store comes back, one world never sees another, and each table keeps its promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mockpars.domain.clock import Clock
from mockpars.errors import StoreError
from mockpars.store import Store
from mockpars.store.armed import ArmedRow
from mockpars.store.worlds import NewWorld, WorldRow
from tests.unit.store.rows import DECIDED, MIDNIGHT, NOW, activity, exchange, physician, record

MakeWorld = Callable[..., WorldRow]
TICK = timedelta(microseconds=1)


def test_an_activity_comes_back_as_it_was_saved(store: Store, new_world: MakeWorld) -> None:
    """By either ID, with its document; saving again replaces it."""
    world = new_world().id
    store.activities.save(world, activity(), "<a>é</a>", NOW)
    assert store.activities.find(world, 12345678) == activity()
    assert store.activities.find_by_provider(world, "AMC-1") == activity()
    assert store.activities.document(world, 12345678) == "<a>é</a>"
    changed = replace(activity(), title="Other", provider_activity_id="AMC-2")
    store.activities.save(world, changed, "<b/>", NOW)
    assert store.activities.find(world, 12345678) == changed
    assert store.activities.find_by_provider(world, "AMC-1") is None
    assert store.activities.count(world) == 1


def test_a_deleted_activity_is_hidden_and_its_name_is_free(store: Store, new_world: MakeWorld) -> None:
    """D13."""
    world = new_world().id
    store.activities.save(world, activity(), "<a/>", NOW)
    store.activities.delete(world, 12345678, NOW)
    assert store.activities.find(world, 12345678) is None
    assert store.activities.find_by_provider(world, "AMC-1") is None
    store.activities.save(world, activity(12345679), "<a/>", NOW)
    assert [entry.id for entry in store.activities.page(world, 0, 10)] == [12345679]


def test_a_learner_record_comes_back_as_it_was_stored(store: Store, new_world: MakeWorld) -> None:
    """Instants to the microsecond, deliveries and credits in order."""
    world = new_world().id
    assert store.records.add(world, record())
    assert store.records.find(world, 100000001) == record()
    assert store.records.live(world, "PH-0001", 12345678) == record()


def test_a_learner_has_one_live_record_for_an_activity(store: Store, new_world: MakeWorld) -> None:
    """The index says so, not a look-up before (304, L5); once deleted, another may come (L10)."""
    world = new_world().id
    assert store.records.add(world, record()) == 100000001
    assert store.records.add(world, record()) is None
    assert store.records.add(world, record(physician="PH-0002")) == 100000002
    assert store.records.add(world, record(activity_id=12345679)) == 100000003
    store.records.delete(world, 100000001, NOW)
    assert store.records.live(world, "PH-0001", 12345678) is None
    assert store.records.find(world, 100000001) == replace(record(), deleted_at=NOW)
    assert store.records.add(world, record()) == 100000004
    assert store.records.count(world) == 3


def test_pages_of_learner_records_are_newest_first_and_narrowed_when_asked(store: Store, new_world: MakeWorld) -> None:
    """By number, by physician, by activity."""
    world, first = new_world().id, 100000001
    for number in range(1, 6):
        store.activities.save(world, activity(number, f"AMC-{number}"), "<a/>", NOW)
        store.records.add(world, record(physician=f"PH-{(number - 1) % 2}", activity_id=number))
    store.records.delete(world, first + 1, NOW)
    assert [entry.number - first for entry in store.records.page(world, first + 4, 3)] == [3, 2, 1]
    assert [entry.number - first for entry in store.records.page(world, 10**12, 9, physician_id="PH-1")] == [3, 1]
    assert [entry.number - first for entry in store.records.page(world, 10**12, 9, "PH-1", 4)] == [3]
    assert [entry.number - first for entry in store.records.page(world, first + 4, 1, "PH-0")] == [2]


def test_only_records_to_which_something_still_happens_are_unsettled(store: Store, new_world: MakeWorld) -> None:
    """That is what moving the clock looks at."""
    world = new_world().id
    store.records.add(world, record())
    assert store.records.unsettled(world, DECIDED - TICK, DECIDED, 10) == [record()]
    assert store.records.unsettled(world, DECIDED, DECIDED, 10) == []
    assert store.records.unsettled(world, NOW - TICK, NOW - TICK, 10) == []
    store.records.delete(world, 100000001, NOW)
    assert store.records.unsettled(world, NOW, DECIDED, 10) == []


def test_new_deliveries_replace_the_old(store: Store, new_world: MakeWorld) -> None:
    """Somebody decided in the board's stead."""
    world = new_world().id
    store.records.add(world, record())
    later = replace(record(), deliveries=(replace(record().deliveries[0], decided_at=MIDNIGHT),))
    store.records.replace_deliveries(world, later)
    assert store.records.find(world, 100000001) == later
    assert store.records.unsettled(world, MIDNIGHT, DECIDED, 10) == []


def test_a_physician_comes_back_as_they_were_added(store: Store, new_world: MakeWorld) -> None:
    """By ID and by NPI; an ID is taken once."""
    world = new_world().id
    assert store.physicians.add(world, physician())
    assert not store.physicians.add(world, physician(npi="2000000014"))
    assert store.physicians.find(world, "T-1") == physician()
    assert store.physicians.with_npi(world, "2000000006") == [physician()]
    assert store.physicians.all(world) == [physician()]
    assert store.physicians.find(world, "T-2") is None


def test_an_exchange_comes_back_whole_and_pages_come_without_texts(store: Store, new_world: MakeWorld) -> None:
    """Newest first, narrowed by outcome and code."""
    world = new_world().id
    for number, codes in ((1, ()), (2, (303,)), (3, (305, 303)), (4, (30,))):
        store.exchanges.add(world, exchange(number, codes, "Rejected" if codes else "Accepted"))
    assert store.exchanges.find(world, 3) == exchange(3, (305, 303), "Rejected")
    assert [row.id for row in store.exchanges.page(world, 4, 2)] == [3, 2]
    assert [row.id for row in store.exchanges.page(world, 99, 9, code=303)] == [3, 2]
    assert [row.id for row in store.exchanges.page(world, 99, 9, outcome="Accepted")] == [1]
    assert [row.id for row in store.exchanges.page(world, 99, 9, operation="GetActivity")] == []
    assert [row.id for row in store.exchanges.page(world, 99, 9, after=2)] == [4, 3]
    assert store.exchanges.page(world, 99, 1)[0].request is None


def test_the_journal_is_bounded_and_lets_the_oldest_go(store: Store, new_world: MakeWorld) -> None:
    """The limit is 100 here; it is enforced now and then, so a few more may stand."""
    world, other = new_world().id, new_world("other").id
    store.exchanges.add(other, exchange(1))
    for number in range(1, 1001):
        store.exchanges.add(world, exchange(number))
        assert len(store.exchanges.page(world, 10**9, 10**6)) <= 100 + 64
    kept = [row.id for row in store.exchanges.page(world, 10**9, 10**6)]
    assert kept[:100] == list(range(1000, 900, -1))
    assert [row.id for row in store.exchanges.page(other, 10**9, 9)] == [1]


def test_an_armed_scenario_acts_as_often_as_it_may(store: Store, new_world: MakeWorld) -> None:
    """The last use disarms; without a number it stays until it is removed."""
    world = new_world().id
    store.armed.add(world, ArmedRow(1, 2, {"scenario": "reset"}))
    store.armed.add(world, ArmedRow(2, None, {"scenario": "latency"}))
    store.armed.spend(world, 1)
    store.armed.spend(world, 2)
    assert [(row.id, row.remaining) for row in store.armed.all(world)] == [(1, 1), (2, None)]
    store.armed.spend(world, 1)
    assert [row.id for row in store.armed.all(world)] == [2]
    assert (store.armed.remove(world, 1), store.armed.remove(world)) == (0, 1)


def test_a_world_comes_back_as_it_was_made(store: Store, new_world: MakeWorld) -> None:
    """Account, clock and time to live."""
    new = NewWorld("b", "0000001", "üser", "pässword", Clock(offset=timedelta(days=3, microseconds=1)), NOW, MIDNIGHT)
    with store.transaction():
        row = store.worlds.create(new)
    assert store.worlds.find("b") == row
    assert (row.user, row.password, row.provider_id) == ("üser", "pässword", "0000001")
    assert (row.clock, row.born_at, row.expires_at) == (new.clock, NOW, MIDNIGHT)
    store.worlds.set_clock(row.id, Clock(fixed_at=DECIDED))
    store.worlds.set_account(row.id, "u", "p", "q")
    changed = store.worlds.find("b")
    assert changed is not None
    assert (changed.clock, changed.user, changed.password, changed.provider_id) == (Clock(DECIDED), "u", "p", "q")


def test_a_name_is_given_to_one_living_world(store: Store, new_world: MakeWorld) -> None:
    """A second one is an error of the store, as its interface says."""
    first = new_world()
    with pytest.raises(StoreError):
        new_world()
    store.worlds.bury(first.id)
    assert new_world().id != first.id


def test_numbers_are_taken_once(store: Store, new_world: MakeWorld) -> None:
    """The first activity has the reference's ID (A9), and every exchange a number of its own."""
    world = new_world().id
    assert [store.worlds.take_activity(world) for _ in range(3)] == [12345678, 12345679, 12345680]
    assert [store.worlds.take_armed(world) for _ in range(2)] == [1, 2]
    opened = [store.worlds.open_exchange("default") for _ in range(3)]
    assert [found[1] for found in opened if found] == [1, 2, 3]
    assert store.worlds.open_exchange("nobody") is None


def test_two_worlds_share_nothing(store: Store, new_world: MakeWorld) -> None:
    """The same IDs in both, and each sees its own."""
    one, two = new_world("one").id, new_world("two").id
    store.activities.save(one, activity(), "<a/>", NOW)
    store.records.add(one, record())
    store.physicians.add(one, physician())
    store.exchanges.add(one, exchange(1))
    store.armed.add(one, ArmedRow(1, None, {"scenario": "reset"}))
    seen: list[Any] = [
        store.activities.find(two, 12345678),
        store.activities.find_by_provider(two, "AMC-1"),
        store.records.find(two, 100000001),
        store.records.live(two, "PH-0001", 12345678),
        store.physicians.find(two, "T-1"),
        store.exchanges.find(two, 1),
    ]
    assert seen == [None] * 6
    assert store.records.page(two, 10**12, 9) == []
    assert store.physicians.with_npi(two, "2000000006") == []
    assert store.armed.all(two) == []
    assert store.records.add(two, record())
    store.activities.save(two, replace(activity(), title="Other"), "<b/>", NOW)
    assert store.activities.find(one, 12345678) == activity()
    store.armed.remove(two)
    store.exchanges.clear(two)
    assert len(store.armed.all(one)) == len(store.exchanges.page(one, 9, 9)) == 1


def test_a_worlds_time_is_up_at_its_instant(store: Store, new_world: MakeWorld) -> None:
    """Not before, and those without one never."""
    new_world("forever")
    with store.transaction():
        store.worlds.create(NewWorld("brief", "p", "u", "w", Clock(), NOW, MIDNIGHT))
    assert store.worlds.expired(MIDNIGHT - TICK) == []
    assert [row.name for row in store.worlds.expired(MIDNIGHT)] == ["brief"]
