"""Measure mockpars in one run, beside the bare endpoint of bare.py under the same server.

    python benchmarks/run.py [--seconds 5] [--records 1000000] [--requests 100000] [--json results.json]

Prints a table in Markdown. Rounds of the two servers alternate, so that a busy machine is unfair to neither. The
store that lookups are measured in is filled over HTTP, which takes minutes for a million; --records shortens it.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from load import Result, load, make_request

ROOT = Path(__file__).parents[1]
ACTIVITY = "/services/ACCMEService.svc/IACCMEServiceREST"
LEARNER = "/services/ACCMELearnerService.svc/IACCMELearnerServiceREST"
USER, PASSWORD, PROVIDER = "ws-user@example.org", "sandbox", "0008273"
BASIC = "Authorization: Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
MOCKPARS = [sys.executable, "-m", "mockpars", "serve", "--port", "0"]
BARE = [sys.executable, str(ROOT / "benchmarks" / "bare.py"), "--commit", "round"]
CLOCK = "2026-06-15T12:00:00-05:00"
A_SECOND = 5_000
"""More submissions than are answered in a second."""
FEW = 10_000
"""Submissions after which the server's caches, and SQLite's, are full."""


@dataclass
class Server:
    """A server under measurement: its process and its base URL."""

    process: subprocess.Popen[str]
    url: str

    def processes(self) -> list[int]:
        """Return its processes: mockpars reads messages in a second one when there is a crowd."""
        first = self.process.pid
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def resident(self) -> float:
        """Return the memory that all its processes hold, in megabytes; what they share counts for each."""
        held = 0.0
        for process in self.processes():
            found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
            held += int(found[1]) / 1024 if found else 0.0
        return held

    def cpu(self) -> float:
        """Return the processor time that they have taken, in seconds; a busy machine changes it less than rates."""
        ticks = 0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Make one request; raise on a status that is not a success."""
        request = urllib.request.Request(self.url + path, body or None, method=method)  # noqa: S310 - our own
        request.add_header("Content-Type", "application/xml; charset=utf-8")
        with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 - our own server
            content: bytes = answer.read()
            return content


@contextmanager
def serve(command: list[str], *flags: str) -> Iterator[Server]:
    """Start a server and stop it again; its first line is its base URL."""
    process = subprocess.Popen([*command, *flags], cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        if process.stdout is None:
            raise RuntimeError("no standard output")
        yield Server(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait(timeout=30)


def envelope(data: str) -> bytes:
    """Wrap data in the envelope of T5."""
    namespace = "http://schemas.datacontract.org/2004/07/BLL.Service"
    return (
        f'<SubmitMessage xmlns="{namespace}"><User>{USER}</User><Password>{PASSWORD}</Password>'
        f"<ProviderId>{PROVIDER}</ProviderId><Data>{data}</Data></SubmitMessage>"
    ).encode()


def activities_message(numbers: range) -> bytes:
    """Register an activity for each number: a year long, one credit."""
    one = """<MedicalEducationMetrics><ReportDescription><ReportingStartDate>2026-01-01</ReportingStartDate>
<ReportingEndDate>2026-12-31</ReportingEndDate></ReportDescription><lom:lom><lom:general><lom:identifier>
<lom:catalog>Provider Activity ID</lom:catalog><lom:entry>BENCH-{n}</lom:entry></lom:identifier><lom:title>
<lom:string>Benchmark {n}</lom:string></lom:title></lom:general><hx:healthcareMetadata><hx:healthcareEducation>
<hx:credits><hx:activityCertification>AMA PRA Category 1</hx:activityCertification>
<hx:numberOfCredits>1.0</hx:numberOfCredits></hx:credits><hx:startDateTime>2026-01-01</hx:startDateTime>
<hx:endDateTime>2026-12-31</hx:endDateTime><hx:activitySponsorship>direct</hx:activitySponsorship>
<hx:activityFormat><lom:string>Internet Enduring Material</lom:string></hx:activityFormat>
<hx:commercialSupport>no</hx:commercialSupport></hx:healthcareEducation></hx:healthcareMetadata></lom:lom>
<XtensibleInfo><ex:CreditClaimDate>2026-12-31</ex:CreditClaimDate><ex:ForPublicList>true</ex:ForPublicList>
<ex:activityRecordAction>Add</ex:activityRecordAction><ex:closeActivityRecord>false</ex:closeActivityRecord>
</XtensibleInfo></MedicalEducationMetrics>"""
    return envelope(
        '<accme:ACCMEActivities xmlns="http://ns.medbiq.org/metrics/v2/" '
        'xmlns:accme="http://docs.accme.org/schemas/ACCMEActivities/v3/" '
        'xmlns:ex="http://www.accme.org/ACCMEActivityExtension/v3" xmlns:lom="http://ltsc.ieee.org/xsd/LOM" '
        'xmlns:hx="http://ns.medbiq.org/lom/extend/v1/">'
        + "".join(one.format(n=number) for number in numbers)
        + "</accme:ACCMEActivities>"
    )


def plain_physicians() -> list[dict[str, str]]:
    """Return the seed's physicians whose records are simply accepted: no personas, licensed, and with consent."""
    physicians = json.loads((ROOT / "seed" / "physicians.json").read_text())["physicians"]
    return [entry for entry in physicians if entry["persona"] is None and entry["licences"] and entry["consent"]]


def identity(physician: dict[str, str]) -> str:
    """Return what PARS matches a physician by."""
    return (
        f"<ar:FirstName>{escape(physician['first_name'])}</ar:FirstName>"
        f"<ar:LastName>{escape(physician['last_name'])}</ar:LastName>"
        f"<ar:DateOfBirth>{physician['date_of_birth']}</ar:DateOfBirth>"
        f"<ar:MedicalEducationNumber>{physician['npi']}</ar:MedicalEducationNumber>"
    )


class Completions:
    """Completions that were never sent before: each physician once per activity, activities made as needed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.physicians = plain_physicians()
        self.ids: list[str] = []
        self.taken = 0

    def prepare(self, count: int) -> None:
        """Register enough activities for so many completions."""
        missing = (self.taken + count) // len(self.physicians) + 1 - len(self.ids)
        while missing > 0:
            batch = range(len(self.ids), len(self.ids) + min(missing, 200))
            answer = self.server.call("POST", f"{ACTIVITY}/SaveActivity", activities_message(batch)).decode()
            new = re.findall(r"<(?:\w+:)?AccmeActivityID>(\d+)<", answer)
            if len(new) != len(batch):
                raise RuntimeError(f"not every activity was accepted: {answer[:2000]}")
            self.ids += new
            missing -= len(batch)

    def records(self, count: int) -> Iterator[str]:
        """Yield learner records; `prepare` has registered their activities."""
        for number in range(self.taken, self.taken + count):
            self.taken += 1
            activity, who = divmod(number, len(self.physicians))
            physician = self.physicians[who]
            done = date(2026, 1, 5) + timedelta(days=number % 150)
            yield (
                f"<ar:LearnerRecord>{identity(physician)}<ar:ProviderID>{PROVIDER}</ar:ProviderID>"
                f"<ar:ProviderActivityID>BENCH-{activity}</ar:ProviderActivityID>"
                f"<ar:AccmeActivityID>{self.ids[activity]}</ar:AccmeActivityID>"
                f"<ar:CompletedDateTime>{done}</ar:CompletedDateTime><ar:Credits><ar:Credit>"
                "<ar:CreditType>AMA PRA Category 1 Credit</ar:CreditType><ar:CreditAmount>1.0</ar:CreditAmount>"
                "</ar:Credit></ar:Credits></ar:LearnerRecord>"
            )

    def messages(self, count: int) -> Iterator[bytes]:
        """Yield the requests of single completions."""
        for record in self.records(count):
            yield make_request("POST", f"{self.server.url}{LEARNER}/SaveLearnerActivity", wrap(record), BASIC)

    def store(self, count: int) -> list[str]:
        """Store so many at once, 5,000 in a message; return the last credit IDs."""
        credit_ids: list[str] = []
        while count > 0:
            batch = min(count, 5000)
            self.prepare(batch)
            body = wrap("".join(self.records(batch)))
            answer = self.server.call("POST", f"{LEARNER}/SaveLearnerActivity", body).decode()
            credit_ids = re.findall(r"<(?:\w+:)?CreditId>([^<]+)<", answer)
            if len(credit_ids) != batch:
                raise RuntimeError(f"not every record was accepted: {answer[:2000]}")
            count -= batch
        return credit_ids


def wrap(records: str) -> bytes:
    """Return a SaveLearnerActivity message."""
    namespace = "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"
    return envelope(f'<ar:ACCMELearnerRecords xmlns:ar="{namespace}">{records}</ar:ACCMELearnerRecords>')


def first_answer(folder: Path, runs: int = 7) -> tuple[float, float, float]:
    """Return seconds from process start to PARS's first good answer: fresh store, kept store, bare Python."""
    who = plain_physicians()[0]
    question = envelope(
        '<ar:LearnerMatchRequest xmlns:ar="http://docs.accme.org/schemas/ACCMELearnerRecords/v1/">'
        f"{identity(who)}</ar:LearnerMatchRequest>"
    )
    fresh: list[float] = []
    kept: list[float] = []
    bare: list[float] = []
    for number in range(runs):
        database = folder / f"start-{number}.db"
        for times in (fresh, kept):
            started = time.perf_counter()
            with serve(MOCKPARS, "--db", str(database)) as server:
                if b">1<" not in server.call("POST", f"{LEARNER}/LearnerMatchRequest", question):
                    raise RuntimeError("PARS does not know its own physician")
                times.append(time.perf_counter() - started)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - started)
    return statistics.median(fresh), statistics.median(kept), statistics.median(bare)


def submissions(folder: Path, seconds: float, rounds: int = 5) -> dict[str, float]:
    """Measure SaveLearnerActivity beside the bare endpoint, in alternate rounds at 16 connections."""
    ours: list[Result] = []
    bare: list[Result] = []
    cpu: list[tuple[float, float]] = []
    with (
        serve(MOCKPARS, "--db", str(folder / "load.db"), "--clock", CLOCK) as mockpars,
        serve(BARE) as baseline,
    ):
        completions = Completions(mockpars)
        for number in range(rounds + 1):  # The first warms up and does not count.
            # Made beforehand, and more than will be sent: the load generator shares the processor with the servers.
            count = int(seconds / rounds * A_SECOND) + 16
            completions.prepare(count)
            requests = list(completions.messages(count))
            before = mockpars.cpu(), baseline.cpu()
            mine = load(mockpars.url, iter(requests), seconds=seconds / rounds, expect=b">Accepted<")
            if mine.unexpected:
                raise RuntimeError(f"{mine.unexpected} were not accepted: {mine.sample[:3000]!r}")
            theirs = load(baseline.url, iter(requests), seconds=seconds / rounds, expect=b"Accepted")
            if number:
                ours.append(mine)
                bare.append(theirs)
                answers = mine.statuses.total(), theirs.statuses.total()
                taken = mockpars.cpu() - before[0], baseline.cpu() - before[1]
                cpu.append((taken[0] / answers[0], taken[1] / answers[1]))
    rate = statistics.median(result.rate for result in ours)
    bare_rate = statistics.median(result.rate for result in bare)
    return {
        "submissions_per_second": rate,
        "submissions_p99_ms": statistics.median(result.p99 for result in ours),
        "bare_per_second": bare_rate,
        "bare_p99_ms": statistics.median(result.p99 for result in bare),
        "submission_cpu_us": statistics.median(mine for mine, _ in cpu) * 1e6,
        "bare_cpu_us": statistics.median(theirs for _, theirs in cpu) * 1e6,
        "cpu_ratio": statistics.median(theirs / mine for mine, theirs in cpu),
        "ratio_to_bare": statistics.median(mine.rate / theirs.rate for mine, theirs in zip(ours, bare, strict=True)),
    }


def memory(folder: Path, requests: int) -> tuple[float, float, float]:
    """Return memory in megabytes when idle, with its caches full after so few submissions, and after so many."""
    with serve(MOCKPARS, "--db", str(folder / "memory.db"), "--clock", CLOCK) as server:
        server.call("GET", "/_mockpars/ready")
        time.sleep(5)  # until all that is imported after the start has been
        idle = server.resident()
        completions = Completions(server)
        completions.prepare(requests + FEW)
        used = []
        for count in (FEW, requests - FEW):
            load(server.url, completions.messages(count), seconds=3600, expect=b">Accepted<")
            used.append(server.resident())
        return idle, used[0], used[1]


def lookups(folder: Path, counts: tuple[int, int]) -> tuple[float, float]:
    """Return the median milliseconds of a status lookup at each count of stored records."""
    times = []
    with serve(MOCKPARS, "--db", str(folder / "lookups.db"), "--clock", CLOCK) as server:
        completions = Completions(server)
        stored = 0
        for count in counts:
            credit_ids = completions.store(count - stored)
            stored = count
            requests = itertools.cycle(
                make_request(
                    "GET", f"{server.url}{LEARNER}/GetLearnerStatusByCreditId?CreditId={credit_id}", b"", BASIC
                )
                for credit_id in credit_ids[:500]
            )
            load(server.url, requests, connections=1, seconds=1, expect=b"<")
            times.append(load(server.url, requests, connections=1, seconds=3, expect=b"Submitted").p50)
    return times[0], times[1]


def reset(folder: Path, runs: int = 20) -> float:
    """Return the median milliseconds of resetting a sandbox that holds a thousand records."""
    times = []
    with serve(MOCKPARS, "--db", str(folder / "reset.db"), "--clock", CLOCK) as server:
        for _ in range(runs):
            Completions(server).store(1000)
            url = f"{server.url}/_mockpars/sandboxes/default/reset"
            request = make_request("POST", url, b"{}", media="application/json")
            times.append(load(server.url, iter([request]), connections=1).p50)
    return statistics.median(times)


def main() -> None:
    """Measure everything, and print and keep the results."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fresh, kept, python = first_answer(folder)
        measured: dict[str, float] = {
            "first_answer_fresh_s": fresh,
            "first_answer_kept_s": kept,
            "python_pass_s": python,
        }
        measured |= submissions(folder, chosen.seconds)
        idle, warm, loaded = memory(folder, chosen.requests)
        few, many = lookups(folder, (1000, chosen.records))
        measured |= {
            "idle_mb": idle,
            "warm_mb": warm,
            "loaded_mb": loaded,
            "lookup_few_ms": few,
            "lookup_many_ms": many,
        }
        measured |= {"lookup_ratio": many / few, "reset_ms": reset(folder)}
    print(table(measured, chosen))
    if chosen.json:
        chosen.json.write_text(json.dumps(measured, indent=2) + "\n")


def table(measured: dict[str, float], chosen: argparse.Namespace) -> str:
    """Return the results beside their goals, as Markdown."""
    rows = [
        ("process start to first good answer, fresh store", "{first_answer_fresh_s:.2f} s", "at most 0.3 s"),
        ("process start to first good answer, kept store", "{first_answer_kept_s:.2f} s", "at most 0.3 s"),
        ("(`python -c pass` on this machine)", "{python_pass_s:.2f} s", ""),
        ("memory, idle", "{idle_mb:.0f} MB", "at most 80 MB"),
        (f"memory after {FEW:,} submissions", "{warm_mb:.0f} MB", ""),
        (f"memory after {chosen.requests:,} submissions", "{loaded_mb:.0f} MB", "flat"),
        (
            "SaveLearnerActivity at 16 connections",
            "{submissions_per_second:.0f}/s, p99 {submissions_p99_ms:.1f} ms",
            "2,000/s, under 20 ms",
        ),
        ("bare endpoint, same server and run", "{bare_per_second:.0f}/s, p99 {bare_p99_ms:.1f} ms", ""),
        ("ratio to the bare endpoint, by rate", "{ratio_to_bare:.2f}", "at least 0.7"),
        (
            "ratio to the bare endpoint, by processor time",
            "{cpu_ratio:.2f} ({submission_cpu_us:.0f} and {bare_cpu_us:.0f} microseconds)",
            "",
        ),
        ("status lookup at 1,000 records", "{lookup_few_ms:.2f} ms", ""),
        (
            f"status lookup at {chosen.records:,} records",
            "{lookup_many_ms:.2f} ms ({lookup_ratio:.2f} times)",
            "within 20 %",
        ),
        ("sandbox reset", "{reset_ms:.1f} ms", "under 10 ms"),
    ]
    lines = ["| measured | result | goal |", "|---|---|---|"]
    lines += [f"| {name} | {result.format(**measured)} | {goal} |" for name, result, goal in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
