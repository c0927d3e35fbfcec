"""Measure mockpars beside Mountebank, WireMock, MockServer and Mockoon, all in one run: `make peers`.

    python benchmarks/peers/compare.py [--seconds 1.5] [--rounds 3] [--only NAME] [--json results.json]

Installs them by npm below .peers/ (the Java ones are jars inside their packages, so Java 17 is needed too). Every
message is a completion that was not sent before. Prints tables in Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load import Result, load
from run import CLOCK, LEARNER, MOCKPARS, ROOT, Completions, Server, serve, wrap
from stubs import PATH, PEERS, XML, Peer, free_port

CONNECTIONS = (1, 16, 64)
HOME = ROOT / ".peers"
GOOD = b">Accepted<"
# More than any server takes; one that took them all would end its round early. Making them is not measured.
A_SECOND = 8_000

Changes = Callable[[str], str]
MISTAKES: dict[str, Changes] = {
    "wrong password": lambda text: text.replace("<Password>sandbox<", "<Password>wrong<"),
    "not well-formed": lambda text: text.replace("</Data>", ""),
    "NPI of nine digits": lambda text: _without_last(text, "</ar:MedicalEducationNumber>"),
    "completed on February 30": lambda text: _put(text, "ar:CompletedDateTime", "2026-02-30"),
    "an element that is no part of the message": lambda text: text.replace("<ar:Credits>", "<ar:Extra/><ar:Credits>"),
    "1.5 credits, and 1.0 is registered": lambda text: _put(text, "ar:CreditAmount", "1.5"),
    "a physician PARS does not know": lambda text: _put(text, "ar:DateOfBirth", "1901-01-01"),
    "an activity PARS does not know": lambda text: _put(text, "ar:AccmeActivityID", "99999999"),
    "completed before the activity began": lambda text: _put(text, "ar:CompletedDateTime", "2025-06-01"),
    "sent before": lambda text: text,
}


def _put(text: str, name: str, value: str) -> str:
    start = text.index(f"<{name}>") + len(name) + 2
    return text[:start] + value + text[text.index("</", start) :]


def _without_last(text: str, mark: str) -> str:
    end = text.index(mark)
    return text[: end - 1] + text[end:]


@dataclass
class Measured:
    """What was measured of one server."""

    name: str
    matcher: str
    start: float = 0.0
    idle: float = 0.0
    loaded: float = 0.0
    rates: dict[int, float] = field(default_factory=dict)
    p99: dict[int, float] = field(default_factory=dict)
    cpu: float = 0.0
    noticed: list[str] = field(default_factory=list)


def install() -> Path:
    """Install the peers once; return the folder of their packages."""
    for program in ("npm", "node", "java"):
        if shutil.which(program) is None:
            raise SystemExit(f"peers: skipped: {program} is missing on this machine.")
    HOME.mkdir(exist_ok=True)
    wanted = Path(__file__).with_name("package.json").read_text()
    ours = HOME / "package.json"
    if not ours.exists() or ours.read_text() != wanted or not (HOME / "node_modules").is_dir():
        ours.write_text(wanted)
        quiet = ["--no-audit", "--no-fund", "--silent"]
        subprocess.run(["npm", "install", *quiet], cwd=HOME, check=True)  # noqa: S603, S607 - the packages named above
    return HOME / "node_modules"


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """Status and body of the answer to a message; 0 where there is none."""
    request = urllib.request.Request(url, body, {"Content-Type": XML})  # noqa: S310 - this machine
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - this machine
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


@contextmanager
def peer_server(peer: Peer, folder: Path, packages: Path) -> Iterator[Server]:
    """Start a peer and stop it again."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - the commands in stubs.py
        peer.command(folder, packages, port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "errors").open("w"),
        cwd=folder,
        text=True,
        start_new_session=True,
    )
    try:
        yield Server(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def completions(server: Server, *, registered: bool) -> Completions:
    """Messages for a server: a peer takes any activity, so none is registered there."""
    found = Completions(server)
    if not registered:
        found.ids = ["12345678"] * 100_000
    return found


def await_good(server: Server, path: str, body: bytes, good: bytes) -> None:
    """Wait for the first good answer. Raises RuntimeError after a minute, with the last answer."""
    until = time.perf_counter() + 60
    last: tuple[int, bytes] = (0, b"")
    while time.perf_counter() < until and server.process.poll() is None:
        last = post(server.url + path, body)
        if good in last[1]:
            return
        time.sleep(0.005)
    raise RuntimeError(f"there was no good answer: {last}, exit {server.process.poll()}")


@dataclass
class Contender:
    """A server in the run: how it is opened, its first request (path, body, good answer), and what was measured."""

    found: Measured
    opened: Callable[[], AbstractContextManager[Server]]
    first: Callable[[Server], tuple[str, bytes, bytes]]
    registered: bool
    server: Server | None = None
    messages: Completions | None = None
    results: dict[int, list[Result]] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)

    def start(self) -> float:
        """Start it, see a good answer and stop it; return the seconds to that answer."""
        began = time.perf_counter()
        with self.opened() as server:
            await_good(server, *self.first(server))
            return time.perf_counter() - began

    def settle(self, server: Server) -> None:
        """Take the server that stays: its idle memory, and what it notices."""
        await_good(server, *self.first(server))
        self.found.idle = server.resident()
        self.server, self.messages = server, completions(server, registered=self.registered)
        self.found.noticed = noticed(server, self.messages, registered=self.registered)

    def round(self, connections: int, seconds: float, *, counts: bool) -> None:
        """A round of load; it counts, or it warms up."""
        if self.server is None or self.messages is None:
            raise RuntimeError(f"{self.found.name} is not running")
        if self.registered:
            self.messages.prepare(int(seconds * A_SECOND))
        # Made beforehand: the load generator shares the processor with the servers.
        requests = list(self.messages.messages(int(seconds * A_SECOND)))
        before = self.server.cpu()
        result = load(self.server.url, iter(requests), connections=connections, seconds=seconds, expect=GOOD)
        if result.unexpected:
            raise RuntimeError(f"{self.found.name}: {result.unexpected} were not accepted: {result.sample[:500]!r}")
        if counts:
            self.results.setdefault(connections, []).append(result)
            self.cpu.append((self.server.cpu() - before) * 1e6 / max(1, sum(result.statuses.values())))

    def finish(self) -> Measured:
        """The medians of the rounds."""
        if self.server is not None:
            self.found.loaded = self.server.resident()
        for connections, results in self.results.items():
            self.found.rates[connections] = statistics.median(result.rate for result in results)
            self.found.p99[connections] = statistics.median(result.p99 for result in results)
        self.found.cpu = statistics.median(self.cpu)
        return self.found


def noticed(server: Server, messages: Completions, *, registered: bool) -> list[str]:
    """Which mistakes in a message the server notices: it answers something other than Accepted."""
    if registered:
        messages.prepare(20)
    records = messages.records(20)
    found = []
    for (name, change), record in zip(MISTAKES.items(), records, strict=False):
        right = wrap(record).decode()
        if name == "sent before":
            post(server.url + PATH, right.encode())
        if GOOD not in post(server.url + PATH, change(right).encode())[1]:
            found.append(name)
    return found


def any_completion(server: Server) -> tuple[str, bytes, bytes]:
    """The first request to a peer, which takes any completion."""
    return PATH, wrap(next(completions(server, registered=False).records(1))), GOOD


def contenders(folder: Path, packages: Path, only: str | None) -> Iterator[Contender]:
    """mockpars, with a database file that it keeps, and the peers."""
    sample = subprocess.run(  # noqa: S603 - our own program
        [*MOCKPARS[:3], "sample", "LearnerMatchRequest"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    match = (f"{LEARNER}/LearnerMatchRequest", sample, b">1<")
    matcher = "XSD, then credentials, provider, physician, activity, dates, credits, duplicates; stored"

    def ours() -> AbstractContextManager[Server]:
        return serve(MOCKPARS, "--db", f"{tempfile.mkdtemp(dir=folder)}/peers.db", "--clock", CLOCK)

    yield Contender(Measured("mockpars", matcher), ours, lambda _: match, True)
    for peer in PEERS:
        if only in (None, peer.name):
            opened = partial(peer_server, peer, folder, packages)
            yield Contender(Measured(peer.name, peer.matcher), opened, any_completion, False)


def measure(all_of_them: list[Contender], seconds: float, rounds: int) -> list[Measured]:
    """Everything. All run side by side and take turns, so that a machine that is busy is so for each of them."""
    starts: dict[str, list[float]] = {one.found.name: [] for one in all_of_them}
    for _ in range(rounds):
        for one in all_of_them:
            starts[one.found.name].append(one.start())
    for one in all_of_them:
        one.found.start = statistics.median(starts[one.found.name])
    with ExitStack() as running:
        for one in all_of_them:
            one.settle(running.enter_context(one.opened()))
        for one in all_of_them:
            one.round(16, seconds * 4, counts=False)  # Java compiles meanwhile
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for one in all_of_them:
                    one.round(connections, seconds, counts=True)
        return [one.finish() for one in all_of_them]


def tables(all_of_them: list[Measured]) -> str:
    """The results, and how each stands to mockpars, as Markdown."""
    head = "| | start | idle | loaded | 1 connection | 16 | 64 | p99 at 1 / 16 / 64 | processor per message |"
    lines = [head, "|---" * 9 + "|"]
    for one in all_of_them:
        rates = " | ".join(f"{one.rates[count]:,.0f}/s" for count in CONNECTIONS)
        p99 = " / ".join(f"{one.p99[count]:.1f}" for count in CONNECTIONS)
        memory = f"{one.idle:.0f} MB | {one.loaded:.0f} MB"
        lines.append(f"| {one.name} | {one.start:.2f} s | {memory} | {rates} | {p99} ms | {one.cpu:.0f} µs |")
    ours = all_of_them[0]
    lines += ["", "mockpars against each; above 1 it is ahead:", ""]
    lines += ["| | start | idle | loaded | 1 | 16 | 64 |", "|---" * 7 + "|"]
    for one in all_of_them[1:]:
        ratios = [one.start / ours.start, one.idle / ours.idle, one.loaded / ours.loaded]
        ratios += [ours.rates[count] / one.rates[count] for count in CONNECTIONS]
        lines.append(f"| {one.name} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")
    names = " | ".join(one.name for one in all_of_them)
    lines += ["", f"| noticed | {names} |", "|---" * (len(all_of_them) + 1) + "|"]
    for name in MISTAKES:
        lines.append(f"| {name} | " + " | ".join("yes" if name in one.noticed else "no" for one in all_of_them) + " |")
    lines.append("| matched by | " + " | ".join(one.matcher for one in all_of_them) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure them one after the other, and print and keep the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--seconds", type=float, default=1.5)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--only", help="one peer beside mockpars")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    # A run that is told to stop takes its servers along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    packages = install()
    with tempfile.TemporaryDirectory() as name:
        results = measure(list(contenders(Path(name), packages, chosen.only)), chosen.seconds, chosen.rounds)
    print(tables(results))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(one) for one in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
