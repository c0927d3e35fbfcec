"""The journal: every exchange with its verdict, bounded per world; the oldest go first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mockpars.immutable import immutable
from mockpars.store.codec import dump, from_micros, load, to_micros
from mockpars.store.engine import Engine

_COLUMNS = "id, at, operation, outcome, codes, status, body"
_PRUNED_EVERY = 64


@immutable
class ExchangeRow:
    """One exchange: redacted texts of request and answer, and `body` with the verdict (plain JSON)."""

    id: int
    at: datetime
    operation: str
    outcome: str
    codes: tuple[int, ...]
    status: int
    body: dict[str, Any]
    request: str | None = None
    response: str | None = None


class Exchanges:
    """The table `exchange`."""

    def __init__(self, engine: Engine, limit: int) -> None:
        self._db = engine
        self._limit = limit

    def add(self, world: int, row: ExchangeRow) -> None:
        """Keeps an exchange under the number it was given, and lets the oldest go past the limit."""
        self._db.execute(
            "INSERT INTO exchange (world, id, at, operation, outcome, codes, status, body, request, response) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                world,
                row.id,
                to_micros(row.at),
                row.operation,
                row.outcome,
                " ".join(map(str, row.codes)),
                row.status,
                dump(row.body),
                row.request or "",
                row.response or "",
            ),
        )
        if row.id % _PRUNED_EVERY == 0:
            self._db.execute("DELETE FROM exchange WHERE world = ? AND id <= ?", (world, row.id - self._limit))

    def find(self, world: int, exchange_id: int) -> ExchangeRow | None:
        """One exchange, whole."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS}, request, response FROM exchange WHERE world = ? AND id = ?",
            (world, exchange_id),
        )
        return _exchange(rows[0]) if rows else None

    def page(
        self,
        world: int,
        before: int,
        limit: int,
        operation: str | None = None,
        outcome: str | None = None,
        code: int | None = None,
        after: int = 0,
    ) -> list[ExchangeRow]:
        """Exchanges numbered below `before` and above `after`, newest first, without their texts."""
        wanted = "world = ? AND id < ? AND id > ?"
        values: list[Any] = [world, before, after]
        for column, value in (("operation", operation), ("outcome", outcome)):
            if value is not None:
                wanted += f" AND {column} = ?"
                values.append(value)
        if code is not None:
            wanted += " AND (' ' || codes || ' ') LIKE ?"
            values.append(f"% {code} %")
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM exchange WHERE {wanted} ORDER BY id DESC LIMIT ?", (*values, limit)
        )
        return [_exchange(row) for row in rows]

    def clear(self, world: int) -> None:
        """Empties the journal; numbers go on counting."""
        self._db.execute("DELETE FROM exchange WHERE world = ?", (world,))


def _exchange(row: Sequence[Any]) -> ExchangeRow:
    codes = tuple(int(code) for code in row[4].split())
    texts = (row[7], row[8]) if len(row) > 7 else (None, None)
    return ExchangeRow(row[0], from_micros(row[1]), row[2], row[3], codes, row[5], load(row[6]), *texts)
