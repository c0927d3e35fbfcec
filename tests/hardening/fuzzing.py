"""Fuzzed requests sent to a server, and what became of them: statuses, failures, slowness, memory."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from mockpars.wire.schemas import Schemas
from tests.hardening.line import Line, Told
from tests.hardening.mutations import Fuzzer, Request
from tests.hardening.process import memory

_AT_ONCE = 16
_CODE = re.compile(rb"<Code>(\w{1,20})</Code>")


@dataclass
class Outcome:
    """What a run of fuzzed requests gave; times in seconds, memory in MiB."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)

    def judge(self, request: Request, told: Told | OSError, judge: Schemas) -> None:
        """Counts one answer; a 5xx, a hang, a hang-up or an answer that its schema does not know is a failure."""
        self.sent += 1
        if isinstance(told, OSError):
            self.failures.append(f"{told!r} for {request!r}"[:3000])
            return
        self.statuses[told.status] += 1
        self.codes.update(code.decode() for code in _CODE.findall(told.body))
        self.slowest = max(self.slowest, told.seconds)
        problem = f"status {told.status}" if told.status >= 500 else _flaw(told, judge)
        if problem:
            self.failures.append(f"{problem} for {request!r}: {told.body!r}"[:3000])


def _flaw(told: Told, judge: Schemas) -> str:
    try:
        found = judge.validate_response(etree.fromstring(told.body))
    except etree.XMLSyntaxError as error:
        return f"an answer that is not XML ({error})"
    return f"an answer that its schema does not know ({found})" if found else ""


def fuzz(base: str, pid: int, seed: str, count: int, *, limit: float = 20.0, samples: int = 20) -> Outcome:
    """Sends so many requests of a seed, sixteen at a time; `limit` is the longest an answer may take."""
    fuzzer, outcome, judge = Fuzzer(seed), Outcome(), Schemas()
    lines = [Line(base, limit) for _ in range(_AT_ONCE)]
    started = time.perf_counter()
    step = max(count // samples, 1)
    while outcome.sent < count:
        if outcome.sent // step >= len(outcome.memory):
            outcome.memory.append(memory(pid))
        batch = [fuzzer.next() for _ in range(min(_AT_ONCE, count - outcome.sent))]
        for request, told in zip(batch, _ask_all(lines, batch), strict=True):
            outcome.judge(request, told, judge)
    outcome.memory.append(memory(pid))
    outcome.seconds = time.perf_counter() - started
    for line in lines:
        line.close()
    return outcome


def _ask_all(lines: list[Line], batch: list[Request]) -> list[Told | OSError]:
    told: list[Told | OSError] = []
    begun = [_begin(line, request) for line, request in zip(lines, batch, strict=False)]
    for line, failed in zip(lines, begun, strict=False):
        try:
            told.append(failed or line.finish())
        except OSError as error:
            told.append(error)
    return told


def _begin(line: Line, request: Request) -> OSError | None:
    try:
        line.begin(request.method, request.target, request.body, *request.headers)
    except OSError as error:
        return error
    return None
