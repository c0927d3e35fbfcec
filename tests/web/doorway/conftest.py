"""The server that most tests of a file talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.doorway.raw import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One server for the tests that do not stop it."""
    with serving() as one:
        yield one
