"""A world that cannot be opened is refused in words, and its store is let go of."""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from contextlib import closing
from pathlib import Path

import pytest

from mockpars.errors import SettingsError, StoreError
from mockpars.settings import load
from mockpars.world import open_world


def _let_go(path: Path) -> bool:
    """Whether nobody has the file open: SQLite then removes those it keeps beside it."""
    return list(path.parent.iterdir()) == [path]


def test_scenarios_that_are_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    chosen = Namespace(db=str(path), scenarios=str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="is no directory"):
        open_world(load(chosen, {}), grouped=True)
    assert _let_go(path)


def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE world (continent TEXT)")
    with pytest.raises(StoreError):
        open_world(load(Namespace(db=str(path)), {}), grouped=True)
    assert _let_go(path)
