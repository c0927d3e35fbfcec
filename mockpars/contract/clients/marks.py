"""What a check says: marks, each for one exchange or exam; and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from mockpars.contract.library import read_yaml
from mockpars.contract.trouble import DataInvalid
from mockpars.resources import data_path

State = Literal["met", "broken", "never exercised"]
MET: Final = "met"
BROKEN: Final = "broken"
NEVER: Final = "never exercised"


@dataclass(frozen=True, slots=True)
class Mark:
    """An obligation kept or broken once; `why` is a sentence of evidence, `exchanges` the journal's numbers."""

    good: bool
    why: str
    exchanges: tuple[int, ...] = ()
    exam: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing a well-behaved client does."""

    id: str
    title: str
    sources: tuple[str, ...]
    why: str
    how: str = "both"
    must: bool = True
    go_live: bool = False


@dataclass(slots=True)
class Ruling:
    """What became of one obligation, or of one code."""

    subject: str
    title: str
    sources: tuple[str, ...] = ()
    why: str = ""
    go_live: bool = False
    marks: list[Mark] = field(default_factory=list)

    @property
    def state(self) -> State:
        """Broken once is broken; kept at least once is met."""
        if any(not mark.good for mark in self.marks):
            return BROKEN
        return MET if self.marks else NEVER

    @property
    def evidence(self) -> list[Mark]:
        """The marks that decided: the broken ones, or the first that was kept."""
        return [mark for mark in self.marks if not mark.good] or self.marks[:1]


def read_obligations(root: Path | None = None) -> dict[str, Obligation]:
    """The obligations of contracts/obligations.yaml, in its order. Raises DataInvalid."""
    return dict(_read((root or data_path("contracts")) / "obligations.yaml"))


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Obligation]:
    table = read_yaml(path)
    table = table.get("obligations", table) if isinstance(table, Mapping) else table
    if isinstance(table, list):
        table = {entry["id"]: entry for entry in table}
    if not isinstance(table, Mapping):
        raise DataInvalid(f"{path.name} is no mapping of obligations.")
    return {name: _obligation(name, entry) for name, entry in table.items()}


def _obligation(name: str, entry: Mapping[str, Any]) -> Obligation:
    source = entry.get("source", ())
    sources = (source,) if isinstance(source, str) else tuple(source)
    return Obligation(
        id=name,
        title=entry["title"],
        sources=sources,
        why=entry["why"],
        how=entry.get("how", "both"),
        must=entry.get("severity", "must") == "must",
        go_live=bool(entry.get("go_live")),
    )


def good(why: str, *exchanges: int) -> Mark:
    """Kept."""
    return Mark(True, why, exchanges)


def bad(why: str, *exchanges: int) -> Mark:
    """Broken."""
    return Mark(False, why, exchanges)


def rulings(obligations: Mapping[str, Obligation], marks: Iterable[tuple[str, Mark]]) -> dict[str, Ruling]:
    """One ruling per obligation, from marks by obligation. A mark for an unknown one is a KeyError: our own bug."""
    found = {
        name: Ruling(name, entry.title, entry.sources, entry.why, entry.go_live) for name, entry in obligations.items()
    }
    for name, mark in marks:
        found[name].marks.append(mark)
    return found
