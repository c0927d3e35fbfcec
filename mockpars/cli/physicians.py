"""`mockpars physicians`: who is in the seed. Needs no server."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from typing import Any

from mockpars.cli import terminal
from mockpars.domain.model import MOC_BOARDS, Physician
from mockpars.resources import data_path
from mockpars.service.physicians import ANY_PERSONA, Wanted, as_body, read_personas, search
from mockpars.service.roster import read_roster

_COLUMNS = "id first_name last_name date_of_birth npi profession licences boards consent persona"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What they are looked for by, and how they are shown."""
    parser.add_argument("--state", type=str.upper, metavar="TX", help="licensed in this state")
    parser.add_argument("--board", type=str.upper, choices=tuple(MOC_BOARDS), help="certified by this board")
    parser.add_argument("--persona", metavar="KEY", help="this persona, or any")
    parser.add_argument("--profession", type=str.upper, choices=("MD", "DO", "PA"), help="of this profession")
    parser.add_argument("--npi", help="with this NPI")
    parser.add_argument("--name", help="with this in their name; case and accents do not count")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="default: table")
    parser.add_argument("--personas", action="store_true", help="show what the personas are for, and how to use them")


def run(given: argparse.Namespace) -> int:
    """Prints those that fit; 1 when there are none."""
    persona = given.persona or (ANY_PERSONA if given.personas else None)
    wanted = Wanted(given.state, given.board, persona, given.profession, given.npi, given.name)
    found = list(search(read_roster(data_path("seed")).physicians, wanted))
    if given.personas:
        keys = {entry.persona for entry in found}
        _show_personas([entry for entry in read_personas(data_path("seed")) if entry["key"] in keys], given.format)
    else:
        {"table": _table, "csv": _csv, "json": _json}[given.format](found)
    if not found:
        print("No physician fits.", file=sys.stderr)
    return 0 if found else 1


def _table(found: list[Physician]) -> None:
    rows = []
    for entry in found:
        name = entry.name if len(entry.name) <= 28 else entry.name[:27] + "…"
        states = " ".join(licence.state for licence in entry.licences) or "-"
        boards = " ".join(board.board for board in entry.boards) or "-"
        born = str(entry.date_of_birth)
        rows.append((entry.id, name, born, entry.npi, entry.profession, states, boards, _note(entry)))
    print(terminal.table(("ID", "Name", "Born", "NPI", "", "States", "Boards", "Persona"), rows))
    print(f"\n{len(found)} physicians, all synthetic. Licence numbers and diplomate IDs: --format csv or json.")


def _note(physician: Physician) -> str:
    return f"{physician.persona or ''}{'' if physician.consent else ' (no consent)'}".strip()


def _json(found: list[Physician]) -> None:
    json.dump([as_body(entry) for entry in found], sys.stdout, indent=2, ensure_ascii=False)
    print()


def _csv(found: list[Physician]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS.split())
    for entry in found:
        writer.writerow(
            (
                entry.id,
                entry.first_name,
                entry.last_name,
                entry.date_of_birth,
                entry.npi,
                entry.profession,
                " ".join(f"{licence.state}:{licence.number}" for licence in entry.licences),
                " ".join(f"{board.board}:{board.diplomate_id}" for board in entry.boards),
                str(entry.consent).lower(),
                entry.persona or "",
            )
        )


def _show_personas(found: list[dict[str, Any]], shape: str) -> None:
    if shape == "json":
        json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
        print()
    elif shape == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        columns = ("key", "physician", "title", "codes", "scenario", "use")
        writer.writerow(columns)
        for entry in found:
            writer.writerow([_plain(entry.get(column)) for column in columns])
    else:
        for entry in found:
            codes = f" [{_plain(entry['codes'])}]" if entry["codes"] else ""
            print(f"{terminal.coloured(entry['key'], 'bold')} ({entry['physician']}): {entry['title']}{codes}")
            print(terminal.wrapped(entry["use"], 4))


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
