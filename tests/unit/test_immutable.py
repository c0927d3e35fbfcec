"""The one decorator most values are made with: compared by value, printed without secrets, never hashed."""

from __future__ import annotations

from dataclasses import field, replace

import pytest

from mockpars.immutable import immutable


@immutable
class _Account:
    user: str
    password: str = field(default="", repr=False)
    seen: int = field(default=0, compare=False)


@immutable
class _Other:
    user: str
    password: str = ""
    seen: int = 0


def test_values_are_equal_by_what_they_hold_and_only_within_their_class() -> None:
    """A field can be left out of it."""
    assert _Account("a", "b") == _Account("a", "b", seen=3)
    assert _Account("a", "b") != _Account("a", "c")
    other: object = _Other("a")
    assert _Account("a") != other
    assert replace(_Account("a"), user="b") == _Account("b")


def test_secrets_are_not_printed() -> None:
    """Settings end up in logs and tracebacks."""
    assert repr(_Account("a", "hunter2")) == "_Account(user='a', seen=0)"


def test_what_compares_by_value_and_could_be_changed_has_no_hash() -> None:
    """As Python has it."""
    with pytest.raises(TypeError, match="unhashable"):
        hash(_Account("a"))
    with pytest.raises(AttributeError):
        _Account("a").other = 1  # type: ignore[attr-defined]  # the point of it
