"""`mockpars client check`: a verdict on a team's own client, with no code of ours in it."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from mockpars.contract.clients import presentation
from mockpars.contract.clients.adapters import Adapter, CommandAdapter, HttpAdapter
from mockpars.contract.clients.examiner import Examiner, Sitting
from mockpars.contract.clients.exams import Exam, read_exams
from mockpars.contract.clients.findings import read_findings
from mockpars.contract.clients.journal import Journal, read_file, read_url
from mockpars.contract.clients.marks import read_obligations
from mockpars.contract.clients.verdict import Verdict, of_exams, of_journal
from mockpars.contract.library import Library
from mockpars.contract.reports import html, junit, markdown, structured, terminal
from mockpars.contract.reports.document import Document
from mockpars.contract.targets.http import HttpClient
from mockpars.contract.targets.mock import MockTarget
from mockpars.contract.targets.served import ServedMock
from mockpars.contract.trouble import ContractError, UsageWrong
from mockpars.errors import MockparsError
from mockpars.resources import data_path

GOOD, NOT_GOOD, WRONG_USAGE, HARNESS_FAILED = 0, 1, 2, 3
_FORMS: Mapping[str, Callable[[Document], str]] = {
    "html": html.render,
    "junit": junit.render,
    "json": structured.render,
    "markdown": markdown.render,
}
_EXITS = "Exit status: 0 all obligations met, 1 some broken, 2 wrong usage, 3 the harness itself failed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommand `check` and its flags."""
    actions = parser.add_subparsers(dest="client_command", metavar="check", required=True)
    check = actions.add_parser("check", help="give a verdict on a client", description=_EXITS)
    how = check.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--journal", nargs="?", const="", metavar="FILE", help="grade a sandbox's journal, or a file of it"
    )
    how.add_argument("--run", metavar="COMMAND", help="hold exams: run this command with an event on stdin")
    how.add_argument("--adapter", metavar="URL", help="hold exams: POST each event to this URL")
    how.add_argument("--list", action="store_true", help="list obligations and exams")
    check.add_argument(
        "--url", help="base URL of a server; without it exams start one, and --journal uses MOCKPARS_URL"
    )
    check.add_argument("--token", help="token of its control API [MOCKPARS_TOKEN]")
    check.add_argument("--sandbox", default="default", help="whose journal to grade [default]")
    check.add_argument("--after", type=int, default=0, metavar="N", help="grade only exchanges numbered above N")
    check.add_argument(
        "--exam", action="append", default=[], metavar="NAME", help="only these exams; * and ? are taken"
    )
    check.add_argument(
        "--scenarios",
        type=Path,
        metavar="PATH",
        help="hold an exam for each scenario of this file or folder, such as the studio saves; alone, only these",
    )
    check.add_argument(
        "--limit", type=float, default=30.0, metavar="SECONDS", help="time for one call of the client [30]"
    )
    check.add_argument("--jobs", type=int, default=4, metavar="N", help="exams held at a time [4]")
    check.add_argument("--go-live", action="store_true", help="exit 1 also while the go-live gate is not passed")
    check.add_argument("--quiet", action="store_true", help="print the summary only")
    for name in _FORMS:
        check.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write the report as {name} too")


def run(given: argparse.Namespace) -> int:
    """Gives the verdict; answers the exit status."""
    try:
        if given.list:
            print(_listing())
            return GOOD
        started = time.perf_counter()
        verdict = _of_journal(given) if given.journal is not None else _of_exams(given)
        verdict.seconds = time.perf_counter() - started
        return _report(given, verdict)
    except MockparsError as error:
        print(f"mockpars: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, ContractError) else HARNESS_FAILED


def read_meanings() -> dict[int, str]:
    """What each rejection code means, from contracts/rejections.json."""
    table = json.loads((data_path("contracts") / "rejections.json").read_text(encoding="utf-8"))
    return {int(entry["code"]): str(entry["meaning"]) for entry in table["rejections"]}


def _of_journal(given: argparse.Namespace) -> Verdict:
    if given.journal:
        name, journal = given.journal, read_file(Path(given.journal))
        journal = Journal(journal.entries, given.after + 1)
    else:
        base = (
            given.url or os.environ.get("MOCKPARS_URL") or f"http://127.0.0.1:{os.environ.get('MOCKPARS_PORT') or 8027}"
        )
        client = HttpClient(30)
        try:
            journal = read_url(base, given.sandbox, client, _token(given), given.after + 1)
        finally:
            client.close()
        name = f"the journal of sandbox {given.sandbox} at {base}"
    if not any(journal.own):
        raise UsageWrong(f"{name[0].upper()}{name[1:]} is empty.", "Point the client at the sandbox first.")
    return of_journal(name, read_obligations(), read_meanings(), journal)


def _of_exams(given: argparse.Namespace) -> Verdict:
    if given.limit <= 0 or given.jobs < 1:
        raise UsageWrong("--limit and --jobs must be above 0.")
    adapter: Adapter = CommandAdapter(given.run) if given.run else HttpAdapter(given.adapter)
    exams = _chosen(given.exam, given.scenarios)
    library = Library()
    target = _target(given, library)
    try:
        observe = (lambda _: None) if given.quiet else _progress
        sittings = Examiner(target, library, adapter, given.limit, given.jobs).hold(exams, observe)
    finally:
        target.close()
    return of_exams(adapter.name, read_obligations(), read_meanings(), sittings)


def _target(given: argparse.Namespace, library: Library) -> MockTarget:
    run_name = secrets.token_hex(3)
    if given.url:
        return MockTarget(given.url, library, run_name, token=_token(given))
    return ServedMock(library, run_name)


def _token(given: argparse.Namespace) -> str:
    return str(given.token or os.environ.get("MOCKPARS_TOKEN") or "")


def _chosen(patterns: list[str], scenarios: Path | None) -> list[Exam]:
    """The exams that the patterns name, and those made of scenario files; without either, all there are."""
    exams = read_exams()
    for pattern in patterns:
        if not any(fnmatch(exam.id, pattern) for exam in exams):
            raise UsageWrong(f"There is no exam {pattern!r}.", "mockpars client check --list shows them.")
    named = [exam for exam in exams if any(fnmatch(exam.id, pattern) for pattern in patterns)]
    if scenarios is None:
        return named or list(exams)
    return named + _of_findings(scenarios, {exam.id for exam in named})


def _of_findings(scenarios: Path, taken: set[str]) -> list[Exam]:
    found = read_findings(scenarios)
    for sentence in found.left_out:
        print(f"mockpars: {sentence}", file=sys.stderr)
    if not found.exams:
        raise UsageWrong(f"{scenarios} holds no scenario that an exam can be made of.", " ".join(found.left_out))
    return [replace(exam, id=f"{exam.id}-found") if exam.id in taken else exam for exam in found.exams]


def _progress(sitting: Sitting) -> None:
    word = "not exercised" if sitting.unsupported else "passed" if sitting.passed else "failed"
    print(f"{word:14} {sitting.exam.id}: {sitting.exam.title}", file=sys.stderr)


def _report(given: argparse.Namespace, verdict: Verdict) -> int:
    document = presentation.document(verdict)
    for name, render in _FORMS.items():
        path: Path | None = getattr(given, name)
        if path is not None:
            _write(path, render(document))
    print(terminal.render(document) if not given.quiet else document.headline)
    return GOOD if verdict.good and not (given.go_live and verdict.missing) else NOT_GOOD


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageWrong(f"{path} cannot be written: {error.strerror}.") from None


def _listing() -> str:
    lines = ["Obligations"]
    lines += [f"  {entry.id:26} {entry.title} ({', '.join(entry.sources)})" for entry in read_obligations().values()]
    lines += ["", "Exams", *(f"  {exam.id:26} {exam.title}" for exam in read_exams())]
    return "\n".join(lines)
