"""A sandbox on a served mock for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockpars.client import ClientSettings, ParsClient, Reporter
from mockpars.client.patience import Patience
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


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client wanted to wait; it does not."""
    return []


@pytest.fixture
def client(sandbox: Pars, waits: list[float]) -> Iterator[ParsClient]:
    """A client of that sandbox, which never really waits between attempts."""
    settings = ClientSettings.from_environ(sandbox.env | {"ACCME_TIMEOUT": "5"})
    with ParsClient(settings, patience=Patience(sleep=waits.append, draw=lambda: 1.0)) as found:
        yield found


@pytest.fixture
def reporter(client: ParsClient) -> Reporter:
    """The workflow on that client."""
    return Reporter(client)
