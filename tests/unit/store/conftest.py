"""Stores to test with, and rows to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockpars.domain.clock import Clock
from mockpars.store import Store, open_store
from mockpars.store.worlds import NewWorld, WorldRow

NOW = datetime(2026, 5, 10, 15, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in a file, as it is served from, but for grouped commits."""
    opened = open_store(tmp_path / "store.db", durable=False, grouped=False, journal_limit=100)
    yield opened
    opened.close()


@pytest.fixture
def new_world(store: Store) -> Callable[..., WorldRow]:
    """Makes a world in the store."""

    def make(name: str = "default") -> WorldRow:
        with store.transaction():
            return store.worlds.create(NewWorld(name, "0008273", "user", "password", Clock(fixed_at=NOW), NOW))

    return make
