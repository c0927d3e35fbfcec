"""The markers of the test suite; `--strict-markers` refuses any other."""

import pytest

MARKERS = {
    "served": "talks to a server process that the test started",
    "slow": "takes more than about a second",
}


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
