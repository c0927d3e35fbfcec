"""A badge: shields.io's endpoint JSON, and an SVG that needs nobody."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Final

_COLOURS: Final = {True: ("brightgreen", "#2e7d32"), False: ("red", "#c62828")}
_LETTER: Final = 7


def write(place: Path, label: str, message: str, *, good: bool) -> list[Path]:
    """Writes NAME.json and NAME.svg beside each other; returns the paths."""
    base = place.with_suffix("")
    base.parent.mkdir(parents=True, exist_ok=True)
    name, colour = _COLOURS[good]
    data = {"schemaVersion": 1, "label": label, "message": message, "color": name}
    files = {base.with_suffix(".json"): json.dumps(data) + "\n", base.with_suffix(".svg"): _svg(label, message, colour)}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def _svg(label: str, message: str, colour: str) -> str:
    left, right = (len(text) * _LETTER + 14 for text in (label, message))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(label)}: {escape(message)}"><rect width="{left}" height="20" fill="#555"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{escape(label)}</text>'
        f'<text x="{left + right / 2}" y="14">{escape(message)}</text>'
        "</g></svg>\n"
    )
