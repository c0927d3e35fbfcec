"""Who plays the roles on a mock: the personas of the seed, or the first ordinary physician that fits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from mockpars.contract.targets.base import Person, RoleMissing
from mockpars.resources import data_path


def person_of(entry: Mapping[str, Any]) -> Person:
    """A physician of the seed as expressions see one."""
    plain = {name: entry[name] for name in ("first_name", "last_name", "date_of_birth", "npi", "profession")}
    licences = {licence["state"]: licence["number"] for licence in entry["licences"]}
    boards = {board["board"]: board["diplomate_id"] for board in entry["boards"]}
    return {**plain, "licences": licences, "boards": boards}


@cache
def seed() -> tuple[Mapping[str, Any], ...]:
    """The physicians of the seed."""
    text = (data_path("seed") / "physicians.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["physicians"])


def cast(role: str, wanted: Mapping[str, Any]) -> Person:
    """Who plays a role, by `persona`, or by `board` and `state`. Raises RoleMissing."""
    for physician in seed():
        if _fits(physician, wanted):
            return person_of(physician)
    raise RoleMissing(f"no physician of the seed plays {role}")


def _fits(physician: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if "persona" in wanted:
        return bool(physician["persona"] == wanted["persona"])
    if physician["persona"] is not None:
        return False
    boards = {board["board"] for board in physician["boards"]}
    states = {licence["state"] for licence in physician["licences"]}
    return wanted.get("board") in (None, *boards) and wanted.get("state") in (None, *states)
