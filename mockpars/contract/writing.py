"""Writing a report in every form that was asked for."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mockpars.contract.reports import html, junit, markdown, structured, terminal
from mockpars.contract.reports.document import Document

_FORMS: Final[dict[str, Callable[[Document], str]]] = {
    "junit": junit.render,
    "json": structured.render,
    "html": html.render,
    "markdown": markdown.render,
}


def write_reports(document: Document, given: Namespace) -> None:
    """Files for --junit, --json, --html and --markdown, and the terminal's on standard output."""
    for name, render in _FORMS.items():
        path: Path | None = getattr(given, name, None)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(document), encoding="utf-8")
    colour = terminal.coloured(sys.stdout)
    sys.stdout.write(terminal.render(document, colour=colour, verbose=bool(getattr(given, "verbose", False))))
