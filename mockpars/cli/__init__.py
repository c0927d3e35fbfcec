"""The command `mockpars`. Each subcommand is a module of its own, imported only when it is called: starting is fast."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from mockpars import __version__
from mockpars.errors import MockparsError

# Name, one line of help; the module is mockpars.cli.NAME with `add_arguments` and `run`.
COMMANDS = (
    ("serve", "serve the sandbox"),
    ("ready", "exit 0 if a server is ready to answer, else 1"),
    ("physicians", "list the physicians of the seed, or its personas"),
    ("explain", "explain a rejection code: meaning, fix, rules, how to provoke it"),
    ("journal", "show what a server was asked and answered, with each verdict explained"),
    ("replay", "reproduce a support ticket in a fresh sandbox, and tell whether it answers the same"),
    ("sample", "print a message that is ready to send"),
    ("openapi", "print the OpenAPI description of everything that is served"),
    ("contract", "judge a mock, a server or the real sandbox by the contract cases"),
    ("client", "give a verdict on your own client, in any language"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit status: 0 good, 1 not so good, 2 wrong usage, settings or store."""
    sent = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(sent)
    given = parser.parse_args(sent)
    if given.command is None:
        parser.print_help()
        return 2
    command = importlib.import_module(f"mockpars.cli.{given.command}")
    try:
        return int(command.run(given))
    except MockparsError as error:
        print(f"mockpars: {error.reason}", file=sys.stderr)
        if error.fix:
            print(f"  {error.fix}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as in `mockpars physicians | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(sent: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mockpars",
        description="ACCME's PARS on your own machine, for development, CI and QA.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=16, width=100),
    )
    parser.add_argument("--version", action="version", version=f"mockpars {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, words in COMMANDS:
        command = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        if name in sent[:1]:
            importlib.import_module(f"mockpars.cli.{name}").add_arguments(command)
    return parser
