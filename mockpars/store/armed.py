"""Scenarios that were armed in a sandbox and wait for the requests they match."""

from __future__ import annotations

from typing import Any

from mockpars.immutable import immutable
from mockpars.store.codec import dump, load
from mockpars.store.engine import Engine


@immutable
class ArmedRow:
    """An armed scenario; `remaining` is how many requests it still acts on (None: until disarmed)."""

    id: int
    remaining: int | None
    body: dict[str, Any]


class Armed:
    """The table `armed`."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine

    def add(self, world: int, row: ArmedRow) -> None:
        """Arms a scenario under a number that was taken for it."""
        self._db.execute(
            "INSERT INTO armed (world, id, remaining, body) VALUES (?, ?, ?, ?)",
            (world, row.id, row.remaining, dump(row.body)),
        )

    def all(self, world: int) -> list[ArmedRow]:
        """All that are armed, in the order they were."""
        rows = self._db.execute("SELECT id, remaining, body FROM armed WHERE world = ? ORDER BY id", (world,))
        return [ArmedRow(number, remaining, load(body)) for number, remaining, body in rows]

    def spend(self, world: int, armed_id: int) -> None:
        """Counts one use; the last one disarms."""
        self._db.execute(
            "UPDATE armed SET remaining = remaining - 1 WHERE world = ? AND id = ? AND remaining IS NOT NULL",
            (world, armed_id),
        )
        self._db.execute("DELETE FROM armed WHERE world = ? AND id = ? AND remaining <= 0", (world, armed_id))

    def remove(self, world: int, armed_id: int | None = None) -> int:
        """Disarms one, or all; answers how many."""
        if armed_id is None:
            return self._db.count("DELETE FROM armed WHERE world = ?", (world,))
        return self._db.count("DELETE FROM armed WHERE world = ? AND id = ?", (world, armed_id))
