"""The gates: what the cases must cover, whatever target they run on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mockpars.contract.library import Case, Library
from mockpars.contract.trouble import DataInvalid

CODES: Final = (100, 101, 102, 103, 104, 105, 200, 322, 300, 301, 302, 303, 304, 305, 306, 307, 310)
"""Every documented rejection code (A4, L5)."""


def gates(library: Library) -> list[str]:
    """What is not covered, or cites what is not there; a sentence each."""
    cases = list(library.cases.values())
    return [
        *_codes(cases),
        *_catalogue(library),
        *_operations(library, cases),
        *_sources(library, cases),
        *_roles(library, cases),
        *_bodies(library, cases),
    ]


def _codes(cases: list[Case]) -> Iterable[str]:
    for code in CODES:
        for side, meaning in (("breaks", "breaks"), ("keeps", "comes near but does not break")):
            if not any(code in case.rules and case.side == side for case in cases):
                yield f"Code {code}: no case {meaning} its rule."
    for case in cases:
        for code in set(case.rules) - set(CODES):
            yield f"Case {case.id}: {code} is no documented code."


def _catalogue(library: Library) -> Iterable[str]:
    """The mock's own catalogue, and what was read in the reference, name the same codes."""
    for code in sorted(set(library.meanings) ^ set(CODES)):
        where = "rejections.json" if code in library.meanings else "the reference"
        yield f"Code {code} is known to {where} alone."


def _operations(library: Library, cases: list[Case]) -> Iterable[str]:
    used = {step.send["operation"] for case in cases for step in case.steps if step.send}
    return [f"Operation {name}: no case uses it." for name in library.operations if name not in used]


def _sources(library: Library, cases: list[Case]) -> Iterable[str]:
    cited = {source for case in cases for source in case.sources}
    for source in sorted(cited - set(library.sources)):
        citing = ", ".join(case.id for case in cases if source in case.sources)
        yield f"Source {source} is not in sources.yaml; cited by {citing}."
    for source, entry in library.sources.items():
        if entry.get("kind", "behaviour") == "behaviour" and source not in cited and not entry.get("untestable"):
            yield f"Source {source}: no case cites it, and it does not say why none can."


def _roles(library: Library, cases: list[Case]) -> Iterable[str]:
    wanted = {role for case in cases for role in case.needs.values()}
    wanted |= {role for state in library.states.values() for role in state.needs.values()}
    return [f"Role {role} is not in roles.yaml." for role in sorted(wanted - set(library.roles))]


def _bodies(library: Library, cases: list[Case]) -> Iterable[str]:
    for case in cases:
        for step in case.steps:
            send = step.send or {}
            try:
                if "body" in send:
                    library.body(send["body"])
                if "sample" in send:
                    library.sample(send["sample"])
            except DataInvalid as error:
                yield f"Case {case.id}: {error.reason}"
