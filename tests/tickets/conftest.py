"""A server for the tickets of a whole file of tests, and a sandbox for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockpars.pytest_support.server import Server, started
from tests import support
from tests.tickets.team import Team

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A served process."""
    with started("--clock", support.NOW) as found:
        yield found


@pytest.fixture
def team(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Team:
    """A team in a fresh sandbox."""
    return Team(server, f"team-{os.getpid()}-{next(_NUMBERS)}", tmp_path, capsys)
