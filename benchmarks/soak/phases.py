"""The long runs, one function each: what was done, how often, and what came of it."""

from __future__ import annotations

import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import support
from tests.e2e.conftest import Server, start
from tests.hardening.crowd import connect, disperse, drip, latencies, raise_limit
from tests.hardening.fuzzing import fuzz
from tests.hardening.line import Line
from tests.hardening.process import descriptors, memory
from tests.hardening.racing import race
from tests.hardening.storm import weather

ROOT = Path(__file__).parents[2]
CLOCK = support.NOW


@dataclass
class Row:
    """One line of the table. `failures` is empty when all went well."""

    done: str
    many: str
    result: str
    failures: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)


@contextmanager
def served(*flags: str) -> Iterator[tuple[Server, Path]]:
    """A server on a store in a folder of its own, with the reference's activity registered."""
    with tempfile.TemporaryDirectory(prefix="mockpars-soak-") as name:
        server = start("--db", f"{name}/soak.db", "--clock", CLOCK, *flags)
        try:
            server.post("SaveActivity")
            yield server, Path(name)
        finally:
            server.stop()


def fuzzed(count: int, seed: str) -> Row:
    """The structure-aware XML fuzzer."""
    with served() as (server, _):
        outcome = fuzz(server.base, server.process.pid, seed, count)
        alive = server.post("LearnerMatchRequest").root.text == "1"
    settled = outcome.memory[len(outcome.memory) // 4]
    growth = outcome.memory[-1] - settled
    failures = outcome.failures[:20] + ([] if alive else ["the server did not answer afterwards"])
    if growth > 10:
        failures.append(f"memory grew by {growth:.1f} MiB after the first quarter")
    accepted = outcome.statuses[200]
    return Row(
        "Structure-aware XML fuzzer",
        f"{outcome.sent:,} requests, seed {seed}",
        f"{len(outcome.failures)} answers of 5xx, hangs or answers not of their schema; slowest answer "
        f"{outcome.slowest:.2f} s; {accepted:,} passed schema and credentials; memory {settled:.1f} MiB after "
        f"a quarter, {outcome.memory[-1]:.1f} at the end",
        failures,
        {
            "statuses": {str(status): many for status, many in sorted(outcome.statuses.items())},
            "codes": dict(outcome.codes.most_common()),
            "memory_mib": [round(value, 1) for value in outcome.memory],
            "seconds": round(outcome.seconds),
            "slowest_s": round(outcome.slowest, 3),
        },
    )


def bombed(count: int) -> Row:
    """Gzip bombs, four at a time: each would be 1 GiB, and is given up at --max-body (32 MiB)."""
    bomb = gzip.compress(b" " * (1 << 30), 6)
    headers = ("Content-Type: application/xml", "Content-Encoding: gzip")
    sizes: list[float] = []
    statuses: Counter[int] = Counter()
    with served() as (server, _):
        before, lines = memory(server.process.pid), [Line(server.base, 60) for _ in range(4)]
        for number in range(count // 4):
            for line in lines:
                line.begin("POST", support.path_of("SaveActivity"), bomb, *headers)
            statuses.update(line.finish().status for line in lines)
            if number % max(count // 40, 1) == 0:
                sizes.append(memory(server.process.pid))
        sizes.append(memory(server.process.pid))
        for line in lines:
            line.close()
    early = max(sizes[: len(sizes) // 2])
    failures = [] if set(statuses) == {413} else [f"statuses {dict(statuses)}"]
    failures += [] if sizes[-1] < early + 10 else [f"memory went on growing, from {early:.0f} MiB to {sizes[-1]:.0f}"]
    return Row(
        "Gzip bombs of 1 GiB, four at a time",
        f"{statuses.total():,} requests of {len(bomb) >> 10:,} KiB",
        f"all 413; memory {before:.0f} MiB before, at most {early:.0f} in the first half, {sizes[-1]:.0f} at the end",
        failures,
        {"memory_mib": [round(value, 1) for value in sizes]},
    )


def described(examples: int) -> Row:
    """Schemathesis, by the tests that also run it briefly."""
    with tempfile.TemporaryDirectory(prefix="mockpars-soak-") as folder:
        tally = Path(folder, "tally")
        environ = {**os.environ, "MOCKPARS_FUZZ": str(examples), "MOCKPARS_FUZZ_TALLY": str(tally)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/schemathesis"]
        started = time.perf_counter()
        ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)  # noqa: S603 - our own tests
        lines = [line.split() for line in tally.read_text(encoding="ascii").splitlines()] if tally.exists() else []
    sent = sum(int(many) for _, many, *_ in lines)
    memories = [float(value) for _, _, value in lines]
    failed = re.findall(r"^FAILED (.+)$", ran.stdout, re.MULTILINE)
    if ran.returncode and not failed:
        failed = [ran.stdout[-1500:]]
    return Row(
        "Schemathesis on every XML and control operation, valid and invalid data",
        f"{sent:,} requests, up to {examples} of each kind and operation",
        f"{len(failed)} operations with a 5xx, an undescribed status or type, or an answer not as described; memory "
        f"{min(memories, default=0):.1f} to {max(memories, default=0):.1f} MiB",
        failed,
        {"requests": sent, "seconds": round(time.perf_counter() - started)},
    )


def killed(kills: int) -> Row:
    """Kill -9 under load, again and again on one store."""
    alive: list[Server] = []

    def starting(*flags: str) -> Server:
        alive.append(start(*flags))
        return alive[-1]

    with tempfile.TemporaryDirectory(prefix="mockpars-soak-") as folder:
        try:
            toll = weather(starting, Path(folder), kills)
        finally:
            for server in alive:
                server.stop()
    return Row(
        "kill -9 under load of 8 clients, one store",
        f"{toll.kills} kills, {len(toll.acknowledged):,} acknowledged records",
        f"{len(toll.lost)} acknowledged records lost; slowest start on the store {toll.slowest_start:.2f} s",
        [f"lost: {credit_id}" for credit_id in toll.lost],
        {"kills": toll.kills, "acknowledged": len(toll.acknowledged), "lost": len(toll.lost)},
    )


def raced(rounds: int) -> Row:
    """64 clients at the very same moment."""
    with served() as (server, _):
        same = race(server.base, 64, rounds=rounds, sandbox=None, identical=True)
        for number in range(rounds):
            server.create(f"race-{number}")
            server.post("SaveActivity", None, f"race-{number}")
        distinct = [
            race(server.base, 64, rounds=1, sandbox=f"race-{number}", identical=False) for number in range(rounds)
        ]
    failures = []
    if (same.accepted, same.duplicates) != (rounds, rounds * 63):
        failures.append(f"identical: {same.accepted} accepted, {same.duplicates} duplicates, others {same.others[:3]}")
    failures += [
        f"distinct: {entry.accepted} accepted, others {entry.others[:3]}" for entry in distinct if entry.accepted != 64
    ]
    return Row(
        "64 clients racing, with identical and with distinct records",
        f"{rounds} races of each, {rounds * 128:,} submissions",
        f"identical: {same.accepted} accepted and {same.duplicates:,} told 304; distinct: "
        f"{sum(entry.accepted for entry in distinct):,} accepted",
        failures,
    )


def idle(count: int) -> Row:
    """So many idle connections, while others work."""
    may = raise_limit(count + 500)
    count = min(count, may - 300)
    with served() as (server, _):
        pid = server.process.pid
        alone = latencies(server.base, 300)
        time.sleep(0.5)  # until the connection that measured is gone
        before, open_before = memory(pid), descriptors(pid)
        crowd = connect(server.base, count)
        try:
            among, during, open_during = latencies(server.base, 300), memory(pid), descriptors(pid)
        finally:
            disperse(crowd)
        until = time.monotonic() + 60
        while descriptors(pid) > open_before + 5 and time.monotonic() < until:
            time.sleep(0.1)
        left, after = descriptors(pid) - open_before, memory(pid)
    failures = [] if open_during - open_before >= count else [f"only {open_during - open_before} were held"]
    failures += [] if left <= 5 else [f"{left} descriptors were left"]
    failures += [] if among[-1] < 5 else [f"a request took {among[-1]:.1f} s"]
    return Row(
        "Idle connections, while another client works",
        f"{count:,} connections",
        f"all held; median answer {_ms(alone[150])} before, {_ms(among[150])} among them, longest {_ms(among[-1])}; "
        f"memory {before:.0f} MiB before, {during:.0f} with them, {after:.0f} after; {max(left, 0)} descriptors left",
        failures,
        {"median_before_s": alone[150], "median_among_s": among[150], "memory_mib": [before, during, after]},
    )


def slow(count: int) -> Row:
    """Slow-loris: half of them drip a header, half a body, one byte a second."""
    raise_limit(count + 500)
    path = support.path_of("SaveActivity")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {support.XML}\r\n".encode()
    with served("--body-timeout", "10") as (server, _):
        pid, before = server.process.pid, memory(server.process.pid)
        crowd = connect(server.base, count // 2, head + b"X-Slow: ")
        crowd += connect(server.base, count // 2, head + b"Content-Length: 100000\r\n\r\n<")
        taken: list[float] = []
        until = time.monotonic() + 35
        while time.monotonic() < until:
            drip(crowd, b"a")
            taken += latencies(server.base, 50)
            time.sleep(0.5)
        during = memory(pid)
        ended = sum(1 for connection in crowd[count // 2 :] if _told_408(connection))
        dropped = sum(1 for connection in crowd[: count // 2] if _hung_up(connection))
        disperse(crowd)
    taken.sort()
    failures = [] if taken[-1] < 5 else [f"a request took {taken[-1]:.1f} s"]
    failures += [] if ended == count // 2 else [f"only {ended} of {count // 2} slow bodies were ended"]
    failures += [] if dropped == count // 2 else [f"only {dropped} of {count // 2} slow headers were ended"]
    return Row(
        "Slow-loris for 35 seconds: headers and bodies a byte at a time",
        f"{count:,} connections, {len(taken):,} other requests",
        f"median answer to others {_ms(taken[len(taken) // 2])}, longest {_ms(taken[-1])}; {ended} of {count // 2} "
        f"slow bodies ended by 408 at --body-timeout, {dropped} slow headers after 30 s; "
        f"memory {before:.0f} MiB before, {during:.0f} with them",
        failures,
    )


def _told_408(connection: socket.socket) -> bool:
    connection.settimeout(5)
    try:
        return connection.recv(100).startswith(b"HTTP/1.1 408")
    except OSError:
        return False


def _hung_up(connection: socket.socket) -> bool:
    """Whether it was closed, be it without a word or after a 408."""
    connection.settimeout(5)
    try:
        while piece := connection.recv(4096):
            if not piece.startswith(b"HTTP/1.1 408"):
                return False
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


PHASES: Mapping[str, Callable[[float], Row]] = {
    "race": lambda scale: raced(max(int(20 * scale), 1)),
    "kill": lambda scale: killed(max(int(50 * scale), 1)),
    "idle": lambda scale: idle(int(10_000 * scale)),
    "slow": lambda scale: slow(max(int(1000 * scale), 2)),
    "bombs": lambda scale: bombed(max(int(200 * scale), 8)),
    "fuzz": lambda scale: fuzzed(int(195_000 * scale), "soak"),
    "described": lambda scale: described(max(int(200 * scale), 1)),
}
"""By name; the scale shortens or lengthens each."""
