"""Learner records: accepted completions with their planned deliveries."""

from __future__ import annotations

from datetime import datetime

from mockpars.domain.clock import format_date
from mockpars.domain.model import LearnerRecord
from mockpars.domain.timeline import settled_at
from mockpars.store.codec import record_from, record_text, to_micros
from mockpars.store.engine import Engine
from mockpars.store.schema import DAY

FIRST_NUMBER = 100000001
"""The first learner record of a sandbox; the number of a credit ID has nine digits (D16)."""

_COLUMNS = "number, activity_id, physician_id, completed_on, accepted_at, deleted_at, body"


class LearnerRecords:
    """The table `learner_record`."""

    def __init__(self, engine: Engine) -> None:
        self._db = engine
        self._generation = -1
        self._next_numbers: dict[int, int] = {}

    def add(self, world: int, record: LearnerRecord) -> int | None:
        """Stores a record and answers its number; None when this learner has a live one for this activity (304, L5)."""
        number = self._next_number(world)
        if not self._insert(world, number, record):
            return None
        self._next_numbers[world] = number + 1
        return number

    def _next_number(self, world: int) -> int:
        # Known for as long as nobody else can have added a record (`Engine.generation`).
        if self._generation != self._db.generation:
            self._generation = self._db.generation
            self._next_numbers.clear()
        return self._next_numbers.get(world) or max(self.newest(world) + 1, FIRST_NUMBER)

    def restore(self, world: int, record: LearnerRecord) -> bool:
        """Stores a record under the number it has; false when that is taken, or 304 would be its answer."""
        self._next_numbers.clear()
        return self._insert(world, record.number, record)

    def _insert(self, world: int, number: int, record: LearnerRecord) -> bool:
        inserted = self._db.count(
            "INSERT INTO learner_record (world, number, activity_id, physician_id, completed_on, accepted_at, "
            "settled_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                world,
                number,
                record.activity_id,
                record.physician_id,
                format_date(record.completed_on),
                to_micros(record.accepted_at),
                to_micros(settled_at(record.accepted_at, record.deliveries)),
                record_text(record),
            ),
        )
        return inserted == 1

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
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND settled_at / {DAY} >= ? AND settled_at > ? "
            "AND accepted_at <= ? AND deleted_at IS NULL ORDER BY number LIMIT ?",
            (world, to_micros(since) // DAY, to_micros(since), to_micros(accepted_until), limit),
        )
        return [record_from(row) for row in rows]

    def newest(self, world: int) -> int:
        """The number of the last record; 0 when there is none."""
        ((number,),) = self._db.execute("SELECT COALESCE(MAX(number), 0) FROM learner_record WHERE world = ?", (world,))
        return int(number)

    def after(self, world: int, number: int, since: datetime, limit: int) -> list[LearnerRecord]:
        """Records above `number` to which something happens from `since` on, deleted ones too, in order of number."""
        # The plus keeps SQLite from going by that index, through all that has settled since.
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND number > ? AND +settled_at >= ? "
            "ORDER BY number LIMIT ?",
            (world, number, to_micros(since), limit),
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
        if physician_id is not None:
            return self._page_of_physician(world, before, limit, physician_id, activity_id)
        wanted, values = _of_activity(activity_id)
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND number < ?{wanted} "
            "ORDER BY number DESC LIMIT ?",
            (world, before, *values, limit),
        )
        return [record_from(row) for row in rows]

    def _page_of_physician(
        self, world: int, before: int, limit: int, physician_id: str, activity_id: int | None
    ) -> list[LearnerRecord]:
        # A physician has few of the records. The live ones are found by asking each activity, the deleted ones in an
        # index of their own; a plus keeps SQLite from going through all records by their number instead.
        wanted, values = _of_activity(activity_id)
        alive = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND physician_id = ? AND deleted_at IS NULL "
            f"AND activity_id IN (SELECT id FROM activity WHERE world = ?) AND +number < ?{wanted} "
            "ORDER BY +number DESC LIMIT ?",
            (world, physician_id, world, before, *values, limit),
        )
        deleted = self._db.execute(
            f"SELECT {_COLUMNS} FROM learner_record WHERE world = ? AND physician_id = ? AND deleted_at IS NOT NULL "
            f"AND number < ?{wanted} ORDER BY number DESC LIMIT ?",
            (world, physician_id, before, *values, limit),
        )
        rows = sorted([*alive, *deleted], key=lambda row: int(row[0]), reverse=True)
        return [record_from(row) for row in rows[:limit]]

    def count(self, world: int) -> int:
        """How many live records there are."""
        # Numbers of activities are above 0: saying so sends SQLite to the index of live records, not through all rows.
        rows = self._db.execute(
            "SELECT COUNT(*) FROM learner_record WHERE world = ? AND activity_id > 0 AND deleted_at IS NULL", (world,)
        )
        return int(rows[0][0])


def _of_activity(activity_id: int | None) -> tuple[str, tuple[int, ...]]:
    """A condition on the activity, if one was asked for, and its values."""
    return ("", ()) if activity_id is None else (" AND activity_id = ?", (activity_id,))
