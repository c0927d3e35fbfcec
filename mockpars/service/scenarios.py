"""Which scenarios act on a request: asked for in its header, by a physician's data, or armed in the sandbox."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mockpars.domain.model import Physician
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, Effect, Scenario, find_scenario
from mockpars.errors import UnknownScenario
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenario_files import ScenarioFiles
from mockpars.store.armed import ArmedRow


@dataclass(slots=True)
class Subject:
    """What a request, or one record of it, is about: physicians known to PARS, and the IDs that were sent."""

    known: Sequence[Physician] = ()
    npis: Sequence[str] = ()
    activities: Sequence[str | None] = ()

    def names_physician(self, wanted: str) -> bool:
        """Whether a physician's ID, persona or NPI is among them."""
        return wanted in self.npis or any(wanted in (entry.id, entry.persona, entry.npi) for entry in self.known)


def read_scenario(name: str, reason: str | None = None) -> Scenario:
    """Reads a scenario's name. Raises UnknownScenario, which lists those that are known."""
    found = find_scenario(name, reason)
    if found is None:
        raise UnknownScenario(name, CATALOGUE_OF_SCENARIOS)
    return found


def read_wish(name: str, files: ScenarioFiles) -> ArmedRow:
    """Reads a name of the catalogue or of a file, as if it were armed. Raises UnknownScenario."""
    found = find_scenario(name)
    if found is not None:
        return ArmedRow(0, None, {"scenario": found.name})
    saved = files.named(name)
    if saved is None:
        raise UnknownScenario(name, files.names())
    return ArmedRow(0, saved.times, dict(saved.body))


@dataclass
class Scenarios:
    """The scenarios that may act on one request; each armed one is spent at most once by it."""

    sandbox: Sandbox
    operation: str
    asked: tuple[ArmedRow, ...] = ()
    _spent: set[int] = field(default_factory=set)
    _armed: list[ArmedRow] | None = None

    @property
    def may_break(self) -> bool:
        """Whether a fault can act on this request at all; if not, nobody need work out what it is about."""
        return bool(self.asked) or self.sandbox.world.armed or self.sandbox.has_faulty_physicians

    def forcing(self, about: Subject, codes: frozenset[int]) -> Scenario | None:
        """The first that forces one of the codes which the operation can answer; others wait for theirs."""
        return next(iter(self.acting_on(about, FORCES, codes)), None)

    def acting_on(
        self, about: Subject, effects: frozenset[Effect], codes: frozenset[int] | None = None
    ) -> list[Scenario]:
        """Those with one of `effects` that act on a record, the request's own wishes first."""
        found = [wish for row in self.asked if (wish := self._acting(row, about, effects, codes))]
        for physician in about.known:
            if physician.scenario:
                mine = read_scenario(physician.scenario, physician.reason)
                if mine.kind.effect in effects and (codes is None or mine.kind.code in codes):
                    found.append(mine)
        if self.sandbox.world.armed:
            found.extend(self._from_armed(about, effects, codes))
        return found

    def _from_armed(
        self, about: Subject, effects: frozenset[Effect], codes: frozenset[int] | None
    ) -> Iterable[Scenario]:
        if self._armed is None:
            self._armed = self.sandbox.store.armed.all(self.sandbox.world.id)
        for row in self._armed:
            wish = self._acting(row, about, effects, codes)
            if wish is not None:
                if row.id not in self._spent:
                    self._spent.add(row.id)
                    self.sandbox.store.armed.spend(self.sandbox.world.id, row.id)
                yield wish

    def _acting(
        self, row: ArmedRow, about: Subject, effects: frozenset[Effect], codes: frozenset[int] | None
    ) -> Scenario | None:
        wish = read_scenario(row.body["scenario"], row.body.get("reason"))
        if wish.kind.effect not in effects or (codes is not None and wish.kind.code not in codes):
            return None
        return wish if self._meant(row, about) and self._drawn(row) else None

    def _meant(self, row: ArmedRow, about: Subject) -> bool:
        wanted = row.body
        return (
            wanted.get("operation") in (None, self.operation)
            and (wanted.get("physician") is None or about.names_physician(wanted["physician"]))
            and (wanted.get("activity") is None or wanted["activity"] in self._activity_names(about))
        )

    def _activity_names(self, about: Subject) -> set[str]:
        """The IDs that were sent, and the other ID of each activity that they name."""
        names = {name for name in about.activities if name}
        for name in tuple(names):
            found = self.sandbox.activity(name, None) or self.sandbox.activity(None, name)
            if found is not None:
                names |= {str(found.id), found.provider_activity_id}
        return names

    def _drawn(self, row: ArmedRow) -> bool:
        percent = int(row.body.get("percent") or 100)
        seed = f"{self.sandbox.world.id}/{row.id}/{self.sandbox.exchange}"
        return zlib.crc32(seed.encode()) % 100 < percent


FORCES: frozenset[Effect] = frozenset({"reject"})
DECIDES: frozenset[Effect] = frozenset({"decide", "delay-delivery"})
BREAKS: frozenset[Effect] = frozenset({"fault"})
