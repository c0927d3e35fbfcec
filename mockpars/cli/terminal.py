"""Output that reads well in a terminal: tables, wrapped text, and colours where they are wanted."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}
_OUTCOMES = {"Accepted": "green", "Approved": "green", "Match 1": "green", "Rejected": "red", "Refused": "red"}
_WIDEST = 100


def coloured(text: str, colour: str) -> str:
    """Text in a colour on a terminal, and plain elsewhere or with NO_COLOR."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def outcome(text: str, width: int = 0) -> str:
    """An outcome or status, green or red when it is good or bad; padded to `width` columns."""
    return coloured(text.ljust(width), _OUTCOMES.get(text, "yellow"))


def width() -> int:
    """Columns to use: those of the terminal, but not more than read well."""
    return min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)


def wrapped(text: str, indent: int = 0, first: str = "") -> str:
    """Text folded at the width, `first` (a label) at the head of its first line."""
    margin = " " * indent
    return textwrap.fill(
        text, width(), initial_indent=first.ljust(indent), subsequent_indent=margin, break_on_hyphens=False
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest entry; the last one is as wide as it likes."""
    found = [list(map(str, row)) for row in rows]
    widths = [max(len(row[column]) for row in (heads, *found)) for column in range(len(heads))]
    lines = [coloured(_line(heads, widths), "bold"), *(_line(row, widths) for row in found)]
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(entry.ljust(width) for entry, width in zip(row, widths, strict=True)).rstrip()
