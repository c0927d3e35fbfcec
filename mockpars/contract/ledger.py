"""The dated ledger, contracts/ledger.yaml: what the real sandbox has confirmed or refuted, and when.

No run edits it. A run proposes a new one; somebody reads the proposal and commits it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from mockpars.contract.claims import Claim
from mockpars.contract.library import Library, read_yaml
from mockpars.contract.trouble import DataInvalid

_HEAD: Final = """\
# What ACCME's sandbox has confirmed or refuted of what we believe, per source and per rejection code, with dates.
# No run edits this file: `mockpars contract drift BEFORE AFTER --propose-ledger FILE` proposes a new one, for review.
# What is not listed was never reached.
"""
_WORDS: Final = ("confirmed", "refuted")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known about one source or code: the last dates, and the cases that refuted it."""

    confirmed: date | None = None
    refuted: date | None = None
    by: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What the latest date says."""
        if self.refuted and (not self.confirmed or self.refuted >= self.confirmed):
            return "refuted"
        return "confirmed" if self.confirmed else "never reached"


Ledger = Mapping[str, Mapping[str, Entry]]
"""`sources` and `codes`, each by id."""


def load(path: Path) -> Ledger:
    """Reads a ledger; a file that is not there is an empty one. Raises DataInvalid."""
    table = read_yaml(path) if path.exists() else {}
    table = table or {}
    if not isinstance(table, Mapping) or set(table) - {"sources", "codes"}:
        raise DataInvalid(f"{path} is no ledger: it holds sources and codes, nothing else.")
    return {group: {str(name): _entry(path, name, entry) for name, entry in (table.get(group) or {}).items()}
            for group in ("sources", "codes")}  # fmt: skip


def _entry(path: Path, name: object, entry: Any) -> Entry:
    if not isinstance(entry, Mapping) or set(entry) - {*_WORDS, "by"}:
        raise DataInvalid(f"{path}: {name} must hold confirmed, refuted and by, nothing else.")
    dates = {word: entry.get(word) for word in _WORDS}
    if any(value is not None and not isinstance(value, date) for value in dates.values()):
        raise DataInvalid(f"{path}: {name}: dates are written YYYY-MM-DD.")
    return Entry(dates["confirmed"], dates["refuted"], tuple(entry.get("by") or ()))


def propose(known: Ledger, sources: Iterable[Claim], codes: Iterable[Claim], day: date) -> str:
    """The text of a new ledger: what was known, and what a run of that day says."""
    lines = [_HEAD.rstrip()]
    for group, claims in (("sources", sources), ("codes", codes)):
        entries = dict(known.get(group, {}))
        for claim in claims:
            entries[claim.id] = _updated(entries.get(claim.id, Entry()), claim, day)
        reached = {name: entry for name, entry in entries.items() if entry.word != "never reached"}
        lines.append(f"{group}:" if reached else f"{group}: {{}}")
        lines += [f"  {_key(group, name)}: {_flow(entry)}" for name, entry in reached.items()]
    return "\n".join(lines) + "\n"


def _updated(entry: Entry, claim: Claim, day: date) -> Entry:
    if claim.word == "confirmed":
        return Entry(day, entry.refuted, ())
    if claim.word == "refuted":
        return Entry(entry.confirmed, day, claim.failed)
    return entry


def _key(group: str, name: str) -> str:
    return f'"{name}"' if group == "codes" else name


def _flow(entry: Entry) -> str:
    parts = [f"{word}: {value}" for word, value in zip(_WORDS, (entry.confirmed, entry.refuted), strict=True) if value]
    if entry.by:
        parts.append(f"by: [{', '.join(entry.by)}]")
    return "{" + ", ".join(parts) + "}"


def stale(known: Ledger, library: Library, codes: Iterable[int], days: int, today: date) -> list[str]:
    """The sources and codes that nothing has reached within so many days; a sentence each."""
    wanted = [("sources", name) for name, entry in library.sources.items() if _testable(entry)]
    wanted += [("codes", str(code)) for code in codes]
    found = []
    for group, name in wanted:
        entry = known.get(group, {}).get(name, Entry())
        latest = max((value for value in (entry.confirmed, entry.refuted) if value), default=None)
        what = f"Source {name}" if group == "sources" else f"Code {name}"
        if latest is None:
            found.append(f"{what} was never reached.")
        elif (today - latest).days > days:
            found.append(f"{what} was last {entry.word} on {latest}, {(today - latest).days} days ago.")
    return found


def _testable(entry: Mapping[str, Any]) -> bool:
    return entry.get("kind", "behaviour") == "behaviour" and not entry.get("untestable")
