"""Batch files in the columns of ACCME's learner template (L17): read row by row, told apart from what PARS judges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from datetime import date, timedelta

from mockpars.domain.model import Credit, Physician
from mockpars.errors import MockparsError
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox

GUIDANCE = (
    "Row 1 is guidance and is not read. Row 2 is the header; learner records follow. Dates are YYYY-MM-DD or M/D/YYYY."
)
COLUMNS = (
    "Record Action", "ACCME Activity ID", "Completion Date", "First Name", "Last Name", "Date of Birth",
    "Licensing State", "Licensing ID or NPI", "Number of CME Credits", "Certifying Board", "Certifying Board ID",
    "Total Board Credits", "Credit Type", "Credits Awarded for Credit Type", "Additional Credit Type",
    "Credits Awarded for Additional Credit Type",
)  # fmt: skip
"""The template's columns; L17 names the first fifteen, the last is the amount of the additional type (D33)."""
AMA = "AMA PRA Category 1 Credit"
_REQUIRED = COLUMNS[1:6] + COLUMNS[7:8]
_EPOCH = date(1899, 12, 30)


class BatchError(MockparsError):
    """A file without the template's header."""


@immutable
class BatchRow:
    """A row: where it stands, its cells, what it says, and what of it cannot be read."""

    line: int
    cells: dict[str, str]
    delete: bool
    completed_on: str
    born_on: str
    npi: str
    credits: tuple[Credit, ...]
    problems: tuple[str, ...] = field(default=())


def read_rows(sandbox: Sandbox, table: Sequence[Sequence[str]]) -> list[BatchRow]:
    """The rows of a file, empty ones left out. Raises BatchError when there is no header."""
    position = _header_at(table)
    names = [_known(cell) for cell in table[position]]
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise BatchError(
            f"The header lacks {', '.join(missing)}.", "Download the template and keep its header as it is."
        )
    rows = []
    for line, cells in enumerate(table[position + 1 :], position + 2):
        if any(cells):
            rows.append(_row(sandbox, line, dict(zip(names, cells, strict=False))))
    return rows


def _header_at(table: Sequence[Sequence[str]]) -> int:
    for position, row in enumerate(table[:5]):
        if {_known(cell) for cell in row} >= {"First Name", "Last Name"}:
            return position
    raise BatchError("No row of the file's first five is the template's header.", "Download the template, and fill it.")


def _known(cell: str) -> str:
    """A header as the template writes it, whatever its spacing, case or an asterisk that marks it as required."""
    plain = re.sub(r"[^a-z ]", "", " ".join(cell.lower().split()))
    return next((name for name in COLUMNS if name.lower() == plain.strip()), cell)


def _row(sandbox: Sandbox, line: int, cells: dict[str, str]) -> BatchRow:
    problems = [f"{name} is missing" for name in _REQUIRED if not cells.get(name)]
    action = cells.get("Record Action", "").lower()
    if action not in ("", "add", "delete"):
        problems.append(f"Record Action is {cells['Record Action']!r}, not Add or Delete")
    completed, born = (_date(cells, name, problems) for name in ("Completion Date", "Date of Birth"))
    return BatchRow(
        line=line,
        cells=cells,
        delete=action == "delete",
        completed_on=completed,
        born_on=born,
        npi=_npi(sandbox, cells, problems),
        credits=tuple(_credits(cells)),
        problems=tuple(problems),
    )


def _date(cells: dict[str, str], name: str, problems: list[str]) -> str:
    text = cells.get(name, "")
    if not text:
        return ""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if american:
            month, day, year = map(int, american.groups())
            return date(year, month, day).isoformat()
        if re.fullmatch(r"\d{5}", text):  # a spreadsheet's day number, where the column was not a date
            return (_EPOCH + timedelta(days=int(text))).isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        problems.append(f"{name} is {text!r}, not a date such as 2026-05-06 or 5/6/2026")
        return ""


def _npi(sandbox: Sandbox, cells: dict[str, str], problems: list[str]) -> str:
    """The NPI itself, or that of the physician who holds the licence."""
    sent, state = cells.get("Licensing ID or NPI", ""), cells.get("Licensing State", "").upper()
    if re.fullmatch(r"\d{10}", sent, re.ASCII) and state in ("", "NPI"):
        return sent
    if not sent:
        return ""
    holder = next((entry for entry in sandbox.physicians() if _holds(entry, state, sent)), None)
    if holder is not None:
        return holder.npi
    if re.fullmatch(r"\d{10}", sent, re.ASCII):
        return sent
    where = f" of {state}" if state else ""
    problems.append(f"nobody holds licence {sent!r}{where}, and it is no NPI of ten digits")
    return ""


def _holds(physician: Physician, state: str, licence: str) -> bool:
    return any(entry.number == licence and state in ("", entry.state) for entry in physician.licences)


def _credits(cells: dict[str, str]) -> list[Credit]:
    found = []
    if cells.get("Number of CME Credits"):
        found.append(Credit(AMA, cells["Number of CME Credits"]))
    board = cells.get("Certifying Board", "").upper() or None
    if board is not None:
        total = cells.get("Total Board Credits", "")
        for kind, amount in (
            ("Credit Type", "Credits Awarded for Credit Type"),
            ("Additional Credit Type", "Credits Awarded for Additional Credit Type"),
        ):
            if cells.get(kind):
                awarded = cells.get(amount) or total
                found.append(Credit(cells[kind], awarded, board, cells.get("Certifying Board ID") or None))
    return found
