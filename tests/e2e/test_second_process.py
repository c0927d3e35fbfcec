"""The process that reads messages ahead: same answers, no answer lost with it, and none without a crowd."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import support
from tests.e2e.conftest import PATIENCE, ROOT, Server, start
from tests.hardening.line import Line
from tests.hardening.people import WELCOME
from tests.hardening.process import children
from tests.support import NOW, path_of, record

pytestmark = [
    pytest.mark.served,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found as Linux tells of them"),
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores, as the second process does"),
]
CROWDED = ROOT / "tests" / "e2e" / "crowded.py"


def _children(server: Server) -> list[int]:
    return children(server.process.pid)


def _becomes(told: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not told() and time.monotonic() < until:
        time.sleep(0.02)
    return told()


def _submit(server: Server, clients: int, each: int) -> list[bytes]:
    """Completions from so many clients at once, each physician once; what was answered."""
    answers: list[bytes] = []

    def client(number: int) -> None:
        with Line(server.base, PATIENCE) as line:
            for turn in range(each):
                who = WELCOME[(number * each + turn) % len(WELCOME)]
                sent = support.learners(record(who)).encode()
                told = line.ask("POST", path_of("SaveLearnerActivity"), sent, f"Content-Type: {support.XML}")
                answers.append(told.body)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def crowded(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that has every completion read by the second process, and has done so."""
    sign = tmp_path / "sign"
    variables = {"PYTHONPATH": str(ROOT), "SIGN": str(sign), **getattr(request, "param", {})}
    server = start("--ephemeral", "--clock", NOW, program=(str(CROWDED),), **variables)
    server.post("SaveActivity")
    assert _becomes(lambda: server.post("SaveLearnerActivity").status == 200 and sign.exists())
    yield server
    server.stop(signal.SIGKILL)


def test_it_comes_with_a_crowd_and_goes_with_the_server(starting: Callable[..., Server]) -> None:
    """Nobody who sends one message after the other has a second process."""
    server = starting("--ephemeral", "--clock", NOW)
    server.post("SaveActivity")
    _submit(server, 1, 100)
    assert _children(server) == []
    answers = _submit(server, 16, 100)
    assert len(answers) == 1600
    assert all(b">Accepted<" in answer or b"<Code>304<" in answer for answer in answers)
    (child,) = _children(server)
    assert server.stop() == 0
    assert _becomes(lambda: not Path(f"/proc/{child}").exists())


def test_one_process_stays_one(starting: Callable[..., Server]) -> None:
    """--one-process."""
    server = starting("--ephemeral", "--clock", NOW, "--one-process")
    server.post("SaveActivity")
    assert len(_submit(server, 16, 50)) == 800
    assert _children(server) == []


def test_the_contract_is_kept_by_both_together(crowded: Server) -> None:
    """Every case, with every completion read by the other process."""
    done = subprocess.run(
        [sys.executable, "-m", "mockpars", "contract", "run", "--target", crowded.base],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert crowded.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_nothing_is_lost_when_it_ends_or_hangs(crowded: Server, number: signal.Signals) -> None:
    """What it had is read by the server, which goes on alone; a process that does nothing is ended."""
    (child,) = _children(crowded)
    timer = threading.Timer(0.05 if number == signal.SIGKILL else 0, os.kill, (child, number))
    timer.start()
    answers = _submit(crowded, 8, 30)
    timer.join()
    accepted = sum(b">Accepted<" in answer for answer in answers)
    rejected = sum(b"<Code>304<" in answer for answer in answers)
    assert accepted + rejected == len(answers) == 240
    assert accepted >= 239, "but for the one that was sent before"
    assert _becomes(lambda: _children(crowded) == [])
    assert crowded.post("LearnerMatchRequest").root.text == "1"


@pytest.mark.parametrize("crowded", [{"REST": "3"}], indirect=True)
def test_it_goes_when_nobody_comes_any_more_and_comes_again(crowded: Server) -> None:
    """Its memory is the machine's again."""
    (first,) = _children(crowded)
    assert _becomes(lambda: _children(crowded) == [])
    assert _becomes(
        lambda: crowded.post("SaveLearnerActivity").status == 200 and _children(crowded) not in ([], [first])
    )
    assert all(b"Result>" in answer for answer in _submit(crowded, 4, 20))


def test_it_goes_when_the_server_is_killed(crowded: Server) -> None:
    """Nobody is left who could tell it to."""
    (child,) = _children(crowded)
    crowded.process.kill()
    assert _becomes(lambda: not Path(f"/proc/{child}").exists() or "Z (zombie)" in _status(child))


def _status(process: int) -> str:
    try:
        return Path(f"/proc/{process}/status").read_text()
    except OSError:
        return "Z (zombie)"
