"""The same store on PostgreSQL: same behaviour, and several replicas of one sandbox behave as one."""

from __future__ import annotations

import getpass
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import path_of, sample

pytest.importorskip("psycopg", reason="the PostgreSQL store needs psycopg")

pytestmark = [pytest.mark.served, pytest.mark.xdist_group("postgres")]

XML = {"Content-Type": "application/xml; charset=utf-8"}


def _binary(name: str) -> str:
    """A program of PostgreSQL's server, which Debian keeps off the path; the newest."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) or [Path(shutil.which(name) or "")]
    if not found[-1].is_file():
        pytest.skip(f"PostgreSQL's server is not installed here ({name} is missing)")
    return str(found[-1])


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A database server of our own, on a socket in a folder of its own: no port, nothing left behind."""
    initdb, postgres = _binary("initdb"), _binary("postgres")
    owner = "nobody" if os.getuid() == 0 else getpass.getuser()  # PostgreSQL refuses to run as root
    with tempfile.TemporaryDirectory(prefix="mockpars-pg-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
        switch = owner if os.getuid() == 0 else None
        made = [initdb, "-D", f"{name}/data", "-U", "mockpars", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(
            made, check=True, stdout=subprocess.DEVNULL, cwd=name, env={"PATH": "/usr/bin:/bin"}, user=switch
        )
        flags = ["-D", f"{name}/data", "-k", name, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([postgres, *flags], stdout=log, stderr=log, cwd=name, user=switch)
        url = f"postgresql://mockpars@/postgres?host={name}"
        try:
            _wait_for(url, server)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    import time

    import psycopg

    for _ in range(200):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL did not start"
            time.sleep(0.05)
        else:
            return
    pytest.fail("PostgreSQL did not answer in ten seconds")


@contextmanager
def replica(url: str) -> Iterator[str]:
    """One served process on the shared database; yields its base URL."""
    command = [sys.executable, "-m", "mockpars", "serve", "--port", "0", "--clock", "2026-05-10T15:00:00Z"]
    process = subprocess.Popen([*command, "--database-url", url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


def post(base: str, operation: str, body: str) -> str:
    """One message to an operation."""
    request = urllib.request.Request(base + path_of(operation), body.encode(), XML)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def control(base: str, path: str, body: str) -> str:
    """One request to the control API."""
    request = urllib.request.Request(f"{base}/_mockpars{path}", body.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def test_the_contract_is_kept_on_postgresql(database_url: str) -> None:
    """The very cases that judge the mock on SQLite."""
    with replica(database_url) as base:
        ran = subprocess.run(
            [sys.executable, "-m", "mockpars.contract", "run", "--target", base], capture_output=True, text=True
        )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
    assert re.search(r"\b[1-9]\d\d cases: [1-9]\d\d pass", ran.stdout)


def test_duplicates_racing_on_two_replicas_yield_one_accepted(database_url: str) -> None:
    """The unique index decides, whichever replica is asked; each loser is told 304 (L5)."""
    with replica(database_url) as one, replica(database_url) as two:
        control(one, "/sandboxes/default/reset", "{}")
        post(one, "SaveActivity", sample("SaveActivity"))
        message = sample("SaveLearnerActivity")
        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda n: post((one, two)[n % 2], "SaveLearnerActivity", message), range(64)))
    accepted = [answer for answer in answers if "<Result>Accepted</Result>" in answer]
    assert len(accepted) == 1
    assert sum("<Code>304</Code>" in answer for answer in answers) == 63


def test_what_one_replica_does_the_other_knows(database_url: str) -> None:
    """Clock, records and reset are the sandbox's, not the process's."""
    with replica(database_url) as one, replica(database_url) as two:
        control(one, "/sandboxes/default/reset", "{}")
        post(one, "SaveActivity", sample("SaveActivity"))
        answer = post(two, "SaveLearnerActivity", sample("SaveLearnerActivity"))
        credit = re.search(r"<CreditId>(.+?)</CreditId>", answer)
        assert credit is not None
        control(two, "/sandboxes/default/clock/advance", '{"by": "overnight"}')
        with urllib.request.urlopen(f"{one}/_mockpars/sandboxes/default/learner-records/{credit[1]}") as found:
            assert b'"Transmitted"' in found.read()
        control(one, "/sandboxes/default/reset", "{}")
        assert "<Code>302</Code>" in post(two, "SaveLearnerActivity", sample("SaveLearnerActivity"))


def test_replicas_may_start_at_the_same_moment_on_an_empty_database(database_url: str) -> None:
    """Both set up the tables and the default sandbox; neither fails, and there is one sandbox."""
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
    fresh = database_url.replace("/postgres?", "/fresh?")
    with ThreadPoolExecutor(4) as pool:
        bases = list(pool.map(_ready_and_stop, [fresh] * 4))
    assert bases == ["ready"] * 4
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT COUNT(*) FROM world").fetchone() == (1,)


def _ready_and_stop(url: str) -> str:
    with replica(url) as base, urllib.request.urlopen(f"{base}/_mockpars/ready", timeout=30) as answer:
        return "ready" if answer.status == 200 else "not ready"


def test_a_database_that_is_not_there_is_a_kind_error() -> None:
    """What is wrong and what to do, without the password."""
    url = "postgresql://somebody:very-secret@127.0.0.1:1/nothing"
    command = [sys.executable, "-m", "mockpars", "serve", "--port", "0", "--database-url", url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "cannot be reached" in ran.stderr
    assert "--database-url" in ran.stderr
    assert "very-secret" not in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
