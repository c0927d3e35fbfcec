"""Notices that were handed to a mail server, so that each is once, over restarts and among replicas."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Final

from mockpars.store.codec import from_micros, to_micros
from mockpars.store.engine import Engine

_BEGINNING = ""
"""The row that says when relaying began for a world; no notice has an empty ID."""
EVERY_WORLD: Final = 0
"""Stands for the store as a whole; worlds are numbered from 1."""
_MOST_KEPT: Final = 10_000


class Relayed:
    """The table `relayed`."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine
        self.changed: deque[tuple[int, int]] = deque(maxlen=_MOST_KEPT)
        """Worlds and numbers of records whose deliveries this process changed since somebody last looked."""

    def began(self, world: int, now: datetime) -> datetime:
        """The instant since which notices of a world, by its clock, are relayed: `now` when it is asked for first."""
        self.claim(world, _BEGINNING, now)
        rows = self._db.execute("SELECT at FROM relayed WHERE world = ? AND id = ?", (world, _BEGINNING))
        return from_micros(rows[0][0])

    def claim(self, world: int, notice: str, now: datetime) -> bool:
        """Takes a notice upon oneself; false when it was taken before."""
        rows = self._db.execute(
            "INSERT INTO relayed (world, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
            (world, notice, to_micros(now)),
        )
        return bool(rows)
