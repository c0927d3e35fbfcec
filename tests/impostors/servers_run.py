"""Holding the wrong servers to the contract suite: which were caught, and by which case."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from mockpars.contract.library import Case, Library
from mockpars.contract.opinion import Opinion
from mockpars.contract.reading import Rules
from mockpars.contract.results import CaseResult
from mockpars.contract.runner import Tools, run_case
from mockpars.contract.scrub import Scrubber
from tests.impostors.changes import Impostor, forget_verdicts, rewriting
from tests.impostors.in_process import InProcessMock

NEEDS_A_SOCKET = frozenset({"transport-gzip-that-is-none", "transport-unknown-content-encoding"})
"""Cases of the doorway, which is not there in process; `mockpars contract run` has them."""


@dataclass(frozen=True)
class Caught:
    """What the suite said of one wrong server: the cases that failed, and whether they are the right ones."""

    impostor: Impostor
    failed: tuple[CaseResult, ...]
    rightly: bool
    seconds: float


@cache
def tools() -> Tools:
    """What judging needs, made once."""
    library = Library()
    return Tools(
        library, Rules.load(library.root), Opinion(), lambda session, cast: Scrubber([session.account.password])
    )


def cases(patterns: Iterable[str] = ("*",)) -> list[Case]:
    """The cases that some patterns name, in the order of the patterns."""
    known = [case for case in tools().library.cases.values() if case.id not in NEEDS_A_SOCKET]
    chosen = {case.id: case for pattern in patterns for case in known if fnmatchcase(case.id, pattern)}
    return list(chosen.values())


def failing(impostor: Impostor, chosen: Iterable[Case], *, most: int | None = None) -> tuple[CaseResult, ...]:
    """The cases that fail with an impostor; with `most`, it stops at so many."""
    found: list[CaseResult] = []
    with ExitStack() as stack:
        for change in impostor.changes:
            stack.enter_context(change())
        forget_verdicts()
        stack.callback(forget_verdicts)
        rewrite = impostor.rewrite
        target = InProcessMock(tools().library, (lambda app: rewriting(app, rewrite)) if rewrite else None)
        stack.callback(target.close)
        for number, case in enumerate(chosen, 1):
            result = run_case(target, tools(), case, number)
            if result.status in ("fail", "error"):
                found.append(result)
                if most and len(found) >= most:
                    break
    return tuple(found)


def catch(impostor: Impostor, *, every_case: bool = False) -> Caught:
    """Runs the cases that must notice; where none does, all the others, to tell what would have."""
    started = time.perf_counter()
    named = cases(impostor.caught_by)
    if every_case:
        failed = failing(impostor, cases())
        rightly = bool({result.case.id for result in failed} & {case.id for case in named})
    else:
        failed = failing(impostor, named, most=1)
        rightly = bool(failed)
        if not failed:
            failed = failing(impostor, cases(), most=5)
    return Caught(impostor, failed, rightly, time.perf_counter() - started)
