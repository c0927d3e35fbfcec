"""A served mock and a fresh sandbox on it, by the pytest plugin's own means, for any conftest to take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockpars.pytest_support import Pars, fresh
from mockpars.pytest_support.server import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all."""
    with running() as served:
        yield served


@pytest.fixture
def sandbox(server: Server, request: pytest.FixtureRequest) -> Iterator[Pars]:
    """A fresh sandbox in which anything may be rejected."""
    with fresh(server, request.node.name, "2026-05-10T15:00:00Z") as found:
        found.allow("all")
        yield found
