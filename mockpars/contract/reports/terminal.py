"""A report for a terminal: what went wrong first, then what was not learnt, then the sum."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Final, TextIO

from mockpars.contract.reports.document import Document, Item, Kind, Table

_COLOURS: Final[dict[str, str]] = {"good": "32", "bad": "31", "none": "33"}
_LONGEST: Final = 3_000


def coloured(stream: TextIO) -> bool:
    """Whether to use colours there: a terminal, and NO_COLOR not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def render(document: Document, *, colour: bool = False, verbose: bool = False) -> str:
    """The report as text, ending in a newline."""
    paint = _Paint(colour)
    lines: list[str] = []
    for item in document.of_kind("bad"):
        lines += _failure(item, paint, verbose)
    idle = document.of_kind("none")
    if idle:
        lines += _idle(idle, paint, verbose)
    for warning in document.warnings:
        lines.append(f"{paint('bad', '!')} {warning}")
    if verbose:
        for table in document.tables:
            lines += ["", *_table(table)]
    if lines:
        lines.append("")
    lines += [f"{label}: {value}" for label, value in document.facts]
    sums = ", ".join(f"{number} {status}" for status, number in document.counts().items() if number)
    lines.append(f"{len(document.items)} {document.item_word}s: {sums or 'none'}, in {document.seconds:.1f} s")
    lines.append(paint("good" if document.good else "bad", document.headline))
    return "\n".join(lines) + "\n"


class Progress:
    """A letter per item as it ends, when someone is watching."""

    def __init__(self, statuses: dict[str, Kind], stream: TextIO | None = None) -> None:
        stream = stream or sys.stderr
        self._statuses = statuses
        self._stream = stream
        self._watched = stream.isatty()
        self._paint = _Paint(coloured(stream))
        self._column = 0

    def __call__(self, status: str) -> None:
        """Shows one."""
        if not self._watched:
            return
        kind = self._statuses.get(status, "bad")
        self._stream.write(self._paint(kind, "." if kind == "good" else status[0].upper()))
        self._column += 1
        if self._column % 80 == 0:
            self._stream.write("\n")
        self._stream.flush()

    def end(self) -> None:
        """Ends the line."""
        if self._watched and self._column % 80:
            self._stream.write("\n")


class _Paint:
    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._on else text


def _failure(item: Item, paint: _Paint, verbose: bool) -> Iterator[str]:
    yield f"{paint('bad', item.status.upper())} {item.id}: {item.title}"
    if item.reason:
        yield f"    {item.reason}"
    yield from (f"    {problem}" for problem in item.problems)
    if item.sources:
        yield f"    rests on {', '.join(item.sources)}"
    if verbose and item.evidence:
        last = item.evidence[-1]
        yield f"    {last.title}"
        yield _indented("sent", last.sent)
        yield _indented("answered", last.answered)


def _indented(word: str, text: str) -> str:
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    body = "\n".join(f"      {line}" for line in shown.splitlines())
    return f"    {word}:\n{body}"


def _idle(items: list[Item], paint: _Paint, verbose: bool) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for item in items:
        reasons.setdefault((item.status, item.reason), []).append(item.id)
    for (status, reason), ids in reasons.items():
        shown = ids if verbose else ids[:3]
        more = f" and {len(ids) - len(shown)} more" if len(ids) > len(shown) else ""
        why = f": {reason}" if reason else ""
        yield f"{paint('none', status.upper())} {len(ids)}{why} ({', '.join(shown)}{more})"


def _table(table: Table) -> Iterator[str]:
    yield table.title
    widths = [max(len(row[index]) for row in (table.columns, *table.rows)) for index in range(len(table.columns))]
    for row in (table.columns, *table.rows):
        yield (
            "  " + "  ".join(cell.ljust(min(width, 60))[:60] for cell, width in zip(row, widths, strict=True)).rstrip()
        )
