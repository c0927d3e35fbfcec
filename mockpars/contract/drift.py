"""Comparing two runs, operation by operation: does the second still answer as the first did?

Each side is a JSON report (contract run --json) or a recording (contract run --record).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mockpars.contract.reading import Rules, read
from mockpars.contract.recording import FORMAT as RECORDING
from mockpars.contract.recording import Recording
from mockpars.contract.reports.structured import FORMAT as REPORT
from mockpars.contract.shapes import media, shape
from mockpars.contract.trouble import DataInvalid

_SAID: Final = ("outcome", "http", "codes", "match", "status", "fault")
_LEAST_SECONDS: Final = 0.25
ASPECTS: Final = (
    "outcome",
    "http",
    "codes",
    "match",
    "status",
    "fault",
    "media",
    "structure",
    "namespaces",
    "formats",
    "timing",
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: where it comes from, how its cases ended, what was answered by case, step and turn."""

    name: str
    kind: str
    date: str
    results: Mapping[str, str]
    answers: Mapping[tuple[str, str, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was. `cases` are those in which it showed."""

    operation: str
    aspect: str
    before: str
    after: str
    cases: tuple[str, ...]


def load_side(path: Path, rules: Rules) -> Side:
    """Reads a report or a recording. Raises DataInvalid."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline()) if path.suffix == ".jsonl" else None
            if head is None:
                file.seek(0)
                head = json.load(file)
    except (OSError, ValueError) as error:
        raise DataInvalid(f"{path} cannot be read: {error}") from None
    if head.get("format") == RECORDING:
        return _from_recording(Recording(path), rules)
    if head.get("format") == REPORT and "exchanges" in head:
        results = {item["id"]: item["status"] for item in head["items"]}
        return Side(head["target"], head["kind"], head["started"][:10], results, _numbered(head["exchanges"]))
    raise DataInvalid(f"{path} is neither a JSON report of contract run nor a recording.")


def _from_recording(recording: Recording, rules: Rules) -> Side:
    records = []
    for case, exchanges in recording.exchanges.items():
        for entry in exchanges:
            reading = read(entry["http"], entry["answer"].encode(), entry["operation"], rules)
            records.append(
                {
                    **{name: entry[name] for name in ("step", "operation", "http", "seconds")},
                    "case": case,
                    "outcome": reading.outcome,
                    "codes": list(reading.codes),
                    "match": reading.match,
                    "status": reading.status,
                    "fault": reading.fault,
                    "media": media(entry["headers"]),
                    "shape": shape(entry["answer"]),
                }
            )
    header = recording.header
    return Side(header["target"], header["kind"], header["recorded"][:10], recording.results, _numbered(records))


def _numbered(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    found: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    # Answers to what was sent at once come in any order.
    for record in sorted(records, key=lambda one: (str(one["outcome"]), one["codes"])):
        turn = 1
        while (record["case"], record["step"], turn) in found:
            turn += 1
        found[record["case"], record["step"], turn] = record
    return found


def differences(before: Side, after: Side, *, factor: float = 3.0) -> list[Difference]:
    """What differs in the answers that both sides hold. `factor` is how much slower counts as drift."""
    common = [key for key in before.answers if key in after.answers]
    seen: dict[tuple[str, str, str, str], list[str]] = {}

    def note(operation: str, aspect: str, old: object, new: object, case: str) -> None:
        seen.setdefault((operation, aspect, _show(old), _show(new)), []).append(case)

    for key in common:
        old, new = before.answers[key], after.answers[key]
        for aspect in (*_SAID, "media"):
            if old[aspect] != new[aspect]:
                note(old["operation"], aspect, old[aspect], new[aspect], key[0])
        _compare_shapes(old, new, note, key[0])
    found = [Difference(*words, tuple(dict.fromkeys(cases))) for words, cases in seen.items()]
    return sorted(
        [*found, *_timing(before, after, common, factor)], key=lambda one: (one.operation, ASPECTS.index(one.aspect))
    )


def _compare_shapes(old: Mapping[str, Any], new: Mapping[str, Any], note: Any, case: str) -> None:
    operation, one, other = old["operation"], old["shape"], new["shape"]
    if one["root"] != other["root"]:
        note(operation, "structure", f"<{one['root']}>", f"<{other['root']}>", case)
    if one["namespaces"] != other["namespaces"]:
        note(operation, "namespaces", one["namespaces"], other["namespaces"], case)
    gone = sorted(set(one["paths"]) - set(other["paths"]))
    come = sorted(set(other["paths"]) - set(one["paths"]))
    if (gone or come) and one["root"] == other["root"]:
        note(operation, "structure", gone or "nothing less", come or "nothing more", case)
    for path in sorted(set(one["paths"]) & set(other["paths"])):
        if one["paths"][path] != other["paths"][path] and _telling(one["paths"][path], other["paths"][path]):
            note(operation, "formats", f"{path}: {_show(one['paths'][path])}", _show(other["paths"][path]), case)


def _telling(one: list[str], other: list[str]) -> bool:
    """Words and texts differ by what they say; that is no change of format."""
    loose = {"word", "text"}
    return not (set(one) <= loose and set(other) <= loose)


def _timing(before: Side, after: Side, common: list[tuple[str, str, int]], factor: float) -> list[Difference]:
    times: dict[str, tuple[list[float], list[float]]] = {}
    for key in common:
        old, new = before.answers[key], after.answers[key]
        pair = times.setdefault(old["operation"], ([], []))
        pair[0].append(old["seconds"])
        pair[1].append(new["seconds"])
    found = []
    for operation, (olds, news) in times.items():
        was, now = statistics.median(olds), statistics.median(news)
        if now > was * factor and now - was > _LEAST_SECONDS:
            found.append(Difference(operation, "timing", f"{was:.2f} s", f"{now:.2f} s", ()))
    return found


def _show(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
