"""One sandbox during one request: its world, its clock's present, and the facts a use case asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mockpars.domain.model import Activity, LearnerIdentity, Physician
from mockpars.domain.nearest import matches
from mockpars.service.roster import Roster
from mockpars.store.store import Store
from mockpars.store.worlds import WorldRow


class Sandbox:
    """A living world with the store behind it, at one instant; `exchange` is the number of the present one."""

    def __init__(self, store: Store, world: WorldRow, roster: Roster, wall: datetime, exchange: int = 0) -> None:
        self.store = store
        self.world = world
        self.wall = wall
        self.exchange = exchange
        self.now = world.clock.now(wall)
        self._roster = roster

    @property
    def has_faulty_physicians(self) -> bool:
        """Whether a physician's own data may ask for a gateway failure; those of the seed do not."""
        return self.world.own_physicians or self._roster.has_faults

    def with_npi(self, npi: str) -> list[Physician]:
        """Physicians of the seed, and of this sandbox alone, with that NPI."""
        found = self._roster.with_npi(npi)
        if self.world.own_physicians:
            return found + self.store.physicians.with_npi(self.world.id, npi)
        return found

    def matching(self, identity: LearnerIdentity) -> list[Physician]:
        """The records of PARS that are this learner (L3)."""
        return [physician for physician in self.with_npi(identity.npi) if matches(identity, physician)]

    def physician(self, physician_id: str) -> Physician | None:
        """The physician with that ID (of the seed, or added to this sandbox)."""
        found = self._roster.find(physician_id)
        if found is None and self.world.own_physicians:
            return self.store.physicians.find(self.world.id, physician_id)
        return found

    def physicians(self) -> Iterator[Physician]:
        """All physicians of this sandbox, those of the seed first."""
        yield from self._roster.physicians
        if self.world.own_physicians:
            yield from self.store.physicians.all(self.world.id)

    def activity(self, activity_id: str | None, provider_activity_id: str | None) -> Activity | None:
        """The activity both IDs name; either may be left out (D15)."""
        world = self.world.id
        if activity_id is None:
            if not provider_activity_id:
                return None
            return self.store.activities.find_by_provider(world, provider_activity_id)
        number = as_activity_id(activity_id)
        found = None if number is None else self.store.activities.find(world, number)
        if found is None or provider_activity_id in (None, "", found.provider_activity_id):
            return found
        return None


def as_activity_id(text: str) -> int | None:
    """Reads an ACCME Activity ID; None when it cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def name_activity(activity_id: str | None, provider_activity_id: str | None) -> str:
    """How a message names the activity that was meant."""
    if activity_id and provider_activity_id:
        return f"{activity_id} that is also {provider_activity_id!r}"
    return activity_id or (repr(provider_activity_id) if provider_activity_id else "(none was named)")
