"""Servers whose control API is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import support
from tests.web.controlled import FIRST, Controlled, Make


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes servers, each with settings of its own."""
    made: list[Controlled] = []

    def one(**settings: str) -> Controlled:
        made.append(Controlled(**settings))
        return made[-1]

    yield one
    for server in made:
        server.close()


@pytest.fixture
def server(make: Make) -> Controlled:
    """A fresh server."""
    return make()


@pytest.fixture
def submitted(server: Controlled) -> Controlled:
    """A server with the reference's activity and one learner record, the first."""
    assert ">Accepted<" in server.send("SaveActivity", support.sample("SaveActivity"))
    assert FIRST in server.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    return server
