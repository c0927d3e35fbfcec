"""Which scenarios act on a request: asked for in its header, by a physician's data, or armed in the sandbox."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from mockpars.domain.model import Physician
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, Effect, Scenario, find_scenario
from mockpars.errors import UnknownScenario
from mockpars.service.sandbox import Sandbox
from mockpars.store.armed import ArmedRow


@dataclass(frozen=True, slots=True)
class Subject:
    """What one record of a request is about, by every ID it is known by."""

    physicians: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    known: tuple[Physician, ...] = ()


def subject(physicians: Iterable[Physician] = (), npi: str | None = None, *activities: str | None) -> Subject:
    """Gathers the IDs of physicians and activities that a record names."""
    known = tuple(physicians)
    names = {entry.id for entry in known} | {entry.persona for entry in known if entry.persona}
    return Subject(
        frozenset(names | ({npi} if npi else set())), frozenset(entry for entry in activities if entry), known
    )


def read_scenario(name: str, reason: str | None = None) -> Scenario:
    """Reads a scenario's name. Raises UnknownScenario, which lists those that are known."""
    found = find_scenario(name, reason)
    if found is None:
        raise UnknownScenario(name, CATALOGUE_OF_SCENARIOS)
    return found


@dataclass
class Scenarios:
    """The scenarios that may act on one request; each armed one is spent at most once by it."""

    sandbox: Sandbox
    operation: str
    asked: tuple[Scenario, ...] = ()
    _spent: set[int] = field(default_factory=set)
    _armed: list[ArmedRow] | None = None

    def acting_on(self, about: Subject, effects: frozenset[Effect]) -> list[Scenario]:
        """Those with one of `effects` that act on a record, the request's own wishes first."""
        found = [entry for entry in self.asked if entry.kind.effect in effects]
        for physician in about.known:
            if physician.scenario:
                mine = read_scenario(physician.scenario, physician.reason)
                if mine.kind.effect in effects:
                    found.append(mine)
        if self.sandbox.world.armed:
            found.extend(self._from_armed(about, effects))
        return found

    def _from_armed(self, about: Subject, effects: frozenset[Effect]) -> Iterable[Scenario]:
        if self._armed is None:
            self._armed = self.sandbox.store.armed.all(self.sandbox.world.id)
        for row in self._armed:
            entry = read_scenario(row.body["scenario"], row.body.get("reason"))
            if entry.kind.effect in effects and self._meant(row, about) and self._drawn(row):
                if row.id not in self._spent:
                    self._spent.add(row.id)
                    self.sandbox.store.armed.spend(self.sandbox.world.id, row.id)
                yield entry

    def _meant(self, row: ArmedRow, about: Subject) -> bool:
        wanted = row.body
        return (
            wanted.get("operation") in (None, self.operation)
            and (wanted.get("physician") is None or wanted["physician"] in about.physicians)
            and (wanted.get("activity") is None or wanted["activity"] in about.activities)
        )

    def _drawn(self, row: ArmedRow) -> bool:
        percent = int(row.body.get("percent") or 100)
        world = self.sandbox.world
        return zlib.crc32(f"{world.id}/{row.id}/{world.exchange}".encode()) % 100 < percent


FORCES: frozenset[Effect] = frozenset({"reject"})
DECIDES: frozenset[Effect] = frozenset({"decide", "delay-delivery"})
BREAKS: frozenset[Effect] = frozenset({"fault"})
