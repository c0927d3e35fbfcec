"""Finding the notices that fall due while the server runs, and giving each to the relay once.

A notice follows from a record's timeline, so nothing tells when its instant is passed. A round looks at what was
accepted since the last one, remembers the instants of refusals to come, and takes those that the sandbox's clock has
passed. It is made in the server's own thread, a bounded piece at a time.

A notice is noted in the store before it is handed over: after a restart, or with several replicas, it does not go out
twice, though a server that dies in that moment leaves it out. What was refused before relaying began is never relayed:
that is the first round ever made on a store; of sandboxes made later everything is.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mockpars.domain.clock import EARLIEST
from mockpars.domain.model import LearnerRecord
from mockpars.service.mailbox import Notice, notices_of
from mockpars.service.relay import Relay
from mockpars.service.roster import Roster
from mockpars.service.sandbox import Sandbox
from mockpars.store import Store
from mockpars.store.relayed import EVERY_WORLD
from mockpars.store.worlds import WorldRow

RECORDS_AT_ONCE: Final = 200
"""Records of a sandbox that one round looks at."""
SANDBOXES_AT_ONCE: Final = 50


@dataclass(slots=True)
class _Beat:
    """What is known of one world: since when it is relayed, how far it was looked at, the refusals to come."""

    since: datetime
    seen: int = 0
    due: list[tuple[datetime, int]] = field(default_factory=list)

    def remember(self, record: LearnerRecord) -> None:
        """Keeps the instants of a record's refusals."""
        for delivery in record.deliveries:
            if delivery.decided_at is not None and not delivery.approved and delivery.decided_at >= self.since:
                heapq.heappush(self.due, (delivery.decided_at, record.number))

    def passed(self, now: datetime) -> list[int]:
        """Numbers of the records with a refusal by now, each once."""
        found: dict[int, None] = {}
        while self.due and self.due[0][0] <= now:
            found[heapq.heappop(self.due)[1]] = None
        return list(found)


class MailRounds:
    """The rounds of one server."""

    def __init__(self, store: Store, roster: Roster, relay: Relay, wall: Callable[[], datetime]) -> None:
        self._store = store
        self._roster = roster
        self._relay = relay
        self._wall = wall
        self._beats: dict[int, _Beat] = {}
        self._turn = 0
        self._began: datetime | None = None

    def go(self) -> bool:
        """Makes a round; true when the next should follow soon, since there is more to look at. Raises StoreError."""
        if self._store.uncommitted:
            return True  # The changes of requests under way: their commit, and its failure, are theirs.
        if self._began is None:
            self._began = self._begin(EVERY_WORLD, self._wall())
        living = self._store.worlds.living()
        self._beats = {row.id: self._beats[row.id] for row in living if row.id in self._beats}
        self._take_changes()
        first = self._turn if self._turn < len(living) else 0
        chosen = living[first : first + SANDBOXES_AT_ONCE]
        self._turn = first + len(chosen)
        more = [self._look_at(row) for row in chosen]
        return any(more) or self._turn < len(living)

    def _take_changes(self) -> None:
        """Records on which somebody decided as the board."""
        changed = self._store.relayed.changed
        while changed:
            world, number = changed.popleft()
            beat = self._beats.get(world)
            record = self._store.records.find(world, number) if beat else None
            if beat and record and number <= beat.seen:
                beat.remember(record)

    def _look_at(self, row: WorldRow) -> bool:
        sandbox = Sandbox(self._store, row, self._roster, self._wall())
        beat = self._beats.get(row.id)
        if beat is None:
            beat = self._beats[row.id] = _Beat(self._since(row, sandbox.now))
        more = self._look_at_new(row.id, beat)
        for notice in self._claimed(sandbox, beat):
            self._relay.hand_over(notice.as_message(self._relay.sender, self._relay.recipient))
        return more

    def _since(self, row: WorldRow, now: datetime) -> datetime:
        if self._began is not None and row.born_at >= self._began:
            return EARLIEST
        return self._begin(row.id, now)

    def _begin(self, world: int, now: datetime) -> datetime:
        with self._store.transaction():
            began = self._store.relayed.began(world, now)
        self._store.commit()
        return began

    def _look_at_new(self, world: int, beat: _Beat) -> bool:
        newest = self._store.records.newest(world)
        if newest <= beat.seen:
            return False
        records = self._store.records.after(world, beat.seen, beat.since, RECORDS_AT_ONCE)
        for record in records:
            beat.remember(record)
        more = len(records) == RECORDS_AT_ONCE
        beat.seen = records[-1].number if more else newest
        return more

    def _claimed(self, sandbox: Sandbox, beat: _Beat) -> list[Notice]:
        """The notices that have come about and that nobody took before."""
        passed = beat.passed(sandbox.now)
        if not passed:
            return []
        world, store = sandbox.world.id, self._store
        records = [record for number in passed if (record := store.records.find(world, number))]
        notices = [notice for record in records for notice in notices_of(sandbox, record) if notice.at >= beat.since]
        with store.transaction():
            taken = [notice for notice in notices if store.relayed.claim(world, notice.id, notice.at)]
        store.commit()
        return taken
