"""A database behind four calls: execute, transaction, commit, close. SQLite here; others join by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from mockpars.errors import StoreError
from mockpars.store.checkpoints import Checkpointer

Row = Sequence[Any]
Pledge = Callable[[], None]
"""Commits; raises StoreError when what was stored at the time of the pledge has been undone."""


class Engine(Protocol):
    """What the tables need of a database."""

    numbers_at_once: int
    """How many numbers to take from a counter ahead of use; one where other processes take from it too."""

    @property
    def generation(self) -> int:
        """As long as it is the same, rows are as this connection last read or wrote them."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns all its rows. Raises StoreError when the store cannot."""

    def count(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement and returns how many rows it changed."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, nestable; with grouped commits it is made durable by the next `commit`."""

    def shared_transaction(self) -> AbstractContextManager[None]:
        """The same, but a failure takes along all that waits for the same `commit`; their pledges tell."""

    def start_alone(self) -> None:
        """Within a transaction: keeps other processes from setting up the same database meanwhile."""

    def commit(self) -> None:
        """Makes durable what the transactions since the last commit changed."""

    @property
    def uncommitted(self) -> bool:
        """Whether there is anything to commit."""

    def pledge(self) -> Pledge | None:
        """What has to be redeemed before anybody is told of what is stored now; None when all of it is durable."""

    def close(self) -> None:
        """Commits and lets go of the database."""


class _Transaction:
    """What `with` needs; a class, since a generator takes three times as long and every request has one."""

    __slots__ = ("_engine", "_joined", "_shared")

    def __init__(self, engine: SqliteEngine, *, shared: bool) -> None:
        self._engine = engine
        self._shared = shared
        self._joined = False

    def __enter__(self) -> None:
        self._joined = self._engine.enter(shared=self._shared)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._engine.leave(self._joined, kind is not None, shared=self._shared)


def _connected(path: Path | None, durable: bool) -> sqlite3.Connection:
    """A connection set up to serve from; none is left open where that fails."""
    database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        for setting in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'NORMAL'}",
            "busy_timeout=5000",
            "temp_store=MEMORY",
            "cache_size=-8000",
            # The log is copied back beside (`checkpoints`), but never to its end while more is written; so here,
            # too, at 64 MB, when little of it is left to copy.
            "wal_autocheckpoint=16000",
        ):
            database.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        database.close()
        raise
    return database


class SqliteEngine:
    """One SQLite connection, used by one thread at a time.

    Commits can be grouped: the server lets many requests share one commit and answers none of them before
    it (`grouped`), so that a stored record is on disk when it is acknowledged, at a fraction of the cost.
    """

    numbers_at_once = 64

    def __init__(self, path: Path | None, *, durable: bool = False, grouped: bool = False) -> None:
        """Opens the file, or a store in memory without one. `durable` also survives a power cut."""
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _connected(path, durable)
            self._cursor = self._db.cursor()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The store {path} cannot be opened: {error}.",
                "Name a file you may write to with --db, or start with --ephemeral.",
            ) from error
        self._grouped = grouped
        self._checkpointer = Checkpointer(path) if grouped and path is not None else None
        self._depth = 0
        self._losses = 0
        self._generation = 0
        self._data_version = -1

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns all its rows. Raises StoreError when the store cannot."""
        try:
            return self._cursor.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The store cannot do that: {error}.", "Check free disk space and the file's rights."
            ) from error

    def count(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement and returns how many rows it changed."""
        try:
            return self._cursor.execute(sql, values).rowcount
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The store cannot do that: {error}.", "Check free disk space and the file's rights."
            ) from error

    def transaction(self) -> _Transaction:
        """All or nothing; one inside another is part of it. A group's later members are save points of it."""
        return _Transaction(self, shared=False)

    def shared_transaction(self) -> _Transaction:
        """All or nothing together with its group: no save point, which would be a tenth of the work of a submission."""
        return _Transaction(self, shared=True)

    def enter(self, *, shared: bool) -> bool:
        """Begins a transaction, or joins the one under way; whether it joins a group is for `leave` to know."""
        joins = self._db.in_transaction
        if not self._depth:
            if not joins:
                self.execute("BEGIN IMMEDIATE")
                self._notice_others()  # nobody else can write from here to the commit
            elif not shared:
                self.execute("SAVEPOINT member")
        self._depth += 1
        return joins

    def leave(self, joined: bool, failed: bool, *, shared: bool) -> None:
        """Ends what `enter` began."""
        self._depth -= 1
        if self._depth:
            return
        try:
            if joined and not shared and not failed:
                self.execute("RELEASE member")
        except StoreError:
            self._undo(joined)
            raise
        if failed:
            # A full disk may have ended the whole transaction already, save points and all.
            if joined and (shared or not self._db.in_transaction):
                self._losses += 1
            self._undo(joined and not shared)
        elif not self._grouped:
            self.commit()

    def start_alone(self) -> None:
        """BEGIN IMMEDIATE keeps others out already."""

    def _notice_others(self) -> None:
        # SQLite counts the commits of other connections, such as a second server on the same file.
        ((version,),) = self.execute("PRAGMA data_version")
        if version != self._data_version:
            self._data_version = version
            self._generation += 1

    @property
    def generation(self) -> int:
        """Changes when something was undone, or when another connection wrote to the file."""
        if not self._depth:
            self._notice_others()
        return self._generation

    def _undo(self, to_save_point: bool) -> None:
        self._generation += 1
        if self._db.in_transaction and to_save_point:
            self._db.execute("ROLLBACK TO member")
            self._db.execute("RELEASE member")
        elif self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def commit(self) -> None:
        """Makes durable what the transactions since the last commit changed; on failure all of it is undone."""
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._generation += 1
            self._losses += 1
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(f"The store could not commit: {error}.", "Check free disk space.") from error
        if self._checkpointer is not None:
            self._checkpointer.tell(self._db.total_changes)

    @property
    def uncommitted(self) -> bool:
        """Whether there is anything to commit."""
        return self._db.in_transaction

    def pledge(self) -> Pledge | None:
        """What has to be redeemed before anybody is told of what is stored now; None when all of it is durable."""
        return partial(self._redeem, self._losses) if self._db.in_transaction else None

    def _redeem(self, losses: int) -> None:
        self.commit()
        # Somebody else may have committed, or have failed to: only the count tells what became of a group.
        if losses != self._losses:
            raise StoreError("What shared its commit with this failed.", "Send it again; the log says what failed.")

    def close(self) -> None:
        """Commits and lets go of the database, even where it cannot commit."""
        try:
            self.commit()
        finally:
            if self._checkpointer is not None:
                self._checkpointer.close()
            self._db.close()
