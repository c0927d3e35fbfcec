"""`contract run` and `contract clean`."""

from __future__ import annotations

import secrets
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mockpars.contract import badge, run_report
from mockpars.contract.commands import BAD, GOOD
from mockpars.contract.coverage import gates
from mockpars.contract.library import SANDBOX, Case, Library
from mockpars.contract.opinion import Opinion
from mockpars.contract.reading import Rules
from mockpars.contract.recording import Recorder
from mockpars.contract.reports.terminal import Progress as Dots
from mockpars.contract.results import CaseResult, Run
from mockpars.contract.runner import Tools, run_cases
from mockpars.contract.scrub import Scrubber
from mockpars.contract.targets.base import Session, Target
from mockpars.contract.targets.factory import open_target
from mockpars.contract.trouble import UsageWrong
from mockpars.contract.writing import write_reports


def run(given: Namespace) -> int:
    """Runs the chosen cases over the target and reports."""
    library = Library(given.data)
    name = secrets.token_hex(3)
    if given.dry_run:
        return _dry_run(given, library, choose(library, given), name)
    target = open_target(given, library, name)  # before the cases are read: a server starts meanwhile
    try:
        outcome = perform(target, library, choose(library, given), name, given)
    finally:
        target.close()
    document = run_report.document(outcome, library)
    write_reports(document, given)
    if given.badge:
        counts = outcome.counts()
        wrong = counts["fail"] + counts["error"]
        message = f"{wrong} failing" if wrong else f"{counts['pass']} passing"
        badge.write(given.badge, "PARS contract", message, good=outcome.good)
    return GOOD if outcome.good else BAD


def choose(library: Library, given: Namespace) -> list[Case]:
    """The cases that the options choose. Raises UsageWrong where none fits."""
    chosen = [
        case
        for case in library.cases.values()
        if (not given.case or any(fnmatchcase(case.id, pattern) for pattern in given.case))
        and (not given.source or set(given.source) & set(case.sources))
        and (not given.code or set(given.code) & set(case.rules))
    ]
    if not chosen:
        raise UsageWrong("No case fits what was asked for.", "mockpars contract list shows them.")
    return chosen


def perform(target: Target, library: Library, cases: list[Case], name: str, given: Namespace) -> Run:
    """Runs cases over an open target, with recording, resuming and gates as the options say."""
    dots = Dots(run_report.STATUS_KINDS)
    progress = getattr(target, "progress", None)
    earlier = [
        _earlier(case, progress.finished[case.id]) for case in cases if progress and case.id in progress.finished
    ]
    done = {result.case.id for result in earlier}
    with ExitStack() as stack:
        recorder = None
        if given.record:
            recorder = stack.enter_context(Recorder(given.record, target.name, target.kind, name))

        def observe(result: CaseResult) -> None:
            dots(result.status)
            if recorder:
                recorder.result(result)
            if progress:
                progress.finish(result)

        tools = make_tools(target, library, given.extraction, recorder)
        outcome = run_cases(target, tools, [case for case in cases if case.id not in done], name, observe)
    dots.end()
    order = {case.id: number for number, case in enumerate(cases)}
    outcome.results = sorted([*earlier, *outcome.results], key=lambda result: order[result.case.id])
    outcome.gates = gates(library)
    if progress and progress.made and not target.keep:  # type: ignore[attr-defined]  # a SandboxTarget has both
        outcome.stopped = f"{len(progress.made)} records could not be deleted; try mockpars contract clean."
    return outcome


def make_tools(target: Target, library: Library, extraction: Path | None, recorder: Recorder | None = None) -> Tools:
    """What judging needs; on a service that is not ours identities are scrubbed from reports too."""

    def scrubber(session: Session, cast: Mapping[str, Any]) -> Scrubber:
        account = session.account
        if target.kind == SANDBOX:
            return Scrubber([account.password, account.user], cast, account.provider_id)
        return Scrubber([account.password])

    rules = Rules.load(library.root, extraction)
    if recorder:
        return Tools(library, rules, Opinion(), scrubber, recorder.exchange)
    return Tools(library, rules, Opinion(), scrubber)


def clean(given: Namespace) -> int:
    """Deletes what the state file says is still there."""
    from mockpars.contract.targets.sandbox import SandboxTarget

    if not given.state:
        raise UsageWrong("--state FILE is needed: it says what was made.")
    library = Library(given.data)
    target = open_target(given, library, "clean")
    assert isinstance(target, SandboxTarget)  # noqa: S101  # the command has no other target
    try:
        # The people of the run are known to the state file only: what it made may be sent again, to delete it.
        before = len(target.progress.made)
        target.trust_what_was_made()
        left = target.clean(list(target.progress.made))
    finally:
        target.close()
    print(f"{before - len(left)} of {before} records deleted.")
    for line in left:
        print(f"still there: {line}")
    return BAD if left else GOOD


def _earlier(case: Case, kept: Mapping[str, Any]) -> CaseResult:
    return CaseResult(
        case,
        kept["status"],
        reason="judged before the run was resumed",
        problems=list(kept["problems"]),
        seconds=kept["seconds"],
    )


def _dry_run(given: Namespace, library: Library, cases: list[Case], name: str) -> int:
    from mockpars.contract.dry import dry_run
    from mockpars.contract.targets.sandbox import SandboxTarget

    # Nothing goes out, so nobody needs to say that it may.
    target = open_target(Namespace(**{**vars(given), "i_hold_the_credentials": True}), library, name)
    try:
        if not isinstance(target, SandboxTarget):
            raise UsageWrong("--dry-run is for the sandbox.", "Add --target sandbox.")
        for text in dry_run(target, library, cases):
            print(text, end="")
    finally:
        target.close()
    return GOOD
