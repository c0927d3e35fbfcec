"""`mockpars explain CODE`: all there is to know about a rejection code. Needs no server."""

from __future__ import annotations

import argparse
from typing import Any

from mockpars.cli.terminal import coloured, wrapped
from mockpars.domain.rejection import CATALOGUE, Rejection, Rule
from mockpars.domain.rules import STAGES
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.errors import MockparsError
from mockpars.resources import data_path
from mockpars.service.confirmed import NEVER, code_confirmations
from mockpars.service.physicians import read_personas

_BASIS = {
    "documented": "the reference says so",
    "published": "ACCME publishes it elsewhere",
    "assumed": "not written down anywhere; mockpars does what would surprise least",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The code."""
    parser.add_argument("code", nargs="?", help="a code such as 303; without it, all are listed")


def run(given: argparse.Namespace) -> int:
    """Prints one code, or a line for each."""
    if given.code is None:
        for entry in CATALOGUE.values():
            print(wrapped(entry.meaning, 6, str(entry.code)))
        return 0
    code = int(given.code) if given.code.isascii() and given.code.isdigit() and len(given.code) < 9 else 0
    found = CATALOGUE.get(code)
    if found is None:
        known = ", ".join(map(str, CATALOGUE))
        raise MockparsError(f"PARS has no documented code {given.code}.", f"It has {known}.")
    _explain(found)
    return 0


def _explain(entry: Rejection) -> None:
    print(coloured(f"{entry.code}  {entry.meaning}", "bold"))
    print(wrapped(f"{entry.fix}.", 8, "Fix"))
    print(wrapped(f"{entry.basis} ({entry.source}): {_BASIS[entry.basis]}", 8, "Basis"))
    print(wrapped(f"on the real sandbox {code_confirmations().get(entry.code, NEVER).sentence}", 8, "Proof"))
    for stage, rules in STAGES.items():
        for rule in rules:
            if rule.code == entry.code:
                _show_rule(stage, rule)
    print(f"\n{coloured('How to provoke it', 'bold')}")
    for persona in read_personas(data_path("seed")):
        if entry.code in persona["codes"]:
            _show_persona(persona)
    for kind in CATALOGUE_OF_SCENARIOS.values():
        if kind.code == entry.code:
            argument = f" (may be followed by a colon and {kind.argument})" if kind.argument else ""
            print(wrapped(f"{kind.title}{argument}.", 4, "  Scenario "))
            print(f"      X-Mockpars-Scenario: {kind.name}")


def _show_rule(stage: str, rule: Rule) -> None:
    print(f"\n{coloured(f'Rule {rule.id}', 'bold')}  {stage}, {rule.field}")
    print(wrapped(rule.message, 8, "Says"))
    print(wrapped(rule.fix, 8, "Fix"))
    print(wrapped(f"{rule.basis} ({rule.source})", 8, "Basis"))


def _show_persona(persona: dict[str, Any]) -> None:
    print(wrapped(f"{persona['title']}.", 4, f"  {persona['key']}: "))
    print(wrapped(persona["use"], 6, "      "))
