"""The exams of contracts/exams.yaml: what each prepares, asks, and expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from mockpars.contract.library import read_yaml
from mockpars.contract.targets import people
from mockpars.contract.targets.base import Person
from mockpars.contract.trouble import DataInvalid
from mockpars.resources import data_path

USUAL_LEARNER = "james-holloway"
_KEYS = {"id", "title", "learner", "activity", "dates", "hours", "arm", "steps", "codes"}
_STEP_KEYS = {"event", "with", "learner", "again", "expect", "advance"}
_EXPECT_KEYS = {"outcome", "codes", "status", "saved", "sent", "completed", "amount"}


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the client, or a move of the sandbox's clock."""

    event: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    learner: str | None = None
    again: bool = False
    expect: Mapping[str, Any] = field(default_factory=dict)
    advance: str = ""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that are right."""
        wanted = self.expect.get("outcome", ())
        return (wanted,) if isinstance(wanted, str) else tuple(wanted)


@dataclass(frozen=True, slots=True)
class Exam:
    """One exam, in a sandbox of its own."""

    id: str
    title: str
    steps: tuple[Step, ...]
    learner: str = USUAL_LEARNER
    registered: bool = True
    dates: Mapping[str, str] = field(default_factory=dict)
    hours: str = "1.0"
    arm: tuple[Mapping[str, Any], ...] = ()
    codes: tuple[int, ...] = ()


def read_exams(root: Path | None = None) -> tuple[Exam, ...]:
    """All exams in their order. Raises DataInvalid."""
    return _read((root or data_path("contracts")) / "exams.yaml")


def person(name: str) -> Person:
    """A physician of the seed by persona, ID or NPI, or the first whose name contains a text. Raises DataInvalid."""
    for entry in people.seed():
        if name in (entry["persona"], entry["id"], entry["npi"]) or (
            entry["persona"] is None and name in f"{entry['first_name']} {entry['last_name']}"
        ):
            return people.person_of(entry)
    raise DataInvalid(f"Exams: nobody in the seed is {name!r}.")


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[Exam, ...]:
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise DataInvalid(f"{path.name} is no list of exams.")
    found = tuple(_exam(entry) for entry in entries)
    names = [exam.id for exam in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise DataInvalid(f"{path.name}: {', '.join(sorted(twice))} is there twice.")
    return found


def _exam(entry: Mapping[str, Any]) -> Exam:
    _check(entry, _KEYS, str(entry.get("id")))
    return Exam(
        id=entry["id"],
        title=entry["title"],
        steps=tuple(_step(step, entry["id"]) for step in entry["steps"]),
        learner=entry.get("learner", USUAL_LEARNER),
        registered=entry.get("activity", "registered") == "registered",
        dates=entry.get("dates", {}),
        hours=str(entry.get("hours", "1.0")),
        arm=tuple(entry.get("arm", ())),
        codes=tuple(entry.get("codes", ())),
    )


def _step(entry: Mapping[str, Any], exam: str) -> Step:
    _check(entry, _STEP_KEYS, exam)
    expect = entry.get("expect", {})
    _check(expect, _EXPECT_KEYS, exam)
    return Step(
        event=entry.get("event", ""),
        changes=entry.get("with", {}),
        learner=entry.get("learner"),
        again=bool(entry.get("again")),
        expect=expect,
        advance=entry.get("advance", ""),
    )


def _check(entry: Mapping[str, Any], known: set[str], exam: str) -> None:
    strange = set(entry) - known
    if strange:
        raise DataInvalid(
            f"exams.yaml: {exam}: {', '.join(sorted(strange))} is not known.", f"Known: {', '.join(sorted(known))}."
        )
