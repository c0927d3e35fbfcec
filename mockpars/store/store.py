"""The store: an engine and its tables."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from mockpars.store.activities import Activities
from mockpars.store.armed import Armed
from mockpars.store.engine import Engine, Pledge, SqliteEngine
from mockpars.store.exchanges import Exchanges
from mockpars.store.learner_records import LearnerRecords
from mockpars.store.physicians import Physicians
from mockpars.store.relayed import Relayed
from mockpars.store.schema import TABLES
from mockpars.store.worlds import Worlds


class Store:
    """Sandboxes at rest, one attribute per table."""

    def __init__(self, engine: Engine, journal_limit: int) -> None:
        """Creates the tables that are missing. `journal_limit` is exchanges per sandbox."""
        self._engine = engine
        with engine.transaction():
            engine.start_alone()
            for statement in TABLES:
                engine.execute(statement)
        engine.commit()
        self.worlds = Worlds(engine)
        self.physicians = Physicians(engine)
        self.activities = Activities(engine)
        self.records = LearnerRecords(engine)
        self.exchanges = Exchanges(engine, journal_limit)
        self.armed = Armed(engine)
        self.relayed = Relayed(engine)

    def start_alone(self) -> None:
        """Within a transaction: keeps other replicas from setting up the same store meanwhile."""
        self._engine.start_alone()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, nestable."""
        return self._engine.transaction()

    def shared_transaction(self) -> AbstractContextManager[None]:
        """All or nothing together with all that waits for the same `commit`: for what fails by our own fault only."""
        return self._engine.shared_transaction()

    def commit(self) -> None:
        """Makes everything since the last commit durable. Raises StoreError."""
        self._engine.commit()

    @property
    def uncommitted(self) -> bool:
        """Whether there is anything to commit."""
        return self._engine.uncommitted

    def pledge(self) -> Pledge | None:
        """What an answer that tells of the present state has to wait for; None when all of it is durable.

        To redeem it is to call it: that commits, and raises StoreError if what there was has been undone.
        """
        return self._engine.pledge()

    def close(self) -> None:
        """Commits and lets go."""
        self._engine.close()


def open_store(path: Path | None, *, durable: bool, grouped: bool, journal_limit: int, url: str | None = None) -> Store:
    """Opens the PostgreSQL database of the URL, else the SQLite file, else a store in memory. Raises StoreError."""
    if url:
        from mockpars.store.postgres import PostgresEngine

        engine: Engine = PostgresEngine(url)
    else:
        engine = SqliteEngine(path, durable=durable, grouped=grouped)
    try:
        return Store(engine, journal_limit)
    except BaseException:
        engine.close()
        raise
