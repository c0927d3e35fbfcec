"""The same tables on PostgreSQL, so that several replicas of one shared sandbox can stand behind a balancer.

Each exchange takes its number from its sandbox's row first, which locks that row until the exchange is committed: the
replicas take turns within a sandbox, and never wait for each other in a circle. So commits are not grouped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from mockpars.errors import StoreError
from mockpars.store.engine import Pledge, Row

if TYPE_CHECKING:
    from psycopg import Connection

_START_LOCK = 8_027_001
"""Any number that nothing else in the database locks; replicas that start together wait for each other by it."""


class PostgresEngine:
    """One connection, made anew when the database has dropped it."""

    numbers_at_once = 1

    def __init__(self, url: str) -> None:
        """Connects. Raises StoreError when the database cannot be reached or psycopg is missing."""
        try:
            import psycopg
        except ImportError as error:
            raise StoreError("A PostgreSQL store needs psycopg.", "pip install 'mockpars[postgres]'") from error
        self._psycopg = psycopg
        self._url = url
        self._depth = 0
        self._generation = 0
        self._db = self._connect()

    def _connect(self) -> Connection[tuple[Any, ...]]:
        import psycopg

        try:
            # Parameters are put in on this side, since PostgreSQL cannot tell their types in INSERT ... SELECT.
            return psycopg.connect(self._url, autocommit=True, connect_timeout=10, cursor_factory=psycopg.ClientCursor)
        except psycopg.Error as error:
            reason = f"The database cannot be reached: {_first_line(error)}."
            raise StoreError(reason, "Check --database-url, and that PostgreSQL runs and lets this user in.") from None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns all its rows. Raises StoreError when the store cannot."""
        try:
            cursor = self._db.execute(_in_postgres(sql), values)
            return list(cursor.fetchall()) if cursor.description else []
        except self._psycopg.Error as error:
            self._fail(error)

    def count(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Runs one statement and returns how many rows it changed."""
        try:
            return self._db.execute(_in_postgres(sql), values).rowcount
        except self._psycopg.Error as error:
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        raise StoreError(f"The database refused: {_first_line(error)}.", "Look at PostgreSQL's log.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another is part of it."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        if self._db.closed:
            self._db = self._connect()
        self._generation += 1  # other replicas may have written anything since
        self.execute("BEGIN")
        self._depth = 1
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if not self._db.closed:
                self._db.rollback()
            raise
        finally:
            self._depth = 0

    def shared_transaction(self) -> AbstractContextManager[None]:
        """A transaction: commits are not grouped here."""
        return self.transaction()

    def start_alone(self) -> None:
        """Within a transaction: waits until no other replica is starting, and keeps them waiting until its end."""
        self.execute("SELECT pg_advisory_xact_lock(?)", (_START_LOCK,))

    @property
    def generation(self) -> int:
        """Changes with each transaction, and with each question outside of one."""
        if not self._depth:
            self._generation += 1
        return self._generation

    def commit(self) -> None:
        """Nothing is left to commit: each transaction was, at its end."""

    @property
    def uncommitted(self) -> bool:
        """Never, between transactions; within one its own end is waited for anyway."""
        return False

    def pledge(self) -> Pledge | None:
        """None, between transactions: all is durable."""
        return None

    def close(self) -> None:
        """Lets go of the database."""
        self._db.close()


@lru_cache(maxsize=256)
def _in_postgres(sql: str) -> str:
    return sql.replace("?", "%s")


def _first_line(error: Exception) -> str:
    """What the database said, without the lines that quote the statement, and without the password of the URL."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
