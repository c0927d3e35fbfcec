"""Registered activities, with the XML they were registered by."""

from __future__ import annotations

from datetime import datetime

from mockpars.domain.model import Activity
from mockpars.store.codec import activity_from, activity_text, to_micros
from mockpars.store.engine import Engine

_MOST_KEPT = 512


class Activities:
    """The table `activity`.

    Submissions come in runs for one activity, so those asked for are kept here for as long as nobody else can have
    changed them (`Engine.generation`).
    """

    def __init__(self, engine: Engine) -> None:
        self._db = engine
        self._generation = -1
        self._kept: dict[tuple[int, int], Activity] = {}

    def save(self, world: int, activity: Activity, document: str, now: datetime) -> None:
        """Adds an activity, or replaces the one with its ID."""
        self._kept.clear()
        self._db.execute(
            "INSERT INTO activity (world, id, provider_activity_id, saved_at, body, document) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (world, id) DO UPDATE SET "
            "provider_activity_id = excluded.provider_activity_id, saved_at = excluded.saved_at, "
            "body = excluded.body, document = excluded.document",
            (
                world,
                activity.id,
                activity.provider_activity_id,
                to_micros(now),
                activity_text(activity),
                document,
            ),
        )

    def delete(self, world: int, activity_id: int, now: datetime) -> None:
        """Hides an activity (D13)."""
        self._kept.clear()
        self._db.execute(
            "UPDATE activity SET deleted_at = ? WHERE world = ? AND id = ?",
            (to_micros(now), world, activity_id),
        )

    def find(self, world: int, activity_id: int) -> Activity | None:
        """The live activity with that ACCME Activity ID."""
        if self._generation != self._db.generation or len(self._kept) >= _MOST_KEPT:
            self._generation = self._db.generation
            self._kept.clear()
        found = self._kept.get((world, activity_id))
        if found is None:
            rows = self._db.execute(
                "SELECT id, provider_activity_id, body FROM activity WHERE world = ? AND id = ? AND deleted_at IS NULL",
                (world, activity_id),
            )
            if not rows:
                return None
            found = self._kept[world, activity_id] = activity_from(*rows[0])
        return found

    def find_by_provider(self, world: int, provider_activity_id: str) -> Activity | None:
        """The live activity with that Provider Activity ID."""
        rows = self._db.execute(
            "SELECT id, provider_activity_id, body FROM activity "
            "WHERE world = ? AND provider_activity_id = ? AND deleted_at IS NULL",
            (world, provider_activity_id),
        )
        return activity_from(*rows[0]) if rows else None

    def document(self, world: int, activity_id: int) -> str:
        """The XML of an activity that exists."""
        rows = self._db.execute("SELECT document FROM activity WHERE world = ? AND id = ?", (world, activity_id))
        return str(rows[0][0])

    def page(self, world: int, after: int, limit: int) -> list[Activity]:
        """Live activities with an ID above `after`, in order, at most `limit`."""
        rows = self._db.execute(
            "SELECT id, provider_activity_id, body FROM activity "
            "WHERE world = ? AND id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?",
            (world, after, limit),
        )
        return [activity_from(*row) for row in rows]

    def count(self, world: int) -> int:
        """How many live activities there are."""
        return int(
            self._db.execute("SELECT COUNT(*) FROM activity WHERE world = ? AND deleted_at IS NULL", (world,))[0][0]
        )
