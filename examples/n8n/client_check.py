"""Has the n8n workflow sit the client check: every event of an exam is one headless execution (part of `make n8n`).

An HTTP trigger stands in front of n8n (docs/client-protocol.md), executes the workflow with the exam's settings as its
environment, and answers what the workflow wrote into its audit table. The workflow is taken as it stands, but for its
sample event, which is the exam's.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from run_headless import (
    database,
    database_credentials,
    free_port,
    install,
    n8n,
    n8n_settings,
    query,
    workflow,
    write_between,
)

BEGIN, END = "<!-- begin: make n8n, client check -->", "<!-- end: make n8n, client check -->"
SUBMIT, STATUS = "parsExamSubmit", "parsExamStatus"
TABLES = Path(__file__).with_name("amc_pars.sql")
LIMIT = 600
"""Seconds for one event: n8n takes 10 of the processor to start, on a busy machine minutes, and waits between reads."""
AUDITED = (
    "SELECT id, outcome, coalesce(credit_id, ''), coalesce(codes, ''), coalesce(status, '') "
    "FROM amc_pars_submissions ORDER BY id DESC LIMIT 1;"
)
REGISTERED = (
    "INSERT INTO amc_pars_activities (amc_course_id, pars_activity_id) "
    "VALUES ('{course}', '{activity}') ON CONFLICT DO NOTHING;"
)


def main() -> int:
    """Installs what is missing, holds the exams, and says whether nothing was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/n8n"), help="where n8n is, or is to be, installed")
    parser.add_argument("--table", type=Path, help="page whose table is to be replaced")
    parser.add_argument("--jobs", default="2", help="exams held at a time; an execution of n8n keeps a core busy")
    parser.add_argument("--exam", action="append", default=[], help="only these exams; * and ? are taken")
    parser.add_argument("--json", type=Path, help="write the whole report there")
    given = parser.parse_args()
    program = install(given.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="mockpars-n8n-") as scratch:
        with database(Path(scratch)) as port, trigger(Desk(program, Path(scratch), port)) as url:
            report = given.json or Path(scratch) / "report.json"
            words = ["--adapter", url, "--limit", str(LIMIT), "--jobs", given.jobs, "--json", str(report)]
            words += [word for name in given.exam for word in ("--exam", name)]
            done = subprocess.run([sys.executable, "-m", "mockpars", "client", "check", *words])
        if given.table and report.exists():
            write_between(given.table, BEGIN, summary(json.loads(report.read_text(encoding="utf-8"))), END)
    return done.returncode


class Desk:
    """Takes events, has n8n execute them, and reads from the audit table what became of them."""

    def __init__(self, program: Path, scratch: Path, port: int) -> None:
        self._program = program
        self._port = port
        self._environment = n8n_settings(scratch)
        self._known: set[str] = set()
        credentials = database_credentials(port)
        credentials["data"]["database"] = "={{ $env.PARS_DATABASE }}"
        for kind, content in (("credentials", [credentials]), ("workflow", workflows())):
            source = scratch / f"{kind}.json"
            source.write_text(json.dumps(content), encoding="utf-8")
            n8n(program, self._environment, f"import:{kind}", f"--input={source}", check=True)

    def take(self, event: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one event; Unsupported where the workflows have no nodes for it."""
        tables = self._tables(settings)
        if event["event"] == "check-status":
            ended = self._execute(STATUS, settings, tables)
            return answer(query(self._port, AUDITED, tables).split("|"), ended)
        if event["event"] != "completion":
            return {"outcome": "Unsupported", "reason": f"There is no workflow for a {event['event']}."}
        course, activity = event["course"]["course_id"], event["activity"]["pars_activity_id"]
        if activity is None:
            return {"outcome": "Unsupported", "reason": "Courses are registered beforehand, not by the workflow."}
        query(self._port, REGISTERED.format(course=course, activity=activity), tables)
        before = query(self._port, AUDITED, tables)
        routed = {"_routing": {"route_accme_pars": True}, "learner": event["learner"], "course": event["course"]}
        ended = self._execute(SUBMIT, settings, tables, PARS_EVENT=json.dumps(routed))
        after = query(self._port, AUDITED, tables)
        return answer(after.split("|") if after != before else [], ended)

    def _tables(self, settings: Mapping[str, str]) -> str:
        """The database of an exam, made when it is first heard of: each is a client of its own, with its own memory."""
        name = "exam_" + re.sub(r"\W", "_", settings["ACCME_LEARNER_URL"].split("/sandboxes/")[1].split("/")[0])
        if name not in self._known:
            self._known.add(name)
            query(self._port, f"CREATE DATABASE {name};")
            query(self._port, TABLES.read_text(encoding="utf-8"), name)
        return name

    def _execute(
        self, workflow: str, settings: Mapping[str, str], tables: str, **more: str
    ) -> subprocess.CompletedProcess[str]:
        # Several executions at a time: each has a broker, which wants a port of its own.
        own = {"PARS_DATABASE": tables, "N8N_RUNNERS_BROKER_PORT": str(free_port())}
        environment = self._environment | dict(settings) | own | more
        try:
            return n8n(self._program, environment, "execute", f"--id={workflow}", seconds=LIMIT - 30)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess([], -1, "", "n8n did not end in time.")


def answer(audited: Sequence[str], ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the new audit record tells, which must agree with how n8n ended; without one nothing was achieved."""
    if len(audited) < 4:
        stopped = "Stopped at the guard." if ended.returncode == 0 else ended.stdout[-500:] + ended.stderr[-500:]
        return {"outcome": "Error", "reason": stopped}
    outcome, credit_id, codes, status = audited[-4:]
    if (outcome == "Accepted") != (ended.returncode == 0):
        return {"outcome": "Error", "reason": f"Audited {outcome}, but n8n exited {ended.returncode}."}
    numbers = [int(code) for code in codes.split(",") if code]
    return {"outcome": outcome, "credit_id": credit_id or None, "codes": numbers, "status": status or None}


def workflows() -> list[dict[str, Any]]:
    """Both workflows; the sample event of the first comes from the environment."""
    submit, status = workflow("accme-pars-submit.json", SUBMIT), workflow("accme-pars-status.json", STATUS)
    sample = next(node for node in submit["nodes"] if node["name"] == "Sample event")
    sample["parameters"]["jsonOutput"] = "={{ $env.PARS_EVENT }}"
    return [submit, status]


@contextmanager
def trigger(desk: Desk) -> Iterator[str]:
    """An HTTP server in front of the desk; answers its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = json.dumps(desk.take(asked["event"], asked["settings"])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: the check does."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/event"
        server.shutdown()


def summary(report: Mapping[str, Any]) -> str:
    """The report in short, as Markdown: how many exams ended how, each obligation, each code."""
    exams = next(table for table in report["tables"] if table["title"] == "Exams")["rows"]
    lines = ["| exams | how many | which |", "|---|---|---|"]
    for result in ("passed", "failed", "not exercised"):
        names = [row["Exam"] for row in exams if row["Result"] == result]
        shown = "the others" if result == "passed" else ", ".join(names) or "-"
        lines.append(f"| {result} | {len(names)} of {len(exams)} | {shown} |")
    lines += ["", "| obligation | state |", "|---|---|"]
    lines += [f"| {one['title']} | {one['status']} |" for one in report["items"] if one["group"] == "obligations"]
    for state in ("met", "broken", "never exercised"):
        codes = [one["id"] for one in report["items"] if one["group"] == "codes" and one["status"] == state]
        lines.append(f"| Rejection codes {state} | {', '.join(codes) or '-'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
