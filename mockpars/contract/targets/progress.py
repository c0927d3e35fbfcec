"""What a run on somebody else's service has done so far, on disk: cases that ended, records that it made there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mockpars.contract.results import CaseResult
from mockpars.contract.trouble import DataInvalid

FORMAT = "mockpars-progress/1"


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was, or may have been, saved: the message without credentials, to delete it by."""

    number: int
    case: str
    operation: str
    text: str


class Progress:
    """The state file. Without a path nothing is kept beyond this run. Raises DataInvalid for a file that is none."""

    def __init__(self, path: Path | None, where: str) -> None:
        self.path = path
        self.where = where
        self.finished: dict[str, dict[str, Any]] = {}
        self.made: list[Made] = []
        self._next = 1
        if path and path.exists():
            self._read(path)

    def finish(self, result: CaseResult) -> None:
        """Notes how a case ended, unless it should run again."""
        if result.status in ("pass", "fail"):
            kept = {"status": result.status, "problems": result.problems, "seconds": round(result.seconds, 3)}
            self.finished[result.case.id] = kept
            self._write()

    def note(self, case: str, operation: str, text: str) -> Made:
        """Notes what is about to be saved, before it is: a crash in between leaves a trace."""
        entry = Made(self._next, case, operation, text)
        self._next += 1
        self.made.append(entry)
        self._write()
        return entry

    def forget(self, entry: Made) -> None:
        """It was not saved after all, or is deleted."""
        self.made = [other for other in self.made if other.number != entry.number]
        self._write()

    def _read(self, path: Path) -> None:
        try:
            known: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataInvalid(f"{path} cannot be read: {error}") from None
        if known.get("format") != FORMAT:
            raise DataInvalid(f"{path} is no progress of a run.", "Give another --state file.")
        if known["where"] != self.where:
            raise DataInvalid(f"{path} belongs to {known['where']}, not to {self.where}.", "Give another --state file.")
        self.finished = dict(known["finished"])
        self.made = [Made(**entry) for entry in known["made"]]
        self._next = 1 + max((entry.number for entry in self.made), default=0)

    def _write(self) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = {
            "format": FORMAT,
            "where": self.where,
            "finished": self.finished,
            "made": [asdict(entry) for entry in self.made],
        }
        beside = self.path.with_name(f"{self.path.name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(whole, file, indent=1, ensure_ascii=False)
        beside.replace(self.path)
