"""A sandbox on a served mock for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockpars.client import ClientSettings, ParsClient, Reporter
from mockpars.client.patience import Patience
from mockpars.pytest_support import Pars
from tests.plugged import sandbox as sandbox
from tests.plugged import server as server


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
