"""Physicians of the seed whose completions PARS takes: consent given, licensed, and none of the personas."""

from __future__ import annotations

import json

from mockpars.resources import data_path
from tests.support import PEOPLE


def _welcome() -> tuple[str, ...]:
    bodies = json.loads((data_path("seed") / "physicians.json").read_text(encoding="utf-8"))["physicians"]
    return tuple(body["id"] for body in bodies if not body["persona"] and body["consent"] and body["licences"])


WELCOME = [PEOPLE[key] for key in _welcome()]
"""Any scenario of theirs would be a persona's, so none of them answers 5xx on purpose."""
