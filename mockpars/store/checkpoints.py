"""Copying SQLite's log back into the database file, beside the server's thread.

Left to itself SQLite does it within a commit, every few thousand pages, and everybody waits for the disk meanwhile:
30 to 60 ms for one request in seventy.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

log = logging.getLogger(__name__)

ROWS = 2000
"""Rows that are written between two rounds; about 12 MB of log."""


class Checkpointer:
    """A thread with a connection of its own, asleep until it is told of enough new rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = 0
        self._wake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def tell(self, rows: int) -> None:
        """Says how many rows have been written since the database was opened; starts a round when it is time."""
        if rows - self._told >= ROWS:
            self._told = rows
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
                self._thread.start()
            self._wake.set()

    def close(self) -> None:
        """Ends the thread, after the round it may be at."""
        self._ended = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None)
        try:
            while self._wake.wait() and not self._ended:
                self._wake.clear()
                # Passive: neither waits for the server nor makes it wait. What comes meanwhile is for the next round.
                database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:  # Such as a full disk: the server's commits say so to those who must know.
            log.warning("The log of %s is no longer copied beside the server: %s", self._path, error)
        finally:
            database.close()
