"""Exams made of scenario files, such as the studio saves: what QA once found is asked of every client from then on.

The files are those of `mockpars serve --scenarios` (seed/scenarios/README.md). An exam arms the entry in its sandbox
and expects of the client what PARS's answer calls for. The learner is the entry's, the activity the exam's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mockpars.contract.clients.exams import USUAL_LEARNER, Exam, Step, person
from mockpars.contract.library import read_yaml
from mockpars.contract.trouble import DataInvalid, UsageWrong

_KEPT: Final = ("scenario", "operation", "physician", "times", "reason")
"""What is armed of an entry. Its activity is the exam's own, and percent is left out: an exam does not throw dice."""
_SAVES: Final = "SaveLearnerActivity"
_STEPS: Final = (None, "SaveActivity", "LearnerMatchRequest", _SAVES)
_REJECTION: Final = re.compile(r"reject-(\d{3})")


@dataclass(frozen=True, slots=True)
class Found:
    """The exams of some files, and the entries that are none, a sentence each."""

    exams: tuple[Exam, ...]
    left_out: tuple[str, ...]


def read_findings(place: Path) -> Found:
    """The exams of a scenario file, or of all in a folder. Raises UsageWrong and DataInvalid."""
    files = sorted([*place.glob("*.yaml"), *place.glob("*.yml")]) if place.is_dir() else [place]
    if not files or not all(file.is_file() for file in files):
        raise UsageWrong(f"--scenarios {place} holds no scenario file.", "Name a YAML file, or a folder of them.")
    exams, left_out = [], []
    for name, entry in _entries(files):
        reason = _why_not(entry)
        if reason:
            left_out.append(f"{name} is no exam: {reason}.")
        else:
            exams.append(_exam(name, entry))
    names = [exam.id for exam in exams]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataInvalid(f"{place}: {', '.join(twice)} is there twice.", "Give the entries other names.")
    return Found(tuple(exams), tuple(left_out))


def _entries(files: list[Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in files:
        try:
            entries = read_yaml(file)
        except UnicodeDecodeError as error:
            raise DataInvalid(f"{file} is no text in UTF-8: {error.reason}.") from None
        if not isinstance(entries, list):
            raise DataInvalid(f"{file} is no list of scenarios.", "Write each as an entry that begins with '- '.")
        for number, entry in enumerate(entries, 1):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("scenario"), str):
                raise DataInvalid(f"{file}, entry {number}: an entry needs the key scenario.")
            plain = file.stem if len(entries) == 1 else f"{file.stem}-{number}"
            yield str(entry.get("name") or plain), entry


def _why_not(entry: Mapping[str, Any]) -> str:
    """Why nothing can be asked of a client about it; empty when something can."""
    if entry["scenario"].startswith("board-"):
        return "the event of an exam claims no board credit"
    if entry.get("operation") not in _STEPS:
        return f"a client need not call {entry['operation']} for a completion"
    return ""


def _exam(name: str, entry: Mapping[str, Any]) -> Exam:
    found = _REJECTION.fullmatch(entry["scenario"])
    code = int(found[1]) if found else 310 if entry["scenario"].startswith("state-reject") else None
    learner = str(entry.get("physician") or USUAL_LEARNER)
    person(learner)
    return Exam(
        id=name,
        title=str(entry.get("title") or entry["scenario"]),
        steps=tuple(_steps(entry["scenario"], entry.get("operation"), code)),
        learner=learner,
        registered=not _is_about_registering(entry.get("operation"), code),
        arm=({key: entry[key] for key in _KEPT if key in entry},),
        codes=() if code is None else (code,),
    )


def _is_about_registering(operation: str | None, code: int | None) -> bool:
    return operation == "SaveActivity" or (operation is None and code in range(101, 106))


def _steps(scenario: str, operation: str | None, code: int | None) -> Iterator[Step]:
    accepted = Step("completion", expect={"outcome": "Accepted", "saved": 1})
    if scenario.startswith("state-reject"):
        yield accepted
        yield Step(advance="overnight")
        yield Step(advance="P2D")
        yield Step("check-status", expect={"status": "Rejected", "codes": [310]})
    elif scenario.startswith("overnight-slow"):
        yield accepted
        yield Step(advance="overnight")
        yield Step("check-status", expect={"status": "Submitted"})
    elif code is not None:
        # A match answers a number, so a client that it stops may call that an error; nothing may be submitted.
        unmatched = operation == "LearnerMatchRequest" or (operation is None and code in (300, 301))
        early = unmatched or _is_about_registering(operation, code)
        wanted = ["Rejected", "Error"] if unmatched else "Rejected"
        yield Step("completion", expect={"outcome": wanted, "codes": [code], "saved": 0 if early else 1})
    else:
        yield Step("completion", expect={"outcome": ["Accepted", "Error"]})
