"""Count the instructions of one submission, beside the bare endpoint's: a busy machine changes them less than times.

    python benchmarks/instructions.py

Serves both under Valgrind's cachegrind (Debian: apt-get install valgrind) with few and with many submissions from 16
connections; the difference, divided, is what one of them takes. A few minutes.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import tempfile
import time
from pathlib import Path

from load import load, make_request
from run import BARE, BASIC, CLOCK, LEARNER, MOCKPARS, ROOT, Completions, Server, serve, wrap

VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
FEW, MANY = 300, 1100
UNTIL_WARM = 30.0
"""Seconds after which, under Valgrind too, all that is imported after the start has been."""


def instructions(command: list[str], count: int, *, bare: bool) -> int:
    """Return what a served process takes from its start to its end, with so many submissions."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [] if bare else ["--db", str(Path(folder, "count.db")), "--clock", CLOCK, "--one-process"]
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [*VALGRIND, *command, *flags], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if process.stdout is None:
            raise RuntimeError("no standard output")
        server = Server(process, process.stdout.readline().strip())
        time.sleep(UNTIL_WARM)
        requests = list(itertools.islice(same(server) if bare else different(server), count))
        result = load(server.url, iter(requests), seconds=600, expect=b"Accepted")
        if result.statuses != {200: count} or result.unexpected:
            raise RuntimeError(f"not every submission was accepted: {result.statuses}, {result.sample[:1000]!r}")
        process.terminate()
        _, said = process.communicate(timeout=120)
    found = re.search(r"I\s+refs:\s+([\d,]+)", said)
    if found is None:
        raise RuntimeError(f"Valgrind counted nothing: {said[-1000:]}")
    return int(found[1].replace(",", ""))


def different(server: Server) -> itertools.chain[bytes]:
    """Return submissions that were never sent before; as many activities are made for few as for many."""
    completions = Completions(server)
    completions.prepare(MANY)
    return itertools.chain(completions.messages(MANY))


def same(server: Server) -> itertools.repeat[bytes]:
    """Return one of those again and again, which the bare endpoint stores however often it comes."""
    return itertools.repeat(make_request("POST", f"{server.url}{LEARNER}/SaveLearnerActivity", MESSAGE, BASIC))


def a_message() -> bytes:
    """Return a submission as mockpars accepts it."""
    with tempfile.TemporaryDirectory() as folder, serve(MOCKPARS, "--db", f"{folder}/one.db", "--clock", CLOCK) as one:
        completions = Completions(one)
        completions.prepare(1)
        return wrap(next(completions.records(1)))


def each(command: list[str], *, bare: bool) -> float:
    """Return the instructions of one submission."""
    few, many = (instructions(command, count, bare=bare) for count in (FEW, MANY))
    return (many - few) / (MANY - FEW)


if __name__ == "__main__":
    MESSAGE = a_message()
    ours, theirs = each(MOCKPARS, bare=False), each(BARE, bare=True)
    print(f"SaveLearnerActivity {ours:,.0f}, bare endpoint {theirs:,.0f}: ratio {theirs / ours:.2f}")
