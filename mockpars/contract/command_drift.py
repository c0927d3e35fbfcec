"""`contract drift` and `contract ledger`."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, date, datetime
from pathlib import Path

from mockpars.contract import badge, drift_report
from mockpars.contract import ledger as ledgers
from mockpars.contract.claims import by_code, by_source
from mockpars.contract.commands import DRIFT, GOOD, STALE
from mockpars.contract.coverage import CODES
from mockpars.contract.drift import Side, differences, load_side
from mockpars.contract.library import SANDBOX, Library
from mockpars.contract.reading import Rules
from mockpars.contract.trouble import UsageWrong
from mockpars.contract.writing import write_reports


def drift(given: Namespace) -> int:
    """Compares two runs, reports, and proposes a ledger where asked."""
    library = Library(given.data)
    rules = Rules.load(library.root, given.extraction)
    before, after = (load_side(path, rules) for path in (given.before, given.after))
    found = differences(before, after, factor=given.factor)
    document = drift_report.document(before, after, found)
    write_reports(document, given)
    if given.badge:
        message = "none" if document.good else f"{len(found)} differences" if found else "nothing compared"
        badge.write(given.badge, "PARS drift", message, good=document.good)
    if given.propose_ledger:
        _propose(given, library, after)
    return GOOD if document.good else DRIFT


def _propose(given: Namespace, library: Library, side: Side) -> None:
    if side.kind != SANDBOX:
        raise UsageWrong(
            f"{given.after} is a run over {side.name}, which says nothing about PARS.",
            "The ledger holds what the real sandbox has confirmed: give a run over it.",
        )
    place = _ledger_path(given, library)
    if given.propose_ledger.resolve() == place.resolve():
        raise UsageWrong("A run does not edit the ledger.", "Propose to another file, read it, and copy it over.")
    ended = [(library.cases[name], status) for name, status in side.results.items() if name in library.cases]
    text = ledgers.propose(
        ledgers.load(place), by_source(library, ended), by_code(CODES, ended), date.fromisoformat(side.date)
    )
    given.propose_ledger.write_text(text, encoding="utf-8")
    print(f"Proposed a ledger in {given.propose_ledger}: read it, then copy it over {place.name}.")


def ledger(given: Namespace) -> int:
    """Shows the ledger, and what is stale in it."""
    library = Library(given.data)
    known = ledgers.load(_ledger_path(given, library))
    for group, entries in known.items():
        for name, entry in entries.items():
            by = f" by {', '.join(entry.by)}" if entry.by and entry.word == "refuted" else ""
            day = entry.refuted if entry.word == "refuted" else entry.confirmed
            print(f"{group[:-1]} {name}: {entry.word} on {day}{by}")
    if given.stale_after is None:
        return GOOD
    stale = ledgers.stale(known, library, CODES, given.stale_after, datetime.now(UTC).date())
    for line in stale:
        print(line)
    print(f"{len(stale)} stale after {given.stale_after} days.")
    if given.badge:
        message = f"{len(stale)} stale" if stale else "fresh"
        badge.write(given.badge, "PARS sandbox checks", message, good=not stale)
    return STALE if stale else GOOD


def _ledger_path(given: Namespace, library: Library) -> Path:
    path: Path = given.ledger or library.root / "ledger.yaml"
    return path
