"""Who plays the roles on the real sandbox: a team's small file, a template for it, and a check of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from mockpars.contract.library import Library, read_yaml
from mockpars.contract.targets.base import Person
from mockpars.contract.trouble import DataInvalid

_FIELDS: Final = ("first_name", "last_name", "date_of_birth", "npi")
_HEAD: Final = """\
# Who plays the roles of the contract cases on ACCME's sandbox: test records that ACCME gave you, never real people.
# Fill in what you have and delete the rest: cases whose role is missing are omitted, and the report says so.
# Keep this file out of the repository. Check it with: mockpars contract roles --check FILE --target sandbox
people:
"""


def template(library: Library) -> str:
    """A file to fill in, with what each role must be."""
    lines = [_HEAD]
    for name, role in library.roles.items():
        expected = role.get("must", {}).get("match")
        lines.append(f"  # {role['title']}.")
        if expected is not None:
            lines.append(f"  # LearnerMatchRequest must answer {expected}.")
        lines.append(f"  {name}:")
        lines += [f'    {field}: ""' for field in role.get("needs", _FIELDS)]
        lines += _group(role, "licences") + _group(role, "boards")
        lines.append("")
    return "\n".join(lines)


def _group(role: Mapping[str, Any], group: str) -> list[str]:
    keys = [entry.partition(".")[2] for entry in role.get("has", ()) if entry.startswith(f"{group}.")]
    return [f"    {group}:", *(f'      {key}: ""' for key in keys)] if keys else []


def read_people(path: Path, library: Library) -> dict[str, Person]:
    """The people of a team's file by role; those left empty are not there. Raises DataInvalid."""
    table = read_yaml(path)
    if not isinstance(table, Mapping) or not isinstance(table.get("people"), Mapping):
        raise DataInvalid(
            f"{path} is no roles file: it needs people.", "Write one with mockpars contract roles --write."
        )
    unknown = set(table["people"]) - set(library.roles)
    if unknown:
        raise DataInvalid(f"{path}: there is no role {', '.join(sorted(unknown))}.")
    found = {name: _person(entry) for name, entry in table["people"].items() if isinstance(entry, Mapping)}
    filled = {name: person for name, person in found.items() if any(person[field] for field in _FIELDS)}
    problems = [
        f"{name}: {problem}" for name, person in filled.items() for problem in _lacks(library.roles[name], person)
    ]
    if problems:
        raise DataInvalid(f"{path}: " + "; ".join(problems))
    return filled


def _person(entry: Mapping[str, Any]) -> Person:
    plain = {name: _text(entry.get(name)) for name in (*_FIELDS, "profession")}
    if plain["npi"].isdigit():
        plain["npi"] = plain["npi"].zfill(10)
    groups = {
        group: {str(key): _text(value) for key, value in (entry.get(group) or {}).items()}
        for group in ("licences", "boards")
    }
    return {**plain, **groups}


def _lacks(role: Mapping[str, Any], person: Person) -> list[str]:
    wrong = [f"{field} is empty" for field in role.get("needs", _FIELDS) if not person.get(field)]
    for entry in role.get("has", ()):
        group, _, key = entry.partition(".")
        if not person.get(group, {}).get(key):
            wrong.append(f"{entry} is empty")
    try:
        date.fromisoformat(person["date_of_birth"])
    except ValueError:
        wrong.append("date_of_birth is no YYYY-MM-DD")
    return wrong


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
