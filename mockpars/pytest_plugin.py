"""The pytest plugin: the `pars` fixture is a fresh sandbox, and a test fails on rejections that it did not expect.

Only pytest itself is imported here, so that a suite which never asks for `pars` pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockpars.pytest_support import Pars
    from mockpars.pytest_support.server import Server

_MARKER = (
    "pars(clock=None, allow=()): the sandbox of this test; `clock` is an instant to fix it at, or 'real'; "
    "`allow` lists what may happen without being expected: codes such as 300, faults, 'Refused', 'L12', or 'all'"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The clock of every test that does not set its own."""
    parser.addini(
        "pars_clock", "Where the clock of each test's PARS sandbox stands; the present without it", default=""
    )
    # The cases of the contract suite; the suite itself is loaded only when they are asked for.
    group = parser.getgroup("pars", "PARS contract cases")
    group.addoption("--pars-target", help="collect the contract cases, to run over: mock, a URL, sandbox, replay:FILE")
    group.addoption("--pars-case", action="append", default=[], metavar="PATTERN", help="only cases whose id fits")
    group.addoption("--pars-roles", metavar="FILE", help="who plays the roles on the real sandbox")
    group.addoption("--pars-i-hold-the-credentials", action="store_true", help="yes, send to what is not ours")


def pytest_configure(config: pytest.Config) -> None:
    """The marker, so that --strict-markers knows it."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("pars_target"):
        from mockpars.contract.pytest_items import register

        register(config)


@pytest.fixture(scope="session")
def pars_server() -> Iterator[Server]:
    """The server of all sandboxes: the one at MOCKPARS_URL, or one that this session (each xdist worker) starts."""
    from mockpars.pytest_support.server import running

    with running() as server:
        yield server


@pytest.fixture
def pars(request: pytest.FixtureRequest, pars_server: Server) -> Iterator[Pars]:
    """A sandbox of PARS for this test alone; it is gone afterwards."""
    from mockpars.pytest_support import fresh

    marker = request.node.get_closest_marker("pars")
    wishes: dict[str, Any] = dict(marker.kwargs) if marker else {}
    clock = wishes.get("clock") or request.config.getini("pars_clock") or None
    with fresh(pars_server, request.node.name, clock) as sandbox:
        sandbox.allow(*wishes.get("allow", ()))
        yield sandbox
        # What happened after the test itself, in the teardown of other fixtures.
        complaint = sandbox.complaint()
    if complaint:
        pytest.fail(complaint, pytrace=False)


@pytest.fixture
def pars_env(pars: Pars, monkeypatch: pytest.MonkeyPatch) -> Pars:
    """`pars`, with its ACCME_ variables set in the environment."""
    for name, value in pars.env.items():
        monkeypatch.setenv(name, value)
    return pars


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that passed but made PARS reject what it did not expect fails after all."""
    result = yield
    sandbox: Pars | None = getattr(item, "funcargs", {}).get("pars")
    complaint = sandbox.complaint() if sandbox is not None else ""
    if complaint:
        pytest.fail(complaint, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report of a failed test also says what PARS saw."""
    report = yield
    sandbox: Pars | None = getattr(item, "funcargs", {}).get("pars")
    if sandbox is not None and report.when == "call" and report.failed:
        report.sections.append(("What PARS saw", sandbox.story()))
    return report
