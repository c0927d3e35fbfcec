"""A disk that fills up: 500 and a Fault that says so, nothing of the refused kept, all that was acknowledged safe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.hardening.people import WELCOME
from tests.hardening.storm import missing
from tests.support import NOW, Answer, Person, record

resource = pytest.importorskip("resource", reason="limits of a process are POSIX's")

pytestmark = [
    pytest.mark.served,
    pytest.mark.skipif(sys.platform != "linux", reason="prlimit and tmpfs are Linux's"),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes, which only root may make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk; the test with a limit on the file's size stands in for it")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _save(server: Server, who: Person) -> Answer:
    return server.post("SaveLearnerActivity", support.learners(record(who)))


def _until_full(server: Server) -> tuple[list[str], list[Person]]:
    """Submits until ten submissions were refused: the credit IDs of those that were taken, and who was refused."""
    taken: list[str] = []
    refused: list[Person] = []
    for who in WELCOME:
        answer = _save(server, who)
        if answer.status == 200:
            taken.extend(answer.all("CreditId"))
            continue
        assert answer.status == 500
        assert answer.codes == ["Internal"]
        assert "disk" in answer.one("Fix")
        assert support.RESPONSES.validate_response(answer.root) == ()
        refused.append(who)
        if len(refused) == 10:
            return taken, refused
    pytest.fail("the disk never filled")


def _recovers(server: Server, taken: list[str], refused: list[Person]) -> None:
    assert list(missing(server.base, taken)) == []
    for who in refused:
        # Accepted, not 304: nothing was kept of what was answered 500.
        taken.append(_save(server, who).one("CreditId"))


def _survives(starting: Callable[..., Server], store: tuple[str, ...], server: Server, taken: list[str]) -> None:
    server.stop(signal.SIGKILL)
    again = starting(*store)
    assert list(missing(again.base, taken)) == []
    again.stop()


def test_a_file_that_may_not_grow_is_a_500_and_no_more(starting: Callable[..., Server], tmp_path: Path) -> None:
    """By the process's own limit, which any user can set; lifted again, all is well."""
    store = ("--db", str(tmp_path / "full.db"), "--clock", NOW)
    server = starting(*store)
    server.post("SaveActivity")
    pid = server.process.pid
    size = max(entry.stat().st_size for entry in tmp_path.iterdir())
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 200_000, before[1]))
    taken, refused = _until_full(server)
    assert taken
    assert server.request("GET", "/_mockpars/ready").status in (200, 503)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    _recovers(server, taken, refused)
    _survives(starting, store, server, taken)


def test_a_full_disk_is_a_500_and_no_more(starting: Callable[..., Server], small_disk: Path) -> None:
    """A real file system without a byte left, then with some again."""
    store = ("--db", str(small_disk / "full.db"), "--clock", NOW)
    server = starting(*store)
    server.post("SaveActivity")
    filler = small_disk / "filler"
    room = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    filler.write_bytes(b"x" * max(room - 200_000, 0))
    taken, refused = _until_full(server)
    assert taken
    filler.unlink()
    _recovers(server, taken, refused)
    _survives(starting, store, server, taken)
