"""`mockpars contract ...`: run, list, check, roles, clean, drift, ledger.

Exit status: 0 all as it should be; 1 a case failed or erred, or a gate is open; 2 wrong usage, wrong data, or refused;
3 the target is unreachable; 4 drift; 5 the ledger is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from mockpars.contract.trouble import ContractError
from mockpars.errors import MockparsError

GOOD, BAD, USAGE, UNREACHABLE, DRIFT, STALE = range(6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the sub-commands to a parser that is there already."""
    commands = parser.add_subparsers(dest="contract_command", metavar="WHAT", required=True)
    _add_run(commands.add_parser("run", help="run the cases over a target"))
    listing = commands.add_parser("list", help="list the cases")
    _add_choice(listing)
    check = commands.add_parser("check", help="check contracts/ itself: schema, references, coverage gates")
    _add_data(check)
    roles = commands.add_parser("roles", help="write or check the file that names who plays the roles")
    _add_roles(roles)
    clean = commands.add_parser("clean", help="delete what an interrupted run left on the sandbox")
    _add_sandbox(clean)
    clean.set_defaults(target="sandbox", roles=None, extraction=None)
    _add_data(clean)
    _add_drift(commands.add_parser("drift", help="compare two runs or recordings, operation by operation"))
    ledger = commands.add_parser("ledger", help="show what the sandbox has confirmed, and what is stale")
    _add_ledger(ledger)


def run(given: argparse.Namespace) -> int:
    """Performs the sub-command; answers the exit status."""
    from mockpars.contract import command_data, command_drift, command_run

    performers: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": command_run.run,
        "list": command_data.list_cases,
        "check": command_data.check,
        "roles": command_data.roles,
        "clean": command_run.clean,
        "drift": command_drift.drift,
        "ledger": command_drift.ledger,
    }
    try:
        return performers[given.contract_command](given)
    except MockparsError as error:
        print(f"mockpars contract: {error.reason}", file=sys.stderr)
        if error.fix:
            print(f"  {error.fix}", file=sys.stderr)
        return error.exit_code if isinstance(error, ContractError) else USAGE


def main() -> int:
    """The same without the rest of mockpars: python -m mockpars.contract."""
    parser = argparse.ArgumentParser(
        prog="mockpars contract", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    return run(parser.parse_args())


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", default="mock", help="mock (default), a URL, sandbox, or replay:FILE")
    _add_choice(parser)
    _add_reports(parser)
    parser.add_argument(
        "--record", type=Path, metavar="PATH", help="write every exchange, scrubbed, to a file or folder"
    )
    parser.add_argument("--badge", type=Path, metavar="PATH", help="write PATH.json and PATH.svg")
    parser.add_argument("--token", help="token of the control API at a URL [MOCKPARS_TOKEN]")
    parser.add_argument(
        "--extraction", type=Path, metavar="FILE", help="your own rules for reading answers, before ours"
    )
    parser.add_argument("--roles", type=Path, metavar="FILE", help="who plays the roles on the real sandbox")
    parser.add_argument("--dry-run", action="store_true", help="show what the sandbox would be sent; send nothing")
    _add_sandbox(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--case", action="append", default=[], metavar="PATTERN", help="only cases whose id fits, such as 'match-*'"
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="ID", help="only cases that rest on this source"
    )
    parser.add_argument(
        "--code", action="append", default=[], type=int, metavar="CODE", help="only cases about this code"
    )
    _add_data(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="another contracts folder")


def _add_reports(parser: argparse.ArgumentParser) -> None:
    for name, words in (("junit", "JUnit XML"), ("json", "JSON"), ("html", "one HTML page"), ("markdown", "Markdown")):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write the report as {words}")
    parser.add_argument("--verbose", "-v", action="store_true", help="show what failing cases sent, and the tables")


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "the real sandbox (reads ACCME_PARS_USER, ACCME_PARS_PASSWORD, ACCME_PROVIDER_ID, ACCME_ENV)"
    )
    group.add_argument("--i-hold-the-credentials", action="store_true", help="yes, send to a service that is not ours")
    group.add_argument("--activity-url", help="base URL of the Activity service, for a stand-in")
    group.add_argument("--learner-url", help="base URL of the Learner service, for a stand-in")
    group.add_argument("--rate", type=float, default=2.0, help="requests a second (default 2)")
    group.add_argument(
        "--budget", type=int, default=500, help="requests in all, clearing away not counted (default 500)"
    )
    group.add_argument(
        "--state", type=Path, metavar="FILE", help="where the run notes its progress; the same file resumes it"
    )
    group.add_argument("--keep", action="store_true", help="do not delete what the cases save")


def _add_roles(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, metavar="FILE", help="write a template to fill in")
    what.add_argument("--check", type=Path, metavar="FILE", help="check a file, and with --target ask the target too")
    parser.add_argument("--target", help="sandbox, to run a LearnerMatchRequest for each role")
    parser.add_argument("--extraction", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    _add_sandbox(parser)
    _add_data(parser)


def _add_drift(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, help="a JSON report or a recording")
    parser.add_argument("after", type=Path, help="a JSON report or a recording")
    parser.add_argument("--factor", type=float, default=3.0, help="how many times slower is drift (default 3)")
    parser.add_argument("--badge", type=Path, metavar="PATH", help="write PATH.json and PATH.svg")
    parser.add_argument("--propose-ledger", type=Path, metavar="FILE", help="write the ledger as AFTER would have it")
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="another ledger than contracts/ledger.yaml")
    parser.add_argument(
        "--extraction", type=Path, metavar="FILE", help="your own rules for reading answers, before ours"
    )
    _add_reports(parser)
    _add_data(parser)


def _add_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ledger", type=Path, metavar="FILE", help="another ledger than contracts/ledger.yaml")
    parser.add_argument(
        "--stale-after", type=int, metavar="DAYS", help="exit 5 if anything was last reached longer ago"
    )
    parser.add_argument("--badge", type=Path, metavar="PATH", help="write PATH.json and PATH.svg")
    _add_data(parser)
