"""Learner records: accepted completions with their planned deliveries."""

from __future__ import annotations

from datetime import datetime

from mockpars.domain.model import LearnerRecord
from mockpars.domain.timeline import settled_at
from mockpars.store.codec import record_from, record_text, to_micros
from mockpars.store.engine import Engine

FIRST_NUMBER = 100000001
"""The first learner record of a sandbox; the number of a credit ID has nine digits (D16)."""

_COLUMNS = "number, activity_id, physician_id, completed_on, accepted_at, deleted_at, body"


class LearnerRecords:
    """The table `learner_record`."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine

    def add(self, world: int, record: LearnerRecord) -> int | None:
        """Stores a record and answers its number; None when this learner has a live one for this activity (304, L5)."""
        rows = self._db.execute(
            "INSERT INTO learner_record (world, number, activity_id, physician_id, completed_on, accepted_at, "
            "settled_at, body) VALUES "
            f"(?, (SELECT COALESCE(MAX(number), {FIRST_NUMBER - 1}) + 1 FROM learner_record WHERE world = ?), "
            "?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number",
            (
                world,
                world,
                record.activity_id,
                record.physician_id,
                record.completed_on.isoformat(),
                to_micros(record.accepted_at),
                to_micros(settled_at(record.accepted_at, record.deliveries)),
                record_text(record),
            ),
        )
        return int(rows[0][0]) if rows else None

    def replace_deliveries(self, world: int, record: LearnerRecord) -> None:
        """Keeps new deliveries of a record, such as a decision that QA took as the board."""
        self._db.execute(
            "UPDATE learner_record SET body = ?, settled_at = ? WHERE world = ? AND number = ?",
            (
                record_text(record),
                to_micros(settled_at(record.accepted_at, record.deliveries)),
                world,
                record.number,
            ),
        )

    def delete(self, world: int, number: int, now: datetime) -> None:
        """Marks a record as deleted; it can then be resubmitted (L10)."""
        self._db.execute(
            "UPDATE learner_record SET deleted_at = ? WHERE world = ? AND number = ?",
            (to_micros(now), world, number),
        )

    def find(self, world: int, number: int) -> LearnerRecord | None:
        """The record with that number, deleted or not."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND number = ?", (world, number)
        )
        return record_from(rows[0]) if rows else None

    def live(self, world: int, physician_id: str, activity_id: int) -> LearnerRecord | None:
        """The live record of a learner for an activity."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record "
            "WHERE world = ? AND physician_id = ? AND activity_id = ? AND deleted_at IS NULL",
            (world, physician_id, activity_id),
        )
        return record_from(rows[0]) if rows else None

    def unsettled(self, world: int, since: datetime, accepted_until: datetime, limit: int) -> list[LearnerRecord]:
        """Live records to which something happens after `since`, accepted by `accepted_until`."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND settled_at > ? AND accepted_at <= ? "
            "AND deleted_at IS NULL ORDER BY number LIMIT ?",
            (world, to_micros(since), to_micros(accepted_until), limit),
        )
        return [record_from(row) for row in rows]

    def page(
        self,
        world: int,
        before: int,
        limit: int,
        physician_id: str | None = None,
        activity_id: int | None = None,
    ) -> list[LearnerRecord]:
        """Records with a number below `before`, newest first, of one physician or activity if asked."""
        wanted, values = ["world = ?", "number < ?"], [world, before]
        extra: list[str | int] = []
        if physician_id is not None:
            wanted.append("physician_id = ?")
            extra.append(physician_id)
        if activity_id is not None:
            wanted.append("activity_id = ?")
            extra.append(activity_id)
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE {' AND '.join(wanted)} ORDER BY number DESC LIMIT ?",
            (*values, *extra, limit),
        )
        return [record_from(row) for row in rows]

    def count(self, world: int) -> int:
        """How many live records there are."""
        rows = self._db.execute("SELECT COUNT(*) FROM learner_record WHERE world = ? AND deleted_at IS NULL", (world,))
        return int(rows[0][0])
