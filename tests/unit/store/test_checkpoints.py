"""The log is copied back beside the server's thread."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mockpars.store.checkpoints import ROWS, Checkpointer
from mockpars.store.engine import SqliteEngine


def fill(engine: SqliteEngine, rows: int) -> None:
    with engine.transaction():
        for number in range(rows):
            engine.execute("INSERT INTO thing VALUES (?, ?)", (number, "x" * 500))
    engine.commit()


def comes(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_many_rows_reach_the_file_without_the_server_copying_them(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    engine = SqliteEngine(path, grouped=True)
    try:
        engine.execute("CREATE TABLE thing (number BIGINT, text TEXT)")
        fill(engine, ROWS // 2)
        before = path.stat().st_size
        known = engine.generation
        fill(engine, ROWS)
        assert comes(lambda: path.stat().st_size >= ROWS * 500)
        assert before < ROWS * 500
        assert engine.generation == known  # copying is no change by somebody else
        fill(engine, ROWS)
        assert comes(lambda: path.stat().st_size >= ROWS * 1000)
    finally:
        engine.close()
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT COUNT(*) FROM thing").fetchone() == (ROWS // 2 + 2 * ROWS,)
    database.close()


def test_a_round_that_fails_is_told_and_nobody_waits_for_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The server goes on, copying by itself."""
    path = tmp_path / "no-database"
    path.write_bytes(b"this is not a database, and long enough for that to be seen" * 100)
    copier = Checkpointer(path)
    with caplog.at_level(logging.WARNING):
        copier.tell(ROWS)
        assert comes(lambda: "no longer copied beside the server" in caplog.text)
        copier.tell(2 * ROWS)
        copier.close()
