"""The markers of the test suite (`--strict-markers` refuses any other), and the fixtures many tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support import Served

MARKERS = {
    "served": "talks to a server process that the test started",
    "slow": "takes more than about a second",
}


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Makes sandboxes behind Flask, each with settings of its own, and closes them at the end."""
    from tests.support import Served  # here, because most tests need no server and should not wait for its imports

    opened: list[Served] = []

    def make(**settings: str) -> Served:
        opened.append(Served(**settings))
        return opened[-1]

    yield make
    for served in opened:
        served.close()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    """A fresh sandbox behind Flask."""
    return serve()


@pytest.fixture
def ready(served: Served) -> Served:
    """A fresh sandbox in which the reference's activity is registered."""
    served.registered()
    return served


@pytest.fixture
def stored(ready: Served) -> Served:
    """The reference's activity and its learner record are on file."""
    assert ready.post("SaveLearnerActivity").one("Result") == "Accepted"
    return ready
