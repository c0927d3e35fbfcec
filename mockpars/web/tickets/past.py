"""What a sandbox held when an exchange began, as far as the store and the journal can tell it now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mockpars.domain.model import LearnerRecord, record_number
from mockpars.service.sandbox import Sandbox, as_activity_id
from mockpars.wire.masked import activity_documents

_MOST_SCANNED = 1000
_NEWEST = 10**15


class Past:
    """A sandbox as exchange `row` found it."""

    def __init__(self, sandbox: Sandbox, row: Any) -> None:
        self._sandbox = sandbox
        self._row = row
        exchanges, world = sandbox.store.exchanges, sandbox.world.id
        self._later = exchanges.page(world, _NEWEST, _MOST_SCANNED, "SaveActivity", after=row.id - 1)

    def activity(self, ids: tuple[str | None, str | None]) -> tuple[str, str] | None:
        """The ID and the XML of an activity as it was registered then; None when there was none."""
        changed_since = [(row, *entry) for row in self._later for entry in _touching(row, ids)]
        if not changed_since:
            return self._as_stored(ids)
        for row in self._earlier():
            for number, entry in _touching(row, ids):
                return None if entry["action"] == "Delete" else self._as_sent(row, number, entry["activity_id"])
        # The journal does not reach back to its registration; what was first changed after it was there before.
        row, number, entry = changed_since[-1]
        return None if entry["action"] == "Add" else self._as_sent(row, number, entry["activity_id"])

    def _earlier(self) -> list[Any]:
        return self._sandbox.store.exchanges.page(self._sandbox.world.id, self._row.id, _MOST_SCANNED, "SaveActivity")

    def _as_stored(self, ids: tuple[str | None, str | None]) -> tuple[str, str] | None:
        found = self._sandbox.activity(*ids)
        if found is None:
            return None
        return str(found.id), self._sandbox.store.activities.document(self._sandbox.world.id, found.id)

    def _as_sent(self, row: Any, number: int, activity_id: str) -> tuple[str, str] | None:
        whole = self._sandbox.store.exchanges.find(self._sandbox.world.id, row.id)
        documents = activity_documents(whole.request or "") if whole else []
        if number < len(documents):
            return activity_id, documents[number][1]
        return self._as_stored((activity_id, None))

    def record(self, credit_id: str) -> LearnerRecord | None:
        """The learner record of that credit ID, if it was on file before the exchange."""
        number = record_number(credit_id)
        found = None if number is None else self._sandbox.store.records.find(self._sandbox.world.id, number)
        if found is None or found.journal_id == self._row.id:
            return None
        return replace(found, deleted_at=None)

    def records_of(self, physician_id: str, activity: str | None) -> Iterator[LearnerRecord]:
        """The learner records of a physician that were on file before the exchange, deleted ones left out."""
        store, world = self._sandbox.store, self._sandbox.world.id
        wanted = as_activity_id(activity) if activity else None
        for found in store.records.page(world, _NEWEST, _MOST_SCANNED, physician_id, wanted):
            gone = found.deleted_at is not None and found.deleted_at <= self._row.at
            if not gone and (found.journal_id or 0) < self._row.id:
                yield replace(found, deleted_at=None)


def _touching(row: Any, ids: tuple[str | None, str | None]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The accepted activities of a SaveActivity exchange that are meant by these IDs, last first, with their place."""
    records = list(enumerate(row.body.get("records", ())))
    for number, entry in reversed(records):
        same = ids[0] is not None and entry.get("activity_id") == ids[0]
        same = same or (ids[1] is not None and entry.get("provider_activity_id") == ids[1])
        if entry.get("result") == "Accepted" and same:
            yield number, entry
