"""Sandboxes as rows. A sandbox's name may be given to a new world at any time; the old world is then dead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from mockpars.domain.clock import Clock
from mockpars.immutable import immutable
from mockpars.store.codec import from_micros, optional_instant, to_micros
from mockpars.store.engine import Engine
from mockpars.store.schema import OF_A_WORLD

_COLUMNS = (
    "id, name, born_at, expires_at, provider_id, user_name, password, clock_fixed, clock_offset, "
    "own_physicians, armed, first_clock"
)
_SWEPT_AT_ONCE = 500


@immutable
class WorldRow:
    """One isolated world: its account, its clock (and the one a reset gives back), what it holds beside the seed."""

    id: int
    name: str
    born_at: datetime
    expires_at: datetime | None
    provider_id: str
    user: str
    password: str
    clock: Clock
    own_physicians: bool
    armed: bool
    first_clock: Clock


@immutable
class NewWorld:
    """What a world starts with. The first activity's ID is the reference's own (A9)."""

    name: str
    provider_id: str
    user: str
    password: str
    clock: Clock
    born_at: datetime
    expires_at: datetime | None = None
    first_activity: int = 12345678


class Worlds:
    """The table `world`.

    Every request needs its world's row and a number for its exchange. They are kept here for as long as nobody else
    can have changed them (`Engine.generation`); whatever changes a row in here calls `_forget`.
    """

    def __init__(self, engine: Engine) -> None:
        self._db = engine
        self._generation = -1
        self._rows: dict[str, WorldRow] = {}
        self._numbers: dict[int, Iterator[int]] = {}

    def create(self, new: NewWorld) -> WorldRow:
        """Adds a world under a name that no living world has. Raises StoreError otherwise."""
        self._forget()
        rows = self._db.execute(
            "INSERT INTO world (id, name, born_at, expires_at, provider_id, user_name, password, clock_fixed, "
            "clock_offset, first_clock, next_activity) "
            "SELECT COALESCE(MAX(id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM world "
            f"RETURNING {_COLUMNS}",
            (
                new.name,
                to_micros(new.born_at),
                new.expires_at and to_micros(new.expires_at),
                new.provider_id,
                new.user,
                new.password,
                new.clock.fixed_at and to_micros(new.clock.fixed_at),
                new.clock.offset // timedelta(microseconds=1),
                new.clock.fixed_at and to_micros(new.clock.fixed_at),
                new.first_activity,
            ),
        )
        return _world(rows[0])

    def find(self, name: str) -> WorldRow | None:
        """The living world of that name."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM world WHERE name = ? AND dead = 0", (name,))
        return _world(rows[0]) if rows else None

    def open_exchange(self, name: str) -> tuple[WorldRow, int] | None:
        """The living world of that name, and the next exchange number; within a transaction.

        Numbers are taken in blocks, so a few are passed over when the process ends.
        """
        if self._generation != self._db.generation:
            self._generation = self._db.generation
            self._forget()
            self._numbers.clear()
        row = self._rows.get(name) or self.find(name)
        if row is None:
            return None
        self._rows[name] = row
        number = next(self._numbers.get(row.id, iter(())), None)
        if number is None:
            many = self._db.numbers_at_once
            number = self._take(row.id, "next_exchange", many)
            self._numbers[row.id] = iter(range(number + 1, number + many))
        return row, number

    def _forget(self) -> None:
        self._rows.clear()

    def living(self) -> list[WorldRow]:
        """All living worlds, oldest first."""
        return [_world(row) for row in self._db.execute(f"SELECT {_COLUMNS} FROM world WHERE dead = 0 ORDER BY id")]

    def set_clock(self, world: int, clock: Clock) -> None:
        """Keeps the clock as it now is."""
        self._forget()
        self._db.execute(
            "UPDATE world SET clock_fixed = ?, clock_offset = ? WHERE id = ?",
            (clock.fixed_at and to_micros(clock.fixed_at), clock.offset // timedelta(microseconds=1), world),
        )

    def set_account(self, world: int, user: str, password: str, provider_id: str) -> None:
        """Gives a world another web-services account."""
        self._forget()
        self._db.execute(
            "UPDATE world SET user_name = ?, password = ?, provider_id = ? WHERE id = ?",
            (user, password, provider_id, world),
        )

    def take_activity(self, world: int) -> int:
        """The next activity ID (A9)."""
        return self._take(world, "next_activity", 1)

    def take_armed(self, world: int) -> int:
        """The next number of an armed scenario."""
        return self._take(world, "next_armed", 1)

    def _take(self, world: int, column: str, many: int) -> int:
        rows = self._db.execute(
            f"UPDATE world SET {column} = {column} + ? WHERE id = ? RETURNING {column}",
            (many, world),
        )
        return int(rows[0][0]) - many

    def mark(self, world: int, *, own_physicians: bool | None = None, armed: bool | None = None) -> None:
        """Notes that a world holds physicians of its own, or armed scenarios, so that others need not look."""
        self._forget()
        for column, value in (("own_physicians", own_physicians), ("armed", armed)):
            if value is not None:
                self._db.execute(f"UPDATE world SET {column} = ? WHERE id = ?", (int(value), world))

    def bury(self, world: int) -> None:
        """Ends a world at once; its rows go bit by bit with `sweep`, so that this costs the same at any size."""
        self._forget()
        self._numbers.pop(world, None)
        self._db.execute("UPDATE world SET dead = 1 WHERE id = ?", (world,))

    def expired(self, wall: datetime) -> list[WorldRow]:
        """Living worlds whose time is up by the wall clock."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM world WHERE dead = 0 AND expires_at <= ?", (to_micros(wall),))
        return [_world(row) for row in rows]

    def sweep(self) -> bool:
        """Removes some rows of one dead world; false when there is none left."""
        dead: Sequence[Any] = self._db.execute("SELECT id FROM world WHERE dead = 1 LIMIT 1")
        if not dead:
            return False
        world = dead[0][0]
        keys = {"learner_record": "number"}
        for table in OF_A_WORLD:
            key = keys.get(table, "id")
            if self._db.count(
                f"DELETE FROM {table} WHERE world = ? AND {key} IN "
                f"(SELECT {key} FROM {table} WHERE world = ? LIMIT {_SWEPT_AT_ONCE})",
                (world, world),
            ):
                return True
        self._db.execute("DELETE FROM world WHERE id = ?", (world,))
        return True


def _world(row: Sequence[Any]) -> WorldRow:
    fixed, offset = row[7], row[8]
    return WorldRow(
        id=row[0],
        name=row[1],
        born_at=from_micros(row[2]),
        expires_at=optional_instant(row[3]),
        provider_id=row[4],
        user=row[5],
        password=row[6],
        clock=Clock(optional_instant(fixed), timedelta(microseconds=offset)),
        own_physicians=bool(row[9]),
        armed=bool(row[10]),
        first_clock=Clock(optional_instant(row[11])),
    )
