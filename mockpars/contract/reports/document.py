"""What a report says, whatever its form: a headline, counts, items with evidence, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["good", "bad", "none"]
"""How a status reads: as it should be, not as it should be, nothing learnt."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something sent and what came back, without credentials."""

    title: str
    sent: str
    answered: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was judged: a case, an obligation, an exam. `group` gathers items, such as a file of cases."""

    id: str
    title: str
    status: str
    group: str = ""
    reason: str = ""
    problems: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    seconds: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; `kinds` says per row how its status reads, where that makes sense."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[Kind, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `statuses` gives each status its kind, in the order to show them; `facts` are label and value."""

    title: str
    headline: str
    good: bool
    statuses: Mapping[str, Kind]
    items: Sequence[Item]
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    warnings: tuple[str, ...] = ()
    item_word: str = "case"
    seconds: float = 0.0
    extra: Mapping[str, object] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """How many items ended in a status."""
        return sum(item.status == status for item in self.items)

    def counts(self) -> dict[str, int]:
        """How many items ended in each status."""
        return {status: self.count(status) for status in self.statuses}

    def of_kind(self, kind: Kind) -> list[Item]:
        """The items whose status reads so."""
        return [item for item in self.items if self.statuses.get(item.status, "bad") == kind]
