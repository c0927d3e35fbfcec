"""What a run found: per case a status, the problems, what was sent and answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from mockpars.contract.library import Case
from mockpars.contract.reading import Reading

Status = Literal["pass", "fail", "error", "skip", "omit"]
STATUSES: Final[tuple[Status, ...]] = ("pass", "fail", "error", "skip", "omit")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, already scrubbed of credentials; `problem` where there was no answer."""

    case: str
    step: str
    operation: str
    method: str
    url: str
    request_headers: Mapping[str, str]
    request: str
    http: int
    headers: Mapping[str, str]
    answer: str
    seconds: float
    problem: str = ""


@dataclass(slots=True)
class CaseResult:
    """How a case ended. `reason` says why it was omitted or skipped, or what the error was."""

    case: Case
    status: Status
    reason: str = ""
    problems: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Run:
    """One run of the suite over one target."""

    target: str
    kind: str
    run: str
    started: datetime
    seconds: float = 0.0
    results: list[CaseResult] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    stopped: str = ""

    def counts(self) -> dict[Status, int]:
        """How many cases ended in each status."""
        return {status: sum(result.status == status for result in self.results) for status in STATUSES}

    @property
    def good(self) -> bool:
        """Whether nothing failed, nothing erred, and the coverage gates hold."""
        counts = self.counts()
        return not (counts["fail"] or counts["error"] or self.gates or self.stopped)
