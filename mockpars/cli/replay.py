"""`mockpars replay BUNDLE`: does a fresh sandbox answer as a support ticket says? 0 yes, 1 no, 2 no such ticket."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockpars import __version__
from mockpars.cli.replaying import Replay, compare
from mockpars.cli.terminal import coloured, wrapped
from mockpars.errors import MockparsError
from mockpars.pytest_support.server import ControlError, Server, started
from mockpars.web.tickets.bundle import read_ticket


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The ticket, and a server when it is not to be one of our own."""
    parser.add_argument("bundle", type=Path, help="a ticket: the zip, its folder when unpacked, or ticket.json")
    parser.add_argument("--url", help="base URL of a server to replay it on; without it, one is started and ended")
    parser.add_argument("--token", help="token of its control API [MOCKPARS_TOKEN]")
    parser.add_argument("--keep", action="store_true", help="with --url: leave the sandbox there, to look at")


def run(given: argparse.Namespace) -> int:
    """Prints "reproduced", or what differs."""
    ticket = read_ticket(given.bundle)
    print(coloured(f"{ticket['title']}: exchange {ticket['exchange']} of {ticket['at']}", "bold"))
    if ticket["environment"]["version"] != __version__:
        print(wrapped(f"made by mockpars {ticket['environment']['version']}; this is {__version__}.", 2, "  "))
    try:
        with _server(given, ticket) as server, Replay(server, ticket, own=not given.url, keep=given.keep) as replay:
            for note in replay.notes:
                print(wrapped(note, 2, "  "))
            said = replay.send()
    except ControlError as error:
        raise MockparsError(str(error)) from None
    return _tell(compare(ticket, said), said)


def _tell(differences: list[tuple[str, str, str]], said: list[tuple[str, str]]) -> int:
    if not differences:
        print(coloured("reproduced", "green"))
        for about, word in said:
            print(wrapped(word, 4, f"  {about}: "))
        return 0
    print(coloured("differs", "red"))
    for about, before, now in differences:
        print(f"  {about}")
        print(wrapped(before, 12, "    ticket  "))
        print(wrapped(now, 12, "    replay  "))
    return 1


@contextmanager
def _server(given: argparse.Namespace, ticket: dict[str, Any]) -> Iterator[Server]:
    if given.url:
        server = Server(given.url.rstrip("/"), given.token or os.environ.get("MOCKPARS_TOKEN", ""))
        server.call("GET", "/_mockpars/ready")
        yield server
        return
    strict = ("--strict-auth",) if ticket["environment"]["strict_auth"] else ()
    with started(*strict, f"--provider={ticket['ground']['provider_id']}") as server:
        yield server
