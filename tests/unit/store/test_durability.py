"""What was committed survives kill -9; a reset costs the same however much there is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mockpars.store import Store, open_store
from mockpars.store.worlds import WorldRow
from tests.unit.store.rows import NOW, activity, exchange, physician, record

ROOT = Path(__file__).parents[3]

WRITER = """
import sys, time
from pathlib import Path
from mockpars.domain.clock import Clock
from mockpars.store import open_store
from mockpars.store.worlds import NewWorld
from tests.unit.store.rows import NOW, record
store = open_store(Path(sys.argv[1]), durable=False, grouped=True, journal_limit=10)
with store.transaction():
    world = store.worlds.create(NewWorld("default", "p", "u", "w", Clock(), NOW)).id
number = 0
while True:
    number += 1
    with store.transaction():
        store.records.add(world, record(physician=f"PH-{number}"))
    if number % 10 == 0:
        store.commit()
        print(number, flush=True)
        if number == 100:
            with store.transaction():
                store.records.add(world, record(physician="PH-101"))
            print("waiting", flush=True)
            time.sleep(60)
"""


def test_what_was_committed_is_there_after_kill_9(tmp_path: Path) -> None:
    """And what was not, is not: the answer to record 101 was still held back."""
    path = tmp_path / "store.db"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        lines = [writer.stdout.readline().strip() for _ in range(11)]
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert lines[-2:] == ["100", "waiting"]
    store = open_store(path, durable=False, grouped=False, journal_limit=10)
    found = [entry.number for entry in store.records.page(1, 10**9, 1000)]
    store.close()
    assert found == list(range(100000100, 100000000, -1))


def test_a_reset_touches_one_row_and_the_rest_goes_bit_by_bit(store: Store, new_world: Callable[..., WorldRow]) -> None:
    """Burying changes the world's own row only, so that it costs the same at any size; sweeping takes small steps."""
    world, other = new_world().id, new_world("other").id
    with store.transaction():
        for number in range(1, 2001):
            store.records.add(world, record(physician=f"PH-{number}"))
        for number in range(1, 700):
            store.exchanges.add(world, exchange(number))
        store.activities.save(world, activity(), "<a/>", NOW)
        store.physicians.add(world, physician())
        store.records.add(other, record())
    before = _changes(store)
    with store.transaction():
        store.worlds.bury(world)
    assert _changes(store) - before == 1
    fresh = new_world()
    assert store.records.page(fresh.id, 10**9, 9) == []
    steps = 0
    while store.worlds.sweep():
        before, steps = _changes(store), steps + 1
        assert steps < 100
    assert steps > 5
    assert store.records.count(world) == store.activities.count(world) == 0
    assert store.exchanges.page(world, 10**9, 9) == []
    assert store.physicians.all(world) == []
    assert store.records.count(other) == 1
    assert {row.name for row in store.worlds.living()} == {"default", "other"}


def _changes(store: Store) -> int:
    """How many rows this connection has changed so far."""
    return int(store._engine.execute("SELECT total_changes()")[0][0])


@pytest.mark.parametrize("table", ["records", "exchanges"])
def test_a_sweep_removes_at_most_500_rows_at_once(store: Store, new_world: Callable[..., WorldRow], table: str) -> None:
    """Requests go on between its steps."""
    world = new_world().id
    with store.transaction():
        for number in range(1, 1201):
            if table == "records":
                store.records.add(world, record(physician=f"PH-{number}"))
            else:
                store._engine.execute(
                    "INSERT INTO exchange VALUES (?, ?, 0, '', '', '', 0, '{}', '', '')", (world, number)
                )
        store.worlds.bury(world)
    before = _changes(store)
    assert store.worlds.sweep()
    assert 0 < _changes(store) - before <= 500
