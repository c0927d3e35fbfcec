"""The learner search of PARS's own pages, with its columns (L18); bounded, so that a page opens at any size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain

from mockpars.domain.model import Activity, LearnerRecord, Physician, Status
from mockpars.domain.names import fold
from mockpars.domain.results import LearnerStatus
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox, as_activity_id
from mockpars.service.statuses import standing
from mockpars.store.learner_records import FIRST_NUMBER

MOST_LOOKED_AT = 1_500
"""Records looked at for one page; the next page goes on from there."""
_CHUNK = 500
_SLICE = 100
"""Records of one slice of a download; they take some 6 ms, for which others wait."""
_ABOVE_ALL = 10**18
DELETED = "Deleted"

COLUMNS = (
    "Board", "Name", "DOB", "Learner ID", "Activity", "Activity ID", "Completion", "Submission", "Credits Awarded",
    "Status", "Credit ID",
)  # fmt: skip
"""The columns of L18, with both IDs in columns of their own (D35)."""


@immutable
class LearnerQuery:
    """What is looked for; None is no wish. `learner` is part of a name, or an NPI or physician ID."""

    learner: str | None = None
    activity: str | None = None
    board: str | None = None
    status: str | None = None
    completed_from: date | None = None
    completed_to: date | None = None


@immutable
class LearnerRow:
    """A line of the search: a record, who, what, and where it stands."""

    record: LearnerRecord
    physician: Physician | None
    activity: Activity | None
    standing: LearnerStatus

    @property
    def status(self) -> str:
        """The record's status, or that it was deleted."""
        return DELETED if self.record.deleted_at else str(self.standing.reached.status)

    @property
    def boards(self) -> str:
        """The boards and states it goes to."""
        return ", ".join(entry.destination for entry in self.record.deliveries)

    @property
    def credits(self) -> str:
        """The credits as they were claimed, each board's with its name."""
        return ", ".join(f"{entry.amount} {entry.board or 'AMA PRA 1'}" for entry in self.record.credits)

    def cells(self) -> tuple[str, ...]:
        """The values of `COLUMNS`."""
        who, what = self.physician, self.activity
        return (
            self.boards,
            who.name if who else "",
            who.date_of_birth.isoformat() if who else "",
            who.npi if who else "",
            what.title if what else "",
            str(self.record.activity_id),
            self.record.completed_on.isoformat(),
            f"{self.record.accepted_at:%Y-%m-%dT%H:%M:%SZ}",
            self.credits,
            self.status,
            self.record.credit_id,
        )


@immutable
class LearnerPage:
    """Some rows, and the record number before which the search goes on (None: there are no more)."""

    rows: tuple[LearnerRow, ...]
    following: int | None


def search(sandbox: Sandbox, query: LearnerQuery, before: int | None = None, limit: int = 50) -> LearnerPage:
    """The next rows that fit, newest first; fewer than `limit` when few of those looked at fit."""
    rows: list[LearnerRow] = []
    seen, last = 0, _ABOVE_ALL
    finder = _Finder(sandbox, query)
    for record in chain.from_iterable(_pages(sandbox, finder, before or _ABOVE_ALL, _CHUNK)):
        if len(rows) == limit or seen == MOST_LOOKED_AT:
            return LearnerPage(tuple(rows), last)
        seen, last = seen + 1, record.number
        row = finder.row_of(record)
        if row is not None:
            rows.append(row)
    return LearnerPage(tuple(rows), None)


def chunks(sandbox: Sandbox, query: LearnerQuery) -> Iterator[list[LearnerRow]]:
    """All rows that fit, newest first, in slices that are quickly made: what few of them fit are few rows or none."""
    finder = _Finder(sandbox, query)
    for records in _pages(sandbox, finder, _ABOVE_ALL, _SLICE):
        yield [row for record in records if (row := finder.row_of(record)) is not None]


def accepted(sandbox: Sandbox) -> int:
    """How many records were ever accepted, deleted ones included; numbers count up, so nothing need be counted."""
    newest = sandbox.store.records.page(sandbox.world.id, _ABOVE_ALL, 1)
    return newest[0].number - FIRST_NUMBER + 1 if newest else 0


def row_of(sandbox: Sandbox, record: LearnerRecord) -> LearnerRow:
    """The line of one record."""
    activity = sandbox.store.activities.find(sandbox.world.id, record.activity_id)
    return LearnerRow(record, sandbox.physician(record.physician_id), activity, standing(record, sandbox.now))


class _Finder:
    """Tells which records fit, and remembers physicians and activities it has looked up."""

    def __init__(self, sandbox: Sandbox, query: LearnerQuery) -> None:
        self._sandbox, self._query = sandbox, query
        self._activities: dict[int, Activity | None] = {}
        self.physicians = None if query.learner is None else _learners(sandbox, query.learner)
        self.activity_id = self._find_activity(query.activity)
        self.hopeless = self.physicians == {} or (query.activity is not None and self.activity_id is None)

    def _find_activity(self, name: str | None) -> int | None:
        if name is None:
            return None
        found = self._sandbox.activity(name, None) or self._sandbox.activity(None, name)
        return found.id if found else as_activity_id(name)

    def row_of(self, record: LearnerRecord) -> LearnerRow | None:
        query = self._query
        if self.physicians is not None and record.physician_id not in self.physicians:
            return None
        if query.completed_from is not None and record.completed_on < query.completed_from:
            return None
        if query.completed_to is not None and record.completed_on > query.completed_to:
            return None
        if query.board is not None and query.board not in {entry.destination for entry in record.deliveries}:
            return None
        where = standing(record, self._sandbox.now)
        row = LearnerRow(record, self._physician(record), self._activity(record.activity_id), where)
        return row if query.status in (None, row.status) else None

    def _physician(self, record: LearnerRecord) -> Physician | None:
        if self.physicians is not None:
            return self.physicians[record.physician_id]
        return self._sandbox.physician(record.physician_id)

    def _activity(self, number: int) -> Activity | None:
        if number not in self._activities:
            self._activities[number] = self._sandbox.store.activities.find(self._sandbox.world.id, number)
        return self._activities[number]


def _learners(sandbox: Sandbox, text: str) -> dict[str, Physician]:
    folded = fold(text)
    return {
        entry.id: entry
        for entry in sandbox.physicians()
        if folded in fold(entry.name) or text in (entry.npi, entry.id, entry.persona)
    }


def _pages(sandbox: Sandbox, finder: _Finder, before: int, size: int) -> Iterator[list[LearnerRecord]]:
    """The records among which the rows are, newest first, so many at a time."""
    if finder.hopeless:
        return
    only = next(iter(finder.physicians)) if finder.physicians is not None and len(finder.physicians) == 1 else None
    position = before
    while True:
        page = sandbox.store.records.page(sandbox.world.id, position, size, only, finder.activity_id)
        yield page
        if len(page) < size:
            return
        position = page[-1].number


STATUSES: tuple[str, ...] = (*(str(status) for status in Status), DELETED)
"""What a search can be narrowed to."""
