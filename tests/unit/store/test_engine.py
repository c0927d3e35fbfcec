"""Transactions: all or nothing, nested or grouped, and errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from mockpars.errors import StoreError
from mockpars.store.engine import SqliteEngine


class _Wanted(Exception):
    """A failure on purpose."""


@contextmanager
def _engine(path: Path | None, *, grouped: bool = False) -> Iterator[SqliteEngine]:
    """An engine with one table, closed at the end."""
    with closing(SqliteEngine(path, grouped=grouped)) as engine:
        with engine.transaction():
            engine.execute("CREATE TABLE IF NOT EXISTS t (n BIGINT PRIMARY KEY)")
        engine.commit()
        yield engine


def _add(engine: SqliteEngine, number: int) -> None:
    engine.execute("INSERT INTO t VALUES (?)", (number,))


def _all(engine: SqliteEngine) -> list[int]:
    return [row[0] for row in engine.execute("SELECT n FROM t ORDER BY n")]


def _kept(path: Path) -> list[int]:
    """What the file holds for whoever opens it next."""
    with _engine(path) as engine:
        return _all(engine)


def _undone(engine: SqliteEngine, *numbers: int, shared: bool = False) -> None:
    """A transaction that fails after having added numbers."""
    with suppress(_Wanted), engine.shared_transaction() if shared else engine.transaction():
        for number in numbers:
            _add(engine, number)
        raise _Wanted


@pytest.mark.parametrize("grouped", [False, True])
def test_a_failed_transaction_leaves_nothing(tmp_path: Path, grouped: bool) -> None:
    """And the ones before and after it stay."""
    with _engine(tmp_path / "t.db", grouped=grouped) as engine:
        with engine.transaction():
            _add(engine, 1)
        _undone(engine, 2, 3)
        with engine.transaction():
            _add(engine, 4)
    assert _kept(tmp_path / "t.db") == [1, 4]


@pytest.mark.parametrize("grouped", [False, True])
def test_nested_transactions_are_one(tmp_path: Path, grouped: bool) -> None:
    """To any depth: all of it is kept when the outermost ends."""
    with _engine(tmp_path / "t.db", grouped=grouped) as engine, engine.transaction():
        _add(engine, 1)
        with engine.transaction():
            _add(engine, 2)
            with engine.transaction():
                _add(engine, 3)
        assert engine.uncommitted
        _add(engine, 4)
    assert _kept(tmp_path / "t.db") == [1, 2, 3, 4]


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("inner", [False, True])
def test_a_failure_at_any_depth_undoes_the_outermost_transaction(tmp_path: Path, grouped: bool, inner: bool) -> None:
    """What was released inside goes too; what was grouped before it stays, and the next one works."""
    with _engine(tmp_path / "t.db", grouped=grouped) as engine:
        with engine.transaction():
            _add(engine, 1)
        with suppress(_Wanted), engine.transaction():
            _add(engine, 2)
            with engine.transaction():
                _add(engine, 3)
                if inner:
                    raise _Wanted
            raise _Wanted
        with engine.transaction():
            _add(engine, 4)
    assert _kept(tmp_path / "t.db") == [1, 4]


def test_without_grouping_a_transaction_is_committed_when_it_ends(tmp_path: Path) -> None:
    """Another connection sees it at once."""
    with _engine(tmp_path / "t.db") as engine, _engine(tmp_path / "t.db") as other:
        with engine.transaction():
            _add(engine, 1)
            assert engine.uncommitted
            assert _all(other) == []
        assert not engine.uncommitted
        assert _all(other) == [1]


def test_with_grouping_many_transactions_share_a_commit(tmp_path: Path) -> None:
    """Until then nobody else sees them, and the answer must wait."""
    with _engine(tmp_path / "t.db", grouped=True) as engine, _engine(tmp_path / "t.db") as other:
        for number in (1, 2):
            with engine.transaction():
                _add(engine, number)
            assert engine.uncommitted
        assert _all(other) == []
        engine.commit()
        assert not engine.uncommitted
        assert _all(other) == [1, 2]
        engine.commit()


def test_closing_commits(tmp_path: Path) -> None:
    """A graceful stop loses nothing."""
    with _engine(tmp_path / "t.db", grouped=True) as engine, engine.transaction():
        _add(engine, 1)
    assert _kept(tmp_path / "t.db") == [1]


def test_what_the_database_cannot_do_is_a_store_error() -> None:
    """With a reason and a fix, whatever SQLite calls it."""
    with _engine(None) as engine:
        with pytest.raises(StoreError) as caught:
            engine.execute("SELECT * FROM nowhere")
        assert "nowhere" in caught.value.reason
        assert caught.value.fix
        _add(engine, 1)
        with pytest.raises(StoreError):
            _add(engine, 1)


@pytest.mark.parametrize("content", [None, b"this is no database, whatever it is called\n" * 99])
def test_a_path_that_holds_no_database_is_refused_with_advice(tmp_path: Path, content: bytes | None) -> None:
    """A folder, or a file of another kind."""
    path = tmp_path / "x.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        SqliteEngine(path)
    assert "x.db" in caught.value.reason
    assert "--db" in caught.value.fix


def test_missing_folders_are_made(tmp_path: Path) -> None:
    """The default lies in a folder that a fresh machine has not."""
    SqliteEngine(tmp_path / "a" / "b" / "t.db").close()
    assert (tmp_path / "a" / "b" / "t.db").is_file()


@pytest.mark.parametrize(("durable", "level"), [(False, 1), (True, 2)])
def test_durable_asks_the_disk_at_every_commit(tmp_path: Path, durable: bool, level: int) -> None:
    """synchronous is NORMAL for a crash of the process, FULL for a power cut."""
    with closing(SqliteEngine(tmp_path / "t.db", durable=durable)) as engine:
        assert engine.execute("PRAGMA synchronous")[0][0] == level
        assert engine.execute("PRAGMA journal_mode")[0][0] == "wal"


@pytest.mark.parametrize("committed_by_others", [False, True])
def test_a_failed_shared_transaction_takes_its_group_along(tmp_path: Path, committed_by_others: bool) -> None:
    """Those before it are told by their pledges, whoever commits first; those after it are not touched."""
    with _engine(tmp_path / "t.db", grouped=True) as engine:
        with engine.shared_transaction():
            _add(engine, 1)
        before = engine.pledge()
        _undone(engine, 2, shared=True)
        with engine.shared_transaction():
            _add(engine, 3)
        after = engine.pledge()
        if committed_by_others:
            engine.commit()
        assert before is not None
        assert after is not None
        with pytest.raises(StoreError, match="shared its commit"):
            before()
        after()
        assert engine.pledge() is None
        assert _all(engine) == [3]


def test_a_commit_that_failed_for_somebody_else_is_not_forgotten(tmp_path: Path) -> None:
    """What waited for it was undone with it, although there is nothing left to commit."""
    with _engine(tmp_path / "t.db", grouped=True) as engine:
        engine.execute("PRAGMA foreign_keys=ON")
        engine.execute("CREATE TABLE child (n BIGINT REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)")
        with engine.shared_transaction():
            _add(engine, 1)
        waiting = engine.pledge()
        with engine.shared_transaction():
            engine.execute("INSERT INTO child VALUES (7)")  # fails at the commit, as a full disk does
        with pytest.raises(StoreError, match="could not commit"):
            engine.commit()
        assert not engine.uncommitted
        assert waiting is not None
        with pytest.raises(StoreError, match="shared its commit"):
            waiting()
        assert _all(engine) == []


def test_a_shared_transaction_that_fails_first_harms_nobody(tmp_path: Path) -> None:
    """And one that is undone alone leaves its group as it is."""
    with _engine(tmp_path / "t.db", grouped=True) as engine:
        _undone(engine, 1, shared=True)
        with engine.shared_transaction():
            _add(engine, 2)
        pledge = engine.pledge()
        _undone(engine, 3)
        assert pledge is not None
        pledge()
        assert _all(engine) == [2]
