"""Measure the studio at 100,000 learner records and a full journal: every page, the downloads, and PARS meanwhile.

    python benchmarks/studio.py [--records 100000] [--journal 5000] [--loads 20] [--db studio.db]

Prints tables in Markdown. The store is filled over HTTP, which takes a minute; --db keeps it, and uses it again.
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from load import load, make_request
from run import BASIC, CLOCK, LEARNER, MOCKPARS, Completions, Server, serve

GOAL_MS = 500.0
HOME = "/_mockpars/"
STUDIO = "/_mockpars/studio/default"
LATER = "2026-06-19T12:00:00-05:00"
"""Four days after the records were accepted: they have been transmitted and decided."""
STARTS = 3


@dataclass
class Loads:
    """What loading one page took, in milliseconds: the first time, again and again, and of the server's processor."""

    name: str
    first: float
    again: list[float]
    processor: float

    @property
    def worst(self) -> float:
        """The slowest of all."""
        return max(self.first, *self.again)

    def line(self) -> str:
        """A row of the table."""
        middle, slowest = statistics.median(self.again), max(self.again)
        verdict = "yes" if self.worst < GOAL_MS else "**no**"
        times = f"{self.first:.0f} ms | {middle:.0f} ms | {slowest:.0f} ms"
        return f"| {self.name} | {times} | {self.processor:.0f} ms | {verdict} |"


@dataclass
class Download:
    """A file from the studio, and what PARS's own answers took meanwhile, in milliseconds."""

    name: str
    first_byte: float = 0.0
    whole: float = 0.0
    size: int = 0
    processor: float = 0.0
    grown: float = 0.0
    answers: list[float] = field(default_factory=list)

    def line(self) -> str:
        """A row of the table."""
        waits = sorted(self.answers) or [0.0]
        worst, middle = waits[-1], statistics.median(waits)
        return (
            f"| {self.name} | {self.first_byte:.0f} ms | {self.whole / 1000:.1f} s | {self.processor:.1f} s "
            f"| {self.size / 1e6:.1f} MB | {self.grown:+.0f} MB | {len(self.answers)}, median {middle:.0f} ms, "
            f"worst {worst:.0f} ms |"
        )


def fill(database: Path, records: int, journal: int) -> None:
    """Store records 5,000 a message, and then as many single ones as the journal keeps exchanges."""
    with serve(MOCKPARS, "--db", str(database), "--clock", CLOCK, "--journal-limit", str(journal)) as server:
        completions = Completions(server)
        completions.store(max(records - journal - journal // 50, 1))
        completions.prepare(journal + journal // 50)
        singles = completions.messages(journal + journal // 50)
        result = load(server.url, singles, connections=4, seconds=3600, expect=b">Accepted<")
        if result.unexpected:
            raise RuntimeError(f"{result.unexpected} were not accepted: {result.sample[:2000]!r}")


def timed(server: Server, path: str) -> float:
    """Load a page; return milliseconds."""
    started = time.perf_counter()
    server.call("GET", path)
    return (time.perf_counter() - started) * 1000


def loaded(server: Server, name: str, path: str, times: int) -> Loads:
    """Load a page once, and then some times more."""
    first = timed(server, path)
    before = server.cpu()
    again = [timed(server, path) for _ in range(times)]
    return Loads(name, first, again, (server.cpu() - before) / times * 1000)


def first_pages(flags: list[str], path: str, patience: float) -> tuple[float, float]:
    """Return the median and worst milliseconds of the first page so many seconds after the start."""
    taken = []
    for _ in range(STARTS):
        with serve(MOCKPARS, *flags) as server:
            server.call("GET", "/_mockpars/ready")
            time.sleep(patience)
            taken.append(timed(server, path))
    return statistics.median(taken), max(taken)


def linked(server: Server, page: str, kind: str) -> str:
    """Return the number of the first thing of a kind that a page links to."""
    found = re.search(rf'href="{STUDIO}/{kind}/(\d+)"', server.call("GET", f"{STUDIO}/{page}").decode())
    if found is None:
        raise RuntimeError(f"{page} links to nothing in {kind}")
    return found[1]


def pages(server: Server) -> dict[str, str]:
    """Return the path of every page that can be opened, by name."""
    newest = linked(server, "learners", "learners")
    activity = linked(server, "learners", "activities")
    oldest = linked(server, "learners?activity=BENCH-0", "activities")
    exchange = linked(server, "journal", "journal")
    middle = 100_000_000 + int(newest) % 100_000_000 // 2
    return {
        "overview": HOME,
        "physicians": f"{STUDIO}/physicians",
        "a physician, with records and transcript": f"{STUDIO}/physicians/PH-0300",
        "activities": f"{STUDIO}/activities",
        "an activity, the oldest": f"{STUDIO}/activities/{oldest}",
        "an activity, the newest": f"{STUDIO}/activities/{activity}",
        "learner search": f"{STUDIO}/learners",
        "learner search, in the middle": f"{STUDIO}/learners?before={middle}",
        "learner search by name": f"{STUDIO}/learners?q=an",
        "learner search, one physician": f"{STUDIO}/learners?q=PH-0300",
        "learner search, one activity": f"{STUDIO}/learners?activity=BENCH-0",
        "learner search, a status none has": f"{STUDIO}/learners?status=Deleted",
        "learner search, a board none has": f"{STUDIO}/learners?board=ABIM",
        "learner search by completion": f"{STUDIO}/learners?from=2026-01-05&to=2026-01-05",
        "a learner record": f"{STUDIO}/learners/{newest}",
        "break it": f"{STUDIO}/break",
        "journal": f"{STUDIO}/journal",
        "journal, an outcome none has": f"{STUDIO}/journal?outcome=Fault",
        "an exchange": f"{STUDIO}/journal/{exchange}",
        "mail": f"{STUDIO}/mail",
        "codes": f"{STUDIO}/codes",
        "upload": f"{STUDIO}/upload",
        "transcript, PDF": f"{STUDIO}/physicians/PH-0300/transcript.pdf",
    }


@contextmanager
def client_of_pars(server: Server, answers: list[float]) -> Iterator[None]:
    """Look a status up again and again meanwhile, a hundred times a second at most."""
    done = threading.Event()
    url = f"{server.url}{LEARNER}/GetLearnerStatusByCreditId?CreditId=ccid:mockpars:100000001"
    request = make_request("GET", url, b"", BASIC, "Connection: close")

    def ask() -> None:
        while not done.is_set():
            started = time.perf_counter()
            host, _, port = server.url.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port)), timeout=60) as connection:
                connection.sendall(request)
                while connection.recv(65536):
                    pass
            answers.append((time.perf_counter() - started) * 1000)
            time.sleep(0.01)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def download(server: Server, name: str, path: str) -> Download:
    """Fetch a file, piece by piece, while a client of PARS goes on."""
    found = Download(name)
    before, processor = server.resident(), server.cpu()
    with client_of_pars(server, found.answers):
        started = time.perf_counter()
        with urllib.request.urlopen(server.url + path, timeout=600) as answer:  # noqa: S310 - our own server
            found.size = len(answer.read(1))
            found.first_byte = (time.perf_counter() - started) * 1000
            highest = before
            while piece := answer.read(65536):
                found.size += len(piece)
                highest = max(highest, server.resident())
        found.whole = (time.perf_counter() - started) * 1000
    found.grown, found.processor = highest - before, server.cpu() - processor
    return found


def measure(database: Path, chosen: argparse.Namespace) -> str:
    """Return all the results, as Markdown."""
    flags = ["--db", str(database), "--clock", LATER, "--journal-limit", str(chosen.journal)]
    lines = ["| first page after the start | median | worst | under 0.5 s |", "|---|---|---|---|"]
    for name, path in (("overview", HOME), ("learner search", f"{STUDIO}/learners")):
        for patience, when in ((0.0, "at once"), (2.0, "after two seconds")):
            middle, worst = first_pages(flags, path, patience)
            verdict = "yes" if worst < GOAL_MS else "**no**"
            lines.append(f"| {name}, {when} | {middle:.0f} ms | {worst:.0f} ms | {verdict} |")
    with serve(MOCKPARS, *flags) as server:
        lines += ["", "| page | first time | median | worst | processor | under 0.5 s |", "|---|---|---|---|---|---|"]
        for name, path in pages(server).items():
            lines.append(loaded(server, name, path, chosen.loads).line())
        lines += [
            "",
            "| download | first byte | whole | processor | size | memory | PARS answers meanwhile |",
            "|---|---|---|---|---|---|---|",
        ]
        idle: list[float] = []
        with client_of_pars(server, idle):
            time.sleep(3)
        lines.append(Download("(none, for 3 s)", answers=idle, whole=3000).line())
        for kind in ("csv", "xlsx"):
            lines.append(download(server, f"all learners, {kind.upper()}", f"{STUDIO}/learners.{kind}").line())
        lines += ["", f"Memory of the server at the end: {server.resident():.0f} MB."]
    return "\n".join(lines)


def main() -> None:
    """Fill a store unless it is there, measure, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--journal", type=int, default=5_000)
    options.add_argument("--loads", type=int, default=20)
    options.add_argument("--db", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        database = chosen.db or Path(name) / "studio.db"
        if not database.exists():
            fill(database, chosen.records, chosen.journal)
        print(measure(database, chosen))


if __name__ == "__main__":
    main()
