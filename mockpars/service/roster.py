"""The physicians of the seed, in memory, and how to find them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from mockpars.domain.model import Physician
from mockpars.domain.scenario import find_scenario
from mockpars.store.codec import physician_from


class Roster:
    """Physicians by ID and by NPI. Every sandbox starts from the same ones, so they are shared and never change."""

    def __init__(self, physicians: Iterable[Physician]) -> None:
        self.physicians = tuple(physicians)
        self._by_id = {physician.id: physician for physician in self.physicians}
        self._by_npi: dict[str, list[Physician]] = {}
        for physician in self.physicians:
            self._by_npi.setdefault(physician.npi, []).append(physician)
        wishes = [find_scenario(physician.scenario) for physician in self.physicians if physician.scenario]
        self.has_faults = any(wish is not None and wish.kind.effect == "fault" for wish in wishes)

    def with_npi(self, npi: str) -> list[Physician]:
        """Those with that NPI; more than one where PARS holds somebody twice (D14)."""
        return self._by_npi.get(npi, [])

    def find(self, physician_id: str) -> Physician | None:
        """The one with that ID."""
        return self._by_id.get(physician_id)


def read_roster(seed: Path) -> Roster:
    """Reads physicians.json and personas.json; a persona's scenario becomes its physician's."""
    personas = orjson.loads((seed / "personas.json").read_bytes())["personas"]
    scenarios = {entry["physician"]: entry for entry in personas if entry.get("scenario")}
    bodies = orjson.loads((seed / "physicians.json").read_bytes())["physicians"]
    for body in bodies:
        entry = scenarios.get(body["id"])
        if entry is not None:
            body["scenario"], body["reason"] = entry["scenario"], entry.get("reason")
    return Roster(physician_from(body) for body in bodies)
