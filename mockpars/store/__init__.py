"""Sandboxes at rest: one set of SQL for every engine, one small class per table."""

from mockpars.store.store import Store, open_store

__all__ = ["Store", "open_store"]
