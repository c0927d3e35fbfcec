"""The command: exams of a real command, a journal, a file of it, reports, exit statuses."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mockpars.contract.clients import commands
from mockpars.contract.targets.served import ServedMock
from tests.impostors.right_client import Client, Settings

pytestmark = pytest.mark.served
CLIENT = Path(__file__).parents[2] / "impostors" / "right_client.py"
RIGHT = f"{sys.executable} {CLIENT}"


def check(*flags: str) -> int:
    """`mockpars client check` with flags; argparse's own complaints are exit status 2."""
    parser = argparse.ArgumentParser()
    commands.add_arguments(parser)
    return commands.run(parser.parse_args(["check", *flags]))


def test_a_right_command_passes_and_every_report_is_written(
    mock: ServedMock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Happy path, a rejection and a lost answer, through a process each."""
    names = [
        part
        for name in ("happy-path", "new-activity", "completion-rejected-303", "answer-lost")
        for part in ("--exam", name)
    ]
    reports = {name: tmp_path / f"report.{name}" for name in ("html", "junit", "json", "markdown")}
    flags = [part for name, path in reports.items() for part in (f"--{name}", str(path))]
    assert check("--run", RIGHT, "--url", mock.base, *names, *flags) == commands.GOOD
    assert "missing" in capsys.readouterr().out
    found = json.loads(reports["json"].read_text(encoding="utf-8"))
    states = {item["id"]: item["status"] for item in found["items"]}
    assert states["match-before-save"] == "met"
    assert states["303"] == "met"
    assert states["306"] == "never exercised"
    assert found["ready_for_production"] is False
    assert (
        ET.fromstring(  # noqa: S314  # our own report
            reports["junit"].read_text(encoding="utf-8")
        ).get("failures")
        == "0"
    )
    assert "Go-live gate" in reports["html"].read_text(encoding="utf-8")
    assert "Go-live gate" in reports["markdown"].read_text(encoding="utf-8")


def test_a_command_that_answers_nothing_is_broken(mock: ServedMock, capsys: pytest.CaptureFixture[str]) -> None:
    """And the report says what it printed."""
    command = f"{sys.executable} -c 'print(41 + 1)'"
    assert check("--run", command, "--url", mock.base, "--exam", "happy-path") == commands.NOT_GOOD
    assert "BROKEN reports-truth" in capsys.readouterr().out


def test_a_command_that_hangs_is_ended(mock: ServedMock, capsys: pytest.CaptureFixture[str]) -> None:
    """With all that it started."""
    command = f"{sys.executable} -c 'import time; time.sleep(60)'"
    flags = ("--url", mock.base, "--exam", "no-npi", "--limit", "0.5")
    assert check("--run", command, *flags) == commands.NOT_GOOD
    assert "ends-in-time" in capsys.readouterr().out


def test_what_a_client_does_not_do_is_not_exercised(mock: ServedMock, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is learnt, so the verdict is not good either."""
    command = f"""{sys.executable} -c 'print("{{\\"outcome\\": \\"Unsupported\\"}}")'"""
    assert check("--run", command, "--url", mock.base, "--exam", "new-activity", "--quiet") == commands.NOT_GOOD
    assert "Nothing was learnt" in capsys.readouterr().out


@pytest.fixture
def trigger() -> Iterator[str]:
    """The right client behind an HTTP trigger."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """One event."""
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(Client(Settings.of(sent["settings"])).handle(sent["event"])).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            """Quietly."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/event"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_client_behind_a_trigger(mock: ServedMock, trigger: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same exams, over HTTP."""
    flags = ("--url", mock.base, "--exam", "happy-path", "--exam", "match-two", "--jobs", "1", "--quiet")
    assert check("--adapter", trigger, *flags) == commands.GOOD
    assert "Nothing is broken" in capsys.readouterr().out


def test_a_journal_over_http_and_from_a_file(
    mock: ServedMock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both give the same verdict."""
    base = mock.base
    created = json.loads(mock.client.call("POST", f"{base}/_mockpars/sandboxes", {"name": "watched"}).body)
    settings = Settings(
        created["user"],
        created["password"],
        created["provider_id"],
        created["activity_service"],
        created["learner_service"],
    )
    event = {
        "event": "completion",
        "learner": {"first_name": "James", "last_name": "Holloway", "date_of_birth": "1975-03-22", "npi": "1234567890"},
        "course": {
            "title": "A course", "credit_hours": "1.0", "credit_type": "AMA PRA Category 1", "commercial_support": "no",
            "format": "Course", "start_date": "2026-01-01", "end_date": "2026-12-31", "credit_claim_date": "2026-12-31",
            "completion_date": "2026-05-06",
        },
        "activity": {"provider_activity_id": "WATCHED", "pars_activity_id": None},
    }  # fmt: skip
    assert Client(settings).handle(event)["outcome"] == "Accepted"
    assert check("--journal", "--url", base, "--sandbox", "watched") == commands.GOOD
    assert "SaveLearnerActivity: Accepted 1 times" in capsys.readouterr().out
    root = f"{base}/_mockpars/sandboxes/watched/journal"
    numbers = [entry["id"] for entry in json.loads(mock.client.call("GET", root).body)["exchanges"]]
    whole = [json.loads(mock.client.call("GET", f"{root}/{number}").body) for number in numbers]
    assert "1975-03-22" not in json.dumps(whole)
    file = tmp_path / "journal.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    assert check("--journal", str(file)) == commands.GOOD
    assert check("--journal", str(file), "--go-live") == commands.NOT_GOOD


@pytest.mark.parametrize(
    "flags",
    [
        ("--run", "no-such-program-anywhere", "--exam", "no-npi"),
        ("--run", "''"),
        ("--run", "true", "--exam", "no-such-exam"),
        ("--run", "true", "--limit", "0"),
        ("--adapter", "ftp://nowhere"),
        ("--journal", "/nowhere/journal.json"),
    ],
)
def test_wrong_usage(mock: ServedMock, flags: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2 and a sentence."""
    assert check(*flags, "--url", mock.base) == commands.WRONG_USAGE
    assert capsys.readouterr().err.startswith("mockpars: ")


def test_an_empty_journal_is_wrong_usage(mock: ServedMock, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to grade yet."""
    assert check("--journal", "--url", mock.base) == commands.WRONG_USAGE
    assert "empty" in capsys.readouterr().err


def test_a_server_that_is_not_there() -> None:
    """The check itself fails."""
    assert check("--journal", "--url", "http://127.0.0.1:9") == commands.HARNESS_FAILED


def test_the_list_names_obligations_and_exams(capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever prepares."""
    assert check("--list") == commands.GOOD
    shown = capsys.readouterr().out
    assert "match-before-save" in shown
    assert "just-before-midnight" in shown
