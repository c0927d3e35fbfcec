"""A sample of the impostors at every run of the tests; `make mutants` holds all of them to the suite."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mockpars.contract.library import Library
from mockpars.contract.targets.served import ServedMock
from tests.impostors import clients_run, servers_run
from tests.impostors.changes import Impostor
from tests.impostors.right_client import Client
from tests.impostors.wrong_clients import WRONG_CLIENTS
from tests.impostors.wrong_servers import WRONG_SERVERS

SAMPLED_SERVERS = (
    "303-claim-date-is-out", "no-304", "names-by-accent", "all-or-nothing", "status-stuck", "leaked-password",
    "integer-wrapped", "overnight-goes-by-utc",
)  # fmt: skip
SAMPLED_CLIENTS = (
    "never-matches", "passes-the-time-on", "retries-rejections", "resends-blindly", "takes-html-for-success",
)  # fmt: skip


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Impostors are meant to fail; their tracebacks would hide a real one."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", SAMPLED_SERVERS)
@pytest.mark.usefixtures("_quiet")
def test_a_wrong_server_is_caught_by_the_right_case(name: str) -> None:
    """One of the cases that its entry names fails."""
    impostor = next(entry for entry in WRONG_SERVERS if entry.name == name)
    assert servers_run.catch(impostor).rightly


@pytest.mark.parametrize("impostor", WRONG_SERVERS, ids=lambda entry: entry.name)
def test_every_wrong_server_names_cases_that_exist(impostor: Impostor) -> None:
    """A renamed case must not make an impostor look as if it had survived."""
    for pattern in impostor.caught_by:
        assert servers_run.cases([pattern]), pattern


@pytest.mark.parametrize("impostor", WRONG_SERVERS, ids=lambda entry: entry.name)
def test_every_wrong_server_can_still_be_made(impostor: Impostor) -> None:
    """What it changes may have been renamed since; `make mutants`, which would notice, is not run every time."""
    with ExitStack() as changed:
        for change in impostor.changes:
            changed.enter_context(change())


@pytest.mark.served
def test_wrong_clients_are_caught_and_the_right_one_is_not() -> None:
    """By the obligation that each one's entry names."""
    library = Library()
    target = ServedMock(library, "sample")
    try:
        chosen = [entry for entry in WRONG_CLIENTS if entry.name in SAMPLED_CLIENTS]
        for caught in clients_run.catch(chosen, target, library):
            assert caught.rightly, caught
        verdict = clients_run.check(Client, target, library, ("happy-path", "gateway-503", "answer-lost"))
        assert verdict.good, verdict.broken
    finally:
        target.close()


def test_there_are_as_many_as_were_promised() -> None:
    """Wrong servers and wrong clients, each under a name of its own."""
    assert len({entry.name for entry in WRONG_SERVERS}) == len(WRONG_SERVERS) >= 45
    assert len({entry.name for entry in WRONG_CLIENTS}) == len(WRONG_CLIENTS) >= 28
