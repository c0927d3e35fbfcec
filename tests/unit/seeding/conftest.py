"""The committed seed files, read once."""

import json
from typing import Any

import pytest

from mockpars.resources import data_path

Entry = dict[str, Any]


def _entries(name: str) -> list[Entry]:
    document = json.loads((data_path("seed") / f"{name}.json").read_text("utf-8"))
    entries: list[Entry] = document[name]
    return entries


@pytest.fixture(scope="session")
def physicians() -> list[Entry]:
    """All lines of physicians.json."""
    return _entries("physicians")


@pytest.fixture(scope="session")
def personas() -> list[Entry]:
    """All entries of personas.json."""
    return _entries("personas")


@pytest.fixture(scope="session")
def person_of(physicians: list[Entry]) -> dict[str, Entry]:
    """The physician behind each persona's key."""
    return {person["persona"]: person for person in physicians if person["persona"]}
