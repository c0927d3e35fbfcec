"""A database behind four calls: execute, transaction, commit, close. SQLite here; others join by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from mockpars.errors import StoreError

Row = Sequence[Any]


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

    def start_alone(self) -> None:
        """Within a transaction: keeps other processes from setting up the same database meanwhile."""

    def commit(self) -> None:
        """Makes durable what the transactions since the last commit changed."""

    @property
    def uncommitted(self) -> bool:
        """Whether there is anything to commit."""

    def close(self) -> None:
        """Commits and lets go of the database."""


class _Transaction:
    """What `with` needs; a class, since a generator takes three times as long and every request has one."""

    __slots__ = ("_engine", "_joined")

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._joined = False

    def __enter__(self) -> None:
        self._joined = self._engine.enter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._engine.leave(self._joined, kind is not None)


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
            self._db = sqlite3.connect(
                path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=256
            )
            for setting in (
                "journal_mode=WAL",
                f"synchronous={'FULL' if durable else 'NORMAL'}",
                "busy_timeout=5000",
                "temp_store=MEMORY",
                "cache_size=-8000",
                # 16 MB: pages that change again and again are copied back to the file a quarter as often.
                "wal_autocheckpoint=4000",
            ):
                self._db.execute(f"PRAGMA {setting}")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The store {path} cannot be opened: {error}.",
                "Name a file you may write to with --db, or start with --ephemeral.",
            ) from error
        self._grouped = grouped
        self._depth = 0
        self._generation = 0
        self._data_version = -1

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns all its rows. Raises StoreError when the store cannot."""
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The store cannot do that: {error}.", "Check free disk space and the file's rights."
            ) from error

    def count(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement and returns how many rows it changed."""
        try:
            return self._db.execute(sql, values).rowcount
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"The store cannot do that: {error}.", "Check free disk space and the file's rights."
            ) from error

    def transaction(self) -> _Transaction:
        """All or nothing; one inside another is part of it. A group's later members are save points of it."""
        return _Transaction(self)

    def enter(self) -> bool:
        """Begins a transaction, or joins the one under way; whether it joins a group is for `leave` to know."""
        joins = self._db.in_transaction
        if not self._depth:
            self.execute("SAVEPOINT member" if joins else "BEGIN IMMEDIATE")
            if not joins:  # nobody else can write from here to the commit
                self._notice_others()
        self._depth += 1
        return joins

    def leave(self, joined: bool, failed: bool) -> None:
        """Ends what `enter` began."""
        self._depth -= 1
        if self._depth:
            return
        try:
            if joined and not failed:
                self.execute("RELEASE member")
        except StoreError:
            self._undo(joined)
            raise
        if failed:
            self._undo(joined)
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

    def _undo(self, joined: bool) -> None:
        self._generation += 1
        # A full disk may have ended the whole transaction already.
        if self._db.in_transaction and joined:
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
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(f"The store could not commit: {error}.", "Check free disk space.") from error

    @property
    def uncommitted(self) -> bool:
        """Whether there is anything to commit."""
        return self._db.in_transaction

    def close(self) -> None:
        """Commits and lets go of the database."""
        self.commit()
        self._db.close()
