"""`contract list`, `contract check` and `contract roles`."""

from __future__ import annotations

from argparse import Namespace

from mockpars.contract.command_run import choose
from mockpars.contract.commands import BAD, GOOD
from mockpars.contract.coverage import gates
from mockpars.contract.library import Library
from mockpars.contract.role_check import check_people
from mockpars.contract.roles import read_people, template
from mockpars.contract.trouble import UsageWrong


def list_cases(given: Namespace) -> int:
    """A line per case: id, what it rests on, codes, targets, title."""
    cases = choose(Library(given.data), given)
    width = max(len(case.id) for case in cases)
    for case in cases:
        codes = ",".join(map(str, case.rules)) or "-"
        print(f"{case.id:{width}}  {','.join(case.sources):12}  {codes:8}  {'+'.join(case.targets):12}  {case.title}")
    print(f"{len(cases)} cases")
    return GOOD


def check(given: Namespace) -> int:
    """Reads everything under contracts/ and tells what is not covered."""
    library = Library(given.data)
    found = gates(library)
    for line in found:
        print(line)
    print(
        f"{len(library.cases)} cases, {len(library.sources)} sources, {len(library.states)} states: {len(found)} gaps"
    )
    return BAD if found else GOOD


def roles(given: Namespace) -> int:
    """Writes a template, or checks a filled-in file and asks the target about each person."""
    library = Library(given.data)
    if given.write:
        if given.write.exists():
            raise UsageWrong(f"{given.write} is there already.", "Choose another name, or remove it first.")
        given.write.write_text(template(library), encoding="utf-8")
        given.write.chmod(0o600)
        print(f"Wrote {given.write}: fill it in with ACCME's test records, then check it.")
        return GOOD
    people = read_people(given.check, library)
    missing = [name for name in library.roles if name not in people]
    problems = check_people(given, library, people) if given.target else []
    for line in problems:
        print(line)
    print(f"{len(people)} roles filled in, {len(missing)} not{': ' + ', '.join(missing) if missing else ''}.")
    return BAD if problems else GOOD
