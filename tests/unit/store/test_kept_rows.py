"""Rows that are kept in memory between requests are never older than what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mockpars.domain.clock import Clock
from mockpars.store import Store, open_store
from mockpars.store.worlds import WorldRow
from tests.unit.store.rows import NOW, activity

MakeWorld = Callable[..., WorldRow]
LATER = Clock(fixed_at=NOW + timedelta(days=1))


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[Store]:
    """A second process's store on the same file."""
    opened = open_store(tmp_path / "store.db", durable=False, grouped=False, journal_limit=100)
    yield opened
    opened.close()


def _open(store: Store, name: str = "default") -> tuple[WorldRow, int]:
    with store.transaction():
        opened = store.worlds.open_exchange(name)
    assert opened is not None
    return opened


def test_a_clock_that_was_moved_is_seen_by_the_next_exchange(store: Store, new_world: MakeWorld) -> None:
    world = new_world()
    assert _open(store) == (world, 1)
    store.worlds.set_clock(world.id, LATER)
    assert _open(store) == (replace(world, clock=LATER), 2)
    store.worlds.mark(world.id, armed=True)
    assert _open(store)[0].armed


def test_a_buried_world_is_gone_and_its_successor_counts_from_one(store: Store, new_world: MakeWorld) -> None:
    old = new_world()
    assert _open(store)[1] == 1
    store.worlds.bury(old.id)
    assert store.worlds.open_exchange("default") is None
    new = new_world()
    assert _open(store) == (new, 1)


def _change_and_fail(store: Store, world: int) -> None:
    with store.transaction():
        store.worlds.set_clock(world, LATER)
        store.activities.save(world, activity(), "<a/>", NOW)
        assert _open(store)[0].clock == LATER
        assert store.activities.find(world, activity().id) == activity()
        raise RuntimeError


def test_what_was_rolled_back_is_forgotten(store: Store, new_world: MakeWorld) -> None:
    world = new_world()
    with pytest.raises(RuntimeError):
        _change_and_fail(store, world.id)
    assert _open(store)[0].clock == world.clock
    assert store.activities.find(world.id, activity().id) is None


def test_what_another_process_writes_is_seen(store: Store, other: Store, new_world: MakeWorld) -> None:
    """Both take numbers of the same sandbox, and none twice."""
    world = new_world()
    store.activities.save(world.id, activity(), "<a/>", NOW)
    numbers = [_open(each)[1] for each in (store, other, store, other)]
    assert len(set(numbers)) == 4
    assert store.activities.find(world.id, activity().id) == activity()
    other.worlds.set_clock(world.id, LATER)
    other.activities.delete(world.id, activity().id, NOW)
    assert store.activities.find(world.id, activity().id) is None
    assert _open(store)[0].clock == LATER


def test_numbers_go_on_after_a_restart(store: Store, other: Store, new_world: MakeWorld) -> None:
    """Some are passed over, none comes twice."""
    new_world()
    last = [_open(store)[1] for _ in range(100)][-1]
    assert last == 100
    assert _open(other)[1] > last
