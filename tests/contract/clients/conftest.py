"""A served mock for the exams, one per module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockpars.contract.library import Library
from mockpars.contract.targets.served import ServedMock


@pytest.fixture(scope="session")
def library() -> Library:
    """All of contracts/."""
    return Library()


@pytest.fixture(scope="module")
def mock(library: Library) -> Iterator[ServedMock]:
    """A server of its own, stopped at the end."""
    target = ServedMock(library, "exams")
    yield target
    target.close()
