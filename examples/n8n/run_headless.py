"""Installs n8n in a folder of its own, and runs the workflow headless against a served sandbox: `make n8n`.

Needs Node.js, npm and PostgreSQL (Debian's `postgresql`), about 2.3 GB and several minutes for the installation.
Writes what happened, as a table, into the page that --table names.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
N8N, XLSX = "2.8.4", "0.18.5"
CLOCK = "2026-05-10T15:00:00Z"
COURSE = "AMC-HIPAA-2025-V4"
BEGIN, END = "<!-- begin: make n8n -->", "<!-- end: make n8n -->"


@dataclass(frozen=True)
class Run:
    """One execution: who is reported, what is changed in the event or armed, and what the audit must say."""

    id: str
    title: str
    persona: str
    outcome: str
    codes: str = ""
    changes: Mapping[str, Mapping[str, Any]] | None = None
    armed: str = ""
    saves: int = 1


RUNS = (
    Run("happy", "accepted; accents in the name, a time in the date", "jose-nunez", "Accepted",
        changes={"course": {"completion_date": "2026-05-06T23:40:00-05:00"}}),
    Run("reject303", "completed before the activity began", "james-holloway", "Rejected", "303",
        {"course": {"completion_date": "2025-12-31"}}),
    Run("reject305", "too much credit claimed", "bridget-obrien", "Rejected", "305", {"course": {"credit_hours": 2.0}}),
    Run("reject306", "no US licence", "ida-unlicensed", "Rejected", "306"),
    Run("nomatch", "date of birth a day off: the match answers 0", "anne-marie-smith-jones", "Rejected",
        changes={"learner": {"date_of_birth": "1975-08-23"}}, saves=0),
    Run("answerlost", "accepted, but the answer was lost", "mona-manystates", "Accepted", armed="answer-lost"),
    Run("guard", "not routed to PARS", "nina-noboard", "", changes={"_routing": {"route_accme_pars": False}}, saves=0),
)  # fmt: skip


def main() -> int:
    """Installs what is missing, runs everything, and says whether all went as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/n8n"), help="where n8n is, or is to be, installed")
    parser.add_argument("--table", type=Path, help="page whose table is to be replaced")
    given = parser.parse_args()
    program = install(given.folder.resolve())
    with tempfile.TemporaryDirectory(prefix="mockpars-n8n-") as scratch:
        folder = Path(scratch)
        with database(folder) as port, sandbox() as base:
            rows = run_all(program, folder, port, base)
    print(table(rows))
    if given.table:
        write_between(given.table, BEGIN, table(rows), END)
    return 0 if all(row["right"] for row in rows) else 1


def install(folder: Path) -> Path:
    """The n8n program; installed first where it is missing. Its `xlsx` is not on the registry, so another stands in."""
    program = folder / "node_modules" / ".bin" / "n8n"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        package = {"private": True, "dependencies": {"n8n": N8N}, "overrides": {"xlsx": XLSX}}
        (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
        print(f"Installing n8n {N8N} into {folder}: this takes some minutes ...", flush=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--omit=dev"], cwd=folder, check=True)
    return program


@contextmanager
def database(scratch: Path) -> Iterator[int]:
    """A PostgreSQL of our own with the two tables, on a free port. PostgreSQL refuses to run as root."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(programs[-1].parent) if programs else os.path.dirname(shutil.which("initdb") or "")
    if not found:
        sys.exit("PostgreSQL is not installed (Debian: apt install postgresql).")
    with tempfile.TemporaryDirectory(prefix="mockpars-pg-") as name:
        data, port = Path(name) / "data", free_port()
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
            scratch.chmod(0o755)
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

        def quietly(*words: str) -> None:
            subprocess.run([*as_user, *words], check=True, stdout=subprocess.DEVNULL, cwd=name)

        quietly(f"{found}/initdb", "-D", str(data), "-U", "pars", "-A", "trust")
        options = f"-p {port} -k {name} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [f"{found}/pg_ctl", "-D", str(data), "-w", "-l", f"{name}/log"]
        quietly(*control, "-o", options, "start")
        try:
            query(port, (HERE / "amc_pars.sql").read_text(encoding="utf-8"))
            yield port
        finally:
            quietly(*control, "-m", "immediate", "stop")


def query(port: int, sql: str, name: str = "postgres") -> str:
    """Runs SQL in a database; answers rows as lines."""
    command = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "pars", "-d", name, "-qtA", "-v", "ON_ERROR_STOP=1"]
    return subprocess.run(command, input=sql, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def sandbox() -> Iterator[str]:
    """A served sandbox; answers its base URL."""
    command = [sys.executable, "-m", "mockpars", "serve", "--ephemeral", "--port", "0", "--clock", CLOCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def run_all(program: Path, scratch: Path, port: int, base: str) -> list[dict[str, Any]]:
    """Imports a variant of the workflow for each run, with its event in place of the sample, and executes them."""
    control = f"{base}/_mockpars/sandboxes/default"
    environment = n8n_settings(scratch) | client_environment(base)
    register(base, port)
    people = {run.persona: call(f"{control}/physicians/{run.persona}") for run in RUNS}
    (scratch / "credentials.json").write_text(json.dumps([database_credentials(port)]), encoding="utf-8")
    (scratch / "workflows.json").write_text(
        json.dumps([variant(run, people[run.persona]) for run in RUNS]), encoding="utf-8"
    )
    for kind in ("credentials", "workflow"):
        source = scratch / ("credentials.json" if kind == "credentials" else "workflows.json")
        n8n(program, environment, f"import:{kind}", f"--input={source}", check=True)
    return [execute(run, program, environment, control, port) for run in RUNS]


def n8n_settings(scratch: Path) -> dict[str, str]:
    """What n8n itself is given: a folder of its own, and leave to read the environment."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(scratch),
        "N8N_USER_FOLDER": str(scratch),
        "N8N_BLOCK_ENV_ACCESS_IN_NODE": "false",
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "N8N_ENCRYPTION_KEY": "only-for-this-run",
        # No process beside it for code nodes, of which there are none.
        "N8N_RUNNERS_MODE": "external",
        "N8N_RUNNERS_AUTH_TOKEN": "only-for-this-run",
        "GENERIC_TIMEZONE": "America/Chicago",
    }


def register(base: str, port: int) -> None:
    """Registers the course, and stores its ID in the lookup table, as the reference asks for before any submission."""
    from mockpars.client import Accepted, ClientSettings, Course, ParsClient

    course = Course(
        COURSE, "HIPAA Privacy and Security for Physicians", Decimal(1), date(2026, 1, 1), date(2026, 12, 31)
    )
    with ParsClient(ClientSettings.from_environ(client_environment(base))) as client:
        saved = client.save_activity(course)
    if not isinstance(saved, Accepted):
        sys.exit(f"The course was not registered: {saved}")
    query(
        port,
        "INSERT INTO amc_pars_activities (amc_course_id, pars_activity_id, course_title, credit_hours) "
        f"VALUES ('{COURSE}', '{saved.activity_id}', '{course.title}', {course.credit_hours});",
    )


def client_environment(base: str) -> dict[str, str]:
    """The settings of the reference (R2), pointed at the sandbox."""
    return {
        "ACCME_PARS_USER": "ws-user@example.org",
        "ACCME_PARS_PASSWORD": "sandbox",
        "ACCME_PROVIDER_ID": "0008273",
        "ACCME_ENV": "sandbox",
        "ACCME_ACTIVITY_URL": f"{base}/services/ACCMEService.svc/IACCMEServiceREST",
        "ACCME_LEARNER_URL": f"{base}/services/ACCMELearnerService.svc/IACCMELearnerServiceREST",
    }


def database_credentials(port: int) -> dict[str, Any]:
    """What n8n's vault must hold for the two kinds of Postgres nodes."""
    data = {
        "host": "127.0.0.1",
        "port": port,
        "database": "postgres",
        "user": "pars",
        "password": "any",
        "ssl": "disable",
    }
    return {"id": "parsAuditDatabase", "name": "PARS audit database", "type": "postgres", "data": data}


def workflow(file: str, id: str) -> dict[str, Any]:
    """A workflow under an ID of ours; headless n8n starts at one trigger, so only the manual one stays."""
    found: dict[str, Any] = json.loads((HERE / file).read_text(encoding="utf-8"))
    found["id"] = id
    others = ("n8n-nodes-base.executeWorkflowTrigger", "n8n-nodes-base.scheduleTrigger")
    found["nodes"] = [node for node in found["nodes"] if node["type"] not in others]
    return found


def variant(run: Run, physician: Mapping[str, Any]) -> dict[str, Any]:
    """The workflow with this run's event as its sample."""
    found = workflow("accme-pars-submit.json", f"pars{run.id}")
    sample = next(node for node in found["nodes"] if node["name"] == "Sample event")
    event = json.loads(sample["parameters"]["jsonOutput"])
    event["learner"] |= {name: physician[name] for name in ("first_name", "last_name", "date_of_birth", "npi")}
    for section, values in (run.changes or {}).items():
        event[section] |= values
    sample["parameters"]["jsonOutput"] = json.dumps(event)
    return found


def execute(run: Run, program: Path, environment: Mapping[str, str], control: str, port: int) -> dict[str, Any]:
    """One execution, judged by the audit table and by what the sandbox saw."""
    if run.armed:
        call(f"{control}/scenarios", {"scenario": run.armed, "times": 1, "operation": "SaveLearnerActivity"})
    seen = {entry["id"] for entry in call(f"{control}/journal?limit=1000")["exchanges"]}
    rows_before = int(query(port, "SELECT count(*) FROM amc_pars_submissions;"))
    started = time.monotonic()
    ended = n8n(program, environment, "execute", f"--id=pars{run.id}", check=False)
    seconds = time.monotonic() - started
    calls = [entry for entry in call(f"{control}/journal?limit=1000")["exchanges"] if entry["id"] not in seen][::-1]
    columns = "coalesce(outcome, ''), coalesce(codes, ''), coalesce(credit_id, ''), coalesce(status, '')"
    audit = query(port, f"SELECT {columns} FROM amc_pars_submissions ORDER BY id OFFSET {rows_before};").split("|")
    outcome, codes, credit_id, status = audit if len(audit) == 4 else ("", "", "", "")
    saves = sum(entry["operation"] == "SaveLearnerActivity" for entry in calls)
    right = (outcome, codes, saves) == (run.outcome, run.codes, run.saves) and bool(credit_id) == (
        outcome == "Accepted"
    )
    if not right:
        print(ended.stdout[-3000:], ended.stderr[-3000:], file=sys.stderr)
    return {
        "title": run.title,
        "calls": [f"{entry['operation']} {entry['outcome']}" for entry in calls],
        "outcome": outcome,
        "codes": codes,
        "credit_id": credit_id,
        "status": status,
        "exit": ended.returncode,
        "seconds": seconds,
        "right": right,
    }


def n8n(
    program: Path, environment: Mapping[str, str], *words: str, check: bool = False, seconds: float = 180
) -> subprocess.CompletedProcess[str]:
    """Runs n8n once."""
    done = subprocess.run(
        [str(program), *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
    )
    if check and done.returncode:
        sys.exit(f"n8n {words[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done


def call(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """A call to the sandbox's control API."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as answer:
        return json.loads(answer.read())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """What happened, as Markdown."""
    lines = ["| run | PARS saw | audit | codes | status | n8n | as it should |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        calls = "<br>".join(row["calls"]) or "nothing"
        ended = "ended well" if row["exit"] == 0 else "alerted"
        lines.append(
            f"| {row['title']} | {calls} | {row['outcome'] or 'none'} {row['credit_id']} | {row['codes'] or '-'} | "
            f"{row['status'] or '-'} | {ended}, {row['seconds']:.0f} s | {'yes' if row['right'] else '**no**'} |"
        )
    return "\n".join(lines)


def write_between(page: Path, begin: str, text: str, end: str) -> None:
    """Puts a table between two marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
