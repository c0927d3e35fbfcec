"""Scenarios in files: those shipped in seed/scenarios, and a team's own directory (see seed/scenarios/README.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, find_scenario
from mockpars.errors import SettingsError
from mockpars.immutable import immutable

FIELDS = ("operation", "physician", "activity", "percent", "reason")
"""What limits an armed scenario, beside how often it acts."""
_KEYS = {"scenario": str, "name": str, "title": str, "operation": str, "physician": str, "activity": str,
         "times": int, "percent": int, "reason": str, "armed": bool}  # fmt: skip


@immutable
class SavedScenario:
    """An entry of a file: `body` is what an armed scenario keeps."""

    body: dict[str, Any]
    name: str | None
    title: str
    times: int | None
    armed: bool
    file: str


@dataclass(slots=True)
class ScenarioFiles:
    """The shipped files, read when a name is first asked for, and the team's own, read at start."""

    shipped: Path
    own: Path | None = None
    _shipped: list[SavedScenario] | None = field(default=None)
    _own: list[SavedScenario] = field(default_factory=list)

    def read_own(self) -> list[SavedScenario]:
        """Reads the team's own directory. Raises SettingsError, which says what is wrong in which file."""
        if self.own is not None:
            if not self.own.is_dir():
                raise SettingsError(f"--scenarios {self.own} is no directory.", "Name one that holds YAML files.")
            self._own = _read(self.own)
        return self._own

    def all(self) -> list[SavedScenario]:
        """Every entry, the team's own first."""
        if self._shipped is None:
            self._shipped = _read(self.shipped)
        return [*self._own, *self._shipped]

    def named(self, name: str) -> SavedScenario | None:
        """The entry of that name; a team's own wins over a shipped one."""
        return next((entry for entry in self.all() if entry.name == name), None)

    def names(self) -> list[str]:
        """Every name that may be asked for, those of the catalogue first."""
        return [*CATALOGUE_OF_SCENARIOS, *(entry.name for entry in self.all() if entry.name)]


def _read(folder: Path) -> list[SavedScenario]:
    import yaml  # here, since most servers never read a file

    found = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be read as YAML: {error}", "Mend it, or take it away.") from None
        if not isinstance(entries, list):
            raise SettingsError(f"{path} is no list of scenarios.", "Write each as an entry that begins with '- '.")
        found += [_entry(path, number, entry) for number, entry in enumerate(entries, 1)]
    return found


def _entry(path: Path, number: int, entry: object) -> SavedScenario:
    where = f"{path}, entry {number}"
    fix = "See seed/scenarios/README.md."
    if not isinstance(entry, dict) or "scenario" not in entry:
        raise SettingsError(f"{where}: an entry needs the key scenario.", fix)
    for key, value in entry.items():
        if key not in _KEYS:
            raise SettingsError(f"{where}: {key!r} is unknown; known are {', '.join(_KEYS)}.", fix)
        if type(value) is not _KEYS[key]:
            raise SettingsError(f"{where}: {key} is {value!r}; a value of type {_KEYS[key].__name__} is wanted.", fix)
    kind = find_scenario(entry["scenario"], entry.get("reason"))
    if kind is None:
        known = ", ".join(CATALOGUE_OF_SCENARIOS)
        raise SettingsError(f"{where}: there is no scenario {entry['scenario']!r}.", f"Known: {known}.")
    if not 1 <= entry.get("percent", 100) <= 100 or entry.get("times", 1) < 1:
        raise SettingsError(f"{where}: percent goes from 1 to 100, and times from 1.", fix)
    if entry.get("name") in CATALOGUE_OF_SCENARIOS:
        raise SettingsError(f"{where}: {entry['name']!r} is a name of the catalogue.", "Choose another.")
    body = {"scenario": kind.name, **{key: entry[key] for key in FIELDS if key in entry}}
    armed = entry.get("armed", "name" not in entry)
    return SavedScenario(body, entry.get("name"), entry.get("title", ""), entry.get("times"), armed, path.name)
