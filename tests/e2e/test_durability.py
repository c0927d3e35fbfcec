"""What was answered Accepted is there after kill -9, and after a graceful stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.support import NOW, PEOPLE, basic, record

pytestmark = pytest.mark.served


def _status(server: Server, credit_id: str) -> str:
    path = support.path_of("GetLearnerStatusByCreditId") + f"?CreditId={credit_id}"
    return server.request("GET", path, Authorization=basic()).one("Status")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("flags", [(), ("--durable",)])
def test_what_was_accepted_survives(
    starting: Callable[..., Server], tmp_path: Path, number: signal.Signals, flags: tuple[str, ...]
) -> None:
    """With its credit ID, its duplicates, and the activity; the clock given anew."""
    store = ("--db", str(tmp_path / "mockpars.db"), "--clock", NOW, *flags)
    server = starting(*store)
    server.post("SaveActivity")
    credit_id = server.post("SaveLearnerActivity").one("CreditId")
    assert server.stop(number) == (0 if number is signal.SIGTERM else -number)
    again = starting(*store)
    assert _status(again, credit_id) == "Submitted"
    assert again.post("SaveLearnerActivity").codes == ["304"]
    path = support.path_of("GetActivity") + "?AccmeActivityID=12345678"
    assert again.request("GET", path, Authorization=basic()).one("Result") == "Accepted"
    more = again.post("SaveLearnerActivity", support.learners(record(PEOPLE["sun-o"]))).one("CreditId")
    assert more != credit_id


def test_killed_in_the_middle_of_a_storm_it_lost_nothing_that_was_acknowledged(
    starting: Callable[..., Server], tmp_path: Path
) -> None:
    """Eight clients submit as fast as they can; every credit ID they were told is there afterwards, once."""
    store = ("--db", str(tmp_path / "mockpars.db"), "--clock", NOW)
    server = starting(*store)
    server.post("SaveActivity")
    people = [who for key, who in PEOPLE.items() if key.startswith("PH-")]
    acknowledged: list[str] = []

    def submit(mine: list[support.Person]) -> None:
        try:
            for who in mine:
                answer = server.post("SaveLearnerActivity", support.learners(record(who)))
                acknowledged.extend(answer.all("CreditId"))
        except OSError:
            return  # it was killed, as it should be

    threads = [threading.Thread(target=submit, args=(people[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 60 and any(thread.is_alive() for thread in threads):
        threads[0].join(0.005)
    server.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert len(acknowledged) >= 60
    again = starting(*store)
    assert {_status(again, credit_id) for credit_id in acknowledged} == {"Submitted"}
    assert len(set(acknowledged)) == len(acknowledged)


def test_an_ephemeral_server_leaves_nothing(starting: Callable[..., Server]) -> None:
    """The next one starts from the seed."""
    server = starting("--ephemeral", "--clock", NOW)
    server.post("SaveActivity")
    server.stop()
    assert starting("--ephemeral", "--clock", NOW).post("SaveLearnerActivity").codes == ["302"]
