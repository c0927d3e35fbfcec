"""Every example client against a served sandbox, over one protocol: an event on stdin, an answer on stdout."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mockpars.pytest_support import Pars

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
CLIENTS: Mapping[str, Sequence[str]] = {
    "module": (sys.executable, "-m", "mockpars.client"),
    "python": (sys.executable, str(EXAMPLES / "python" / "report.py")),
    "node": ("node", str(EXAMPLES / "node" / "report.mjs")),
    "shell": ("sh", str(EXAMPLES / "shell" / "report.sh")),
}
NEEDS = {"node": ("node",), "shell": ("sh", "curl", "awk", "sed")}
SAVE = "SaveLearnerActivity"


class Client:
    """One of the clients, as a command."""

    def __init__(self, name: str, sandbox: Pars) -> None:
        self.command = CLIENTS[name]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("ACCME_", "MOCKPARS_"))}
        self.environment = kept | sandbox.env | {"PYTHONPATH": str(ROOT)}

    def __call__(self, event: Mapping[str, Any], *flags: str) -> tuple[int, dict[str, Any]]:
        """Exit code and answer."""
        done = subprocess.run(
            [*self.command, *flags],
            input=json.dumps(event),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = done.stdout.strip().splitlines()
        assert len(lines) == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(lines[0])


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, sandbox: Pars) -> Client:
    """Each of the clients in turn."""
    name = request.param
    missing = [tool for tool in NEEDS.get(name, ()) if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the {name} client needs {', '.join(missing)}, which this machine does not have")
    return Client(name, sandbox)


def unregistered(sandbox: Pars, persona: str, **course: Any) -> dict[str, Any]:
    """A completion of a course that PARS does not know yet."""
    found = {"course_id": "A&B-<1>", "title": "Häm & <Öm>", "credit_hours": 1.5, "completion_date": "2026-05-06"}
    return {"learner": sandbox.physician(persona=persona).learner, "course": found | course}


@pytest.mark.parametrize("persona", ["jose-nunez", "bridget-obrien", "oystein-odegaard", "walter-whitfield-jr"])
def test_the_happy_path_with_an_awkward_name(sandbox: Pars, client: Client, persona: str) -> None:
    event = unregistered(sandbox, persona, completion_date="2026-05-06T23:40:00-05:00")
    code, answer = client(event)

    assert (code, answer["outcome"], answer["status"]) == (0, "Accepted", "Submitted")
    assert [entry.operation for entry in sandbox.journal] == [
        "GetActivity", "SaveActivity", "LearnerMatchRequest", SAVE, "GetLearnerStatusByCreditId",
    ]  # fmt: skip
    record = sandbox.records[0]
    assert (record.credit_id, record.completed_on) == (answer["credit_id"], "2026-05-06")
    assert record.body["completed_as_sent"] == "2026-05-06"
    assert sandbox.control("GET", "/activities")["activities"][0]["title"] == "Häm & <Öm>"

    code, answer = client({"event": "check-status", "credit_id": record.credit_id})
    assert (code, answer["status"]) == (0, "Submitted")


def test_a_match_of_none_submits_nothing(sandbox: Pars, client: Client) -> None:
    event = unregistered(sandbox, "james-holloway")
    event["learner"]["date_of_birth"] = "1975-03-23"
    code, answer = client(event)
    assert (code, answer["outcome"], answer["credit_id"]) == (1, "Rejected", None)
    assert not sandbox.journal.of(SAVE)


def test_a_rejection_is_passed_on_once(sandbox: Pars, client: Client) -> None:
    code, answer = client(unregistered(sandbox, "nora-noconsent"))
    assert (code, answer["outcome"], answer["codes"]) == (1, "Rejected", [307])
    assert len(sandbox.journal.of(SAVE)) == 1


def test_the_guard_sends_nothing(sandbox: Pars, client: Client) -> None:
    event = unregistered(sandbox, "james-holloway")
    event["learner"]["npi"] = ""
    code, answer = client(event)
    assert (code, answer["outcome"]) == (1, "Rejected")
    assert not sandbox.journal


@pytest.mark.parametrize("fault", ["answer-lost", "truncated"])
def test_a_lost_answer_is_looked_up_and_not_submitted_twice(sandbox: Pars, client: Client, fault: str) -> None:
    sandbox.arm(fault, times=1, operation=SAVE)
    code, answer = client(unregistered(sandbox, "jose-nunez"))
    assert (code, answer["outcome"]) == (0, "Accepted")
    assert len(sandbox.journal.of(SAVE)) == len(sandbox.journal.of("GetLearnerStatus")) == 1
    assert [record.credit_id for record in sandbox.records] == [answer["credit_id"]]


def test_a_failing_gateway_is_waited_for(sandbox: Pars, client: Client) -> None:
    sandbox.arm("too-many-requests:1", times=1, operation="LearnerMatchRequest")
    sandbox.arm("unavailable", times=1, operation=SAVE)
    code, answer = client(unregistered(sandbox, "jose-nunez"))
    assert (code, answer["outcome"]) == (0, "Accepted")
    assert len(sandbox.journal.of("LearnerMatchRequest")) == len(sandbox.journal.of(SAVE)) == 2
    assert len(sandbox.records) == 1


def test_wrong_credentials_are_an_error_and_not_tried_again(sandbox: Pars, client: Client) -> None:
    client.environment["ACCME_PARS_PASSWORD"] = "wrong & <word>"
    code, answer = client(unregistered(sandbox, "jose-nunez"))
    assert (code != 0, answer["outcome"]) == (True, "Error")
    assert "wrong" not in json.dumps(answer)
    assert len(sandbox.journal) == 1


EXAMS = ("happy-path", "redelivered-event", "corrected-completion", "name-with-ampersand", "just-before-midnight")


def test_the_client_check_finds_nothing_broken(client: Client) -> None:
    """A few exams of `mockpars client check`; all of them take about half a minute for each client."""
    wanted = [word for exam in EXAMS for word in ("--exam", exam)]
    command = [sys.executable, "-m", "mockpars", "client", "check", "--run", shlex.join(client.command), *wanted]
    done = subprocess.run(
        command, env=client.environment, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Exams: {len(EXAMS)}, {len(EXAMS)} passed" in done.stdout


@pytest.mark.parametrize("name", ["module", "node", "shell"])
def test_production_is_refused_unless_it_is_meant(sandbox: Pars, name: str) -> None:
    if any(shutil.which(tool) is None for tool in NEEDS.get(name, ())):
        pytest.skip(f"the {name} client's tools are not on this machine")
    client = Client(name, sandbox)
    client.environment |= {"ACCME_ENV": "production"}
    code, answer = client(unregistered(sandbox, "jose-nunez"))
    assert (code, answer["outcome"]) == (3, "Error")
    assert not sandbox.journal


@pytest.mark.parametrize("name", CLIENTS)
def test_a_correction_deletes_first_and_a_redelivery_sends_nothing(sandbox: Pars, name: str) -> None:
    if any(shutil.which(tool) is None for tool in NEEDS.get(name, ())):
        pytest.skip(f"the {name} client's tools are not on this machine")
    client, event = Client(name, sandbox), unregistered(sandbox, "mona-manystates")
    first = client(event)[1]["credit_id"]
    assert client(event | {"previous": {"credit_id": first}})[1]["credit_id"] == first
    assert len(sandbox.journal.of(SAVE)) == 1

    mended = event | {"event": "correction", "previous": {"credit_id": first}}
    mended["course"] = event["course"] | {"completion_date": "2026-05-07"}
    code, answer = client(mended)
    assert code == 0
    assert [(entry.credit_id, entry.completed_on) for entry in sandbox.records] == [(answer["credit_id"], "2026-05-07")]
