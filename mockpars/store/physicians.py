"""Physicians a team has added to a sandbox; those of the seed are not rows but a file."""

from __future__ import annotations

from mockpars.domain.model import Physician
from mockpars.store.codec import dump, load, physician_body, physician_from
from mockpars.store.engine import Engine


class Physicians:
    """The table `physician`."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine

    def add(self, world: int, physician: Physician) -> bool:
        """Stores a physician; false when the ID is taken."""
        return bool(
            self._db.count(
                "INSERT INTO physician (world, id, npi, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (world, physician.id, physician.npi, dump(physician_body(physician))),
            )
        )

    def with_npi(self, world: int, npi: str) -> list[Physician]:
        """Those with that NPI."""
        rows = self._db.execute("SELECT body FROM physician WHERE world = ? AND npi = ?", (world, npi))
        return [physician_from(load(body)) for (body,) in rows]

    def find(self, world: int, physician_id: str) -> Physician | None:
        """The one with that ID."""
        rows = self._db.execute("SELECT body FROM physician WHERE world = ? AND id = ?", (world, physician_id))
        return physician_from(load(rows[0][0])) if rows else None

    def all(self, world: int) -> list[Physician]:
        """All of them, by ID."""
        rows = self._db.execute("SELECT body FROM physician WHERE world = ? ORDER BY id", (world,))
        return [physician_from(load(body)) for (body,) in rows]
