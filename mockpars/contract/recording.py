"""Recordings of runs: JSON lines, scrubbed as they are written; and a target that answers from one.

The first line says what was recorded; then a line per exchange and, as each case ends, one with its result.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mockpars.contract.results import CaseResult, Exchange
from mockpars.contract.scrub import Scrubber
from mockpars.contract.targets.base import Session
from mockpars.contract.trouble import DataInvalid

FORMAT: Final = "mockpars-recording/1"


class Recorder:
    """Writes a recording; use it as a context manager. Whatever the target, identities are taken out too."""

    def __init__(self, place: Path, target: str, kind: str, run: str) -> None:
        started = datetime.now(UTC)
        if place.is_dir() or not place.suffix:
            place = place / f"{kind}-{started:%Y%m%dT%H%M%SZ}.jsonl"
        place.parent.mkdir(parents=True, exist_ok=True)
        self.path = place
        self._file = place.open("w", encoding="utf-8")
        self._lock = threading.Lock()
        header = {"target": target, "kind": kind, "run": run, "recorded": started.isoformat(timespec="seconds")}
        self._write({"format": FORMAT, **header})

    def exchange(self, session: Session, exchange: Exchange, number: int, cast: Mapping[str, Any]) -> None:
        """Keeps one exchange. `cast` holds the people of the case by role."""
        account = session.account
        scrubber = Scrubber([account.password, account.user], cast, account.provider_id)
        kept = asdict(exchange)
        for name in ("url", "request", "answer"):
            kept[name] = scrubber.text(kept[name])
        for name in ("request_headers", "headers"):
            kept[name] = scrubber.headers(kept[name])
        self._write({"number": number, "now": session.now.isoformat(), "mark": session.mark, **kept})

    def result(self, result: CaseResult) -> None:
        """Keeps how a case ended."""
        self._write({"case": result.case.id, "result": result.status, "reason": result.reason})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps(entry, ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()


class Recording:
    """A recording that was read. Raises DataInvalid for a file that is none."""

    def __init__(self, path: Path) -> None:
        try:
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, ValueError) as error:
            raise DataInvalid(f"{path} cannot be read as a recording: {error}") from None
        if not lines or lines[0].get("format") != FORMAT:
            raise DataInvalid(f"{path} is no recording of mockpars.", "Make one with contract run --record FILE.")
        self.header: Mapping[str, Any] = lines[0]
        self.results: dict[str, str] = {line["case"]: line["result"] for line in lines[1:] if "result" in line}
        self.reasons: dict[str, str] = {line["case"]: line["reason"] for line in lines[1:] if "result" in line}
        self.exchanges: dict[str, list[Mapping[str, Any]]] = {}
        for line in lines[1:]:
            if "operation" in line:
                self.exchanges.setdefault(line["case"], []).append(line)
