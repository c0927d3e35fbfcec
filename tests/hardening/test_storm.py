"""Many clients, few requests each: killed under load, raced, fuzzed. The long runs of these are `make soak`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.hardening.fuzzing import fuzz
from tests.hardening.racing import race
from tests.hardening.storm import weather
from tests.support import NOW

pytestmark = [pytest.mark.served, pytest.mark.slow]


def test_of_64_distinct_submissions_at_once_all_are_accepted(server: Server, sandbox: str) -> None:
    """Each with a credit ID and a journal entry of its own; identical ones are the transport tests' business."""
    server.post("SaveActivity", None, sandbox)
    raced = race(server.base, 64, rounds=1, sandbox=sandbox, identical=False)
    assert (raced.accepted, raced.duplicates, raced.others) == (64, 0, [])
    assert len(raced.credit_ids) == 64


def test_killed_three_times_under_load_it_loses_nothing_it_acknowledged(
    starting: Callable[..., Server], tmp_path: Path
) -> None:
    """One store, killed at another moment each time."""
    toll = weather(starting, tmp_path, 3)
    assert len(toll.acknowledged) > 3
    assert len(set(toll.acknowledged)) == len(toll.acknowledged)
    assert toll.lost == []


def test_fuzzed_requests_never_make_it_fail_or_hang(starting: Callable[..., Server], tmp_path: Path) -> None:
    """Valid messages changed as trees and as bytes; every answer is below 500 and valid by its schema."""
    server = starting("--db", str(tmp_path / "fuzz.db"), "--clock", NOW)
    server.post("SaveActivity")
    outcome = fuzz(server.base, server.process.pid, "tests", 2000)
    assert outcome.failures == []
    assert outcome.sent == 2000
    assert {200, 400, 404, 415} <= set(outcome.statuses)
    assert {"Schema", "Malformed", "Encoding", "302", "304", "305"} <= set(outcome.codes)
    assert server.post("LearnerMatchRequest").root.text == "1"


def test_sandboxes_made_and_deleted_under_load_disturb_nobody(server: Server) -> None:
    """Eight threads each make, use and delete their own, while another is used."""
    failures: list[str] = []

    def churn(mine: int) -> None:
        for number in range(4):
            name = f"churn-{mine}-{number}"
            server.create(name)
            if server.post("SaveActivity", None, name).one("Result") != "Accepted":
                failures.append(f"{name} refused an activity")
            if server.post("SaveLearnerActivity", None, name).codes:
                failures.append(f"{name} refused a record")
            if server.control("DELETE", f"sandboxes/{name}")[0] != 204:
                failures.append(f"{name} was not deleted")
            if server.post("LearnerMatchRequest", support.match(), name).status != 404:
                failures.append(f"{name} lives on")

    threads = [threading.Thread(target=churn, args=(mine,)) for mine in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
