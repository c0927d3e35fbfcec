"""The command `mockpars`: what it prints, what it exits with, and a served process from start to stop."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockpars import __version__
from mockpars.cli import COMMANDS, main
from mockpars.cli.sample import names
from mockpars.domain.rejection import CATALOGUE
from mockpars.settings import SETTINGS
from mockpars.web.openapi import describe
from mockpars.web.operations import OPERATIONS
from tests import support
from tests.web.controlled import Controlled

ROOT = Path(__file__).parents[2]
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("MOCKPARS_")} | {"NO_COLOR": "1"}
Capture = pytest.CaptureFixture[str]


def start(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    """A server process; its first line is its URL."""
    return subprocess.Popen(
        [sys.executable, "-m", "mockpars", "serve", *arguments],
        cwd=ROOT,
        env=ENVIRON | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit status, rest of the output, and errors, after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def request(url: str, method: str, path: str, body: str | None = None, media: str = support.XML) -> tuple[int, str]:
    """Status and body of any request."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, body.encode() if body else None, {"Content-Type": media} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a served process."""
    process = start("--ephemeral", "--port", "0", "--clock", support.NOW)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    status, _, err = stop(process)
    assert (status, err) == (0, "")


# --- Without a server --------------------------------------------------------------------------------------------


def test_it_tells_its_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"mockpars {__version__}\n"


def test_without_a_command_it_lists_them(capsys: Capture) -> None:
    assert main([]) == 2
    out = capsys.readouterr().out
    assert all(name in out for name, _ in COMMANDS)


def test_every_setting_is_a_flag_of_serve(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["serve", "--help"])
    out = capsys.readouterr().out
    assert all(setting.flag in out for setting in SETTINGS)


def test_openapi_prints_the_description(capsys: Capture) -> None:
    assert main(["openapi"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(describe()))


def test_physicians_are_listed_in_a_table_of_at_most_120_columns(capsys: Capture) -> None:
    assert main(["physicians"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 350 + 2
    assert max(map(len, lines)) <= 120


def test_physicians_are_filtered_and_printed_as_json(capsys: Capture) -> None:
    assert main(["physicians", "--state", "tx", "--board", "ABIM", "--profession", "MD", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found
    for entry in found:
        assert "TX" in {licence["state"] for licence in entry["licences"]}
        assert "ABIM" in {board["board"] for board in entry["boards"]}
        assert entry["profession"] == "MD"


def test_physicians_are_printed_as_csv(capsys: Capture) -> None:
    assert main(["physicians", "--persona", "bridget-obrien", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["last_name"], row["date_of_birth"]) for row in rows] == [("O'Brien", "1965-03-12")]


def test_personas_are_printed_with_how_to_use_them(capsys: Capture) -> None:
    assert main(["physicians", "--personas"]) == 0
    out = capsys.readouterr().out
    assert "lars-latecomer" in out
    assert "Rejected with 303." in out
    assert main(["physicians", "--personas", "--persona", "sun-o", "--format", "json"]) == 0
    assert [entry["key"] for entry in json.loads(capsys.readouterr().out)] == ["sun-o"]


def test_nobody_who_fits_is_an_exit_status(capsys: Capture) -> None:
    assert main(["physicians", "--state", "ZZ"]) == 1
    assert "No physician fits." in capsys.readouterr().err


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_is_explained_with_what_provokes_it(code: int, capsys: Capture) -> None:
    assert main(["explain", str(code)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{code}  {CATALOGUE[code].meaning}")
    assert f"Rule {code}" in out
    assert "X-Mockpars-Scenario: " in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("code", ["999", "abc", "٣٠٣", "9" * 5000])
def test_an_unknown_code_is_refused_with_the_known_ones(code: str, capsys: Capture) -> None:
    assert main(["explain", code]) == 2
    assert "It has 100, 101," in capsys.readouterr().err


def test_there_is_a_sample_of_every_operation() -> None:
    assert set(names()) == set(OPERATIONS)


def test_the_samples_work_as_they_are_in_their_order(capsys: Capture) -> None:
    server = Controlled()
    answers = {}
    for operation in OPERATIONS:
        assert main(["sample", operation]) == 0
        answers[operation] = server.send(operation, capsys.readouterr().out)
    server.close()
    assert "<AccmeActivityID>12345678<" in answers["SaveActivity"]
    assert "<Result>Accepted<" in answers["GetActivity"]
    assert ">1</int>" in answers["LearnerMatchRequest"]
    assert "<CreditId>ccid:mockpars:100000001<" in answers["SaveLearnerActivity"]
    assert "<Status>Submitted<" in answers["GetLearnerStatus"]
    assert "<Status>Submitted<" in answers["GetLearnerStatusByCreditId"]


def test_a_sample_takes_another_account(capsys: Capture) -> None:
    assert main(["sample", "learnermatchrequest", "--user", "a&b", "--password", "<{user}>", "--provider", "7"]) == 0
    out = capsys.readouterr().out
    assert "<User>a&amp;b</User>" in out
    assert "<Password>&lt;{user}&gt;</Password>" in out
    assert "<ProviderId>7</ProviderId>" in out


def test_an_unknown_sample_is_refused_with_the_known_ones(capsys: Capture) -> None:
    assert main(["sample", "Nothing"]) == 2
    assert "GetActivity" in capsys.readouterr().err


def test_nothing_is_ready_where_nothing_listens(capsys: Capture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: nobody else gets it
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert main(["ready", "--url", nowhere]) == 1
        assert main(["journal", "--url", nowhere]) == 2
    assert "There is no mockpars at" in capsys.readouterr().err


@pytest.mark.parametrize("nowhere", ["nonsense", "ftp://localhost", "http://", "http://localhost:port"])
def test_a_url_that_is_none_is_not_ready(nowhere: str) -> None:
    assert main(["ready", "--url", nowhere]) == 1


# --- Serving -----------------------------------------------------------------------------------------------------


@pytest.mark.served
def test_what_is_printed_at_the_start_works_when_pasted() -> None:
    process = start("--ephemeral", "--port", "0", "--clock", support.NOW, "--password", "it's <secret>")
    assert process.stdout is not None
    base = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", base)
    lines = [process.stdout.readline()]
    while "sample SaveLearnerActivity" not in lines[-1]:
        lines.append(process.stdout.readline())
    lines.append(process.stdout.readline())
    text = "".join(lines)
    assert f"{base}/services/ACCMEService.svc/IACCMEServiceREST" in text
    assert "user ws-user@example.org, password it's <secret>, provider 0008273" in text
    assert "in memory" in text
    script = text.partition("Three things to try")[2].partition("\n")[2]
    tried = subprocess.run(["sh", "-c", script], cwd=ROOT, env=ENVIRON, capture_output=True, text=True, check=False)
    assert tried.stdout.count("Accepted") == 4, tried
    assert ">1</int>" in tried.stdout
    assert stop(process)[0] == 0


@pytest.mark.served
def test_a_served_process_is_ready_and_journals(url: str, capsys: Capture) -> None:
    assert main(["ready", "--url", url]) == 0
    request(url, "POST", support.path_of("SaveActivity"), support.sample("SaveActivity"))
    wrong = support.sample("SaveLearnerActivity").replace("1975-03-22", "1975-03-23")
    request(url, "POST", support.path_of("SaveLearnerActivity"), wrong)
    capsys.readouterr()
    assert main(["journal", "--url", url, "--code", "300"]) == 0
    line = capsys.readouterr().out
    assert "Rejected   SaveLearnerActivity" in line
    assert main(["journal", line.split()[0], "--url", url]) == 0
    out = capsys.readouterr().out
    assert "date of birth differs by one day (later than on file): a time-zone conversion?" in " ".join(out.split())
    assert "rule 300, documented (L5)" in out
    assert "<Password>***</Password>" in out
    assert main(["journal", "999", "--url", url]) == 2
    assert main(["journal", "--url", url, "--sandbox", "nobody"]) == 2
    assert 'There is no sandbox "nobody".' in capsys.readouterr().err


@pytest.mark.served
def test_the_control_api_answers_over_the_wire(url: str) -> None:
    media = "application/json"
    status, body = request(url, "POST", "/_mockpars/sandboxes", '{"name": "wired"}', media)
    assert (status, json.loads(body)["base_url"]) == (201, f"{url}/sandboxes/wired")
    status, body = request(url, "POST", "/_mockpars/sandboxes/wired/clock/advance", '{"by": "overnight"}', media)
    assert (status, json.loads(body)["now"]) == (200, "2026-05-11T05:00:00Z")
    assert request(url, "DELETE", "/_mockpars/sandboxes/wired")[0] == 204
    assert request(url, "GET", "/_mockpars/sandboxes/wired")[0] == 404


@pytest.mark.served
def test_what_was_answered_is_there_after_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "folder" / "mockpars.db")
    for expected in ("12345678", "12345679"):
        process = start("--db", database, "--port", "0", "--clock", support.NOW)
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        message = support.activities(support.activity(f"A-{expected}"))
        answer = request(base, "POST", support.path_of("SaveActivity"), message)[1]
        assert f"<AccmeActivityID>{expected}<" in answer
        process.kill()
        process.communicate()


@pytest.mark.served
def test_a_port_in_use_is_told_kindly(url: str) -> None:
    process = start("--ephemeral", "--port", url.rpartition(":")[2])
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert "is in use" in err
    assert "Traceback" not in err


@pytest.mark.served
def test_a_database_that_cannot_be_opened_is_told_kindly(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, but it is long enough to be taken for one " * 20)
    for path in (tmp_path, tmp_path / "text.db"):
        process = start("--db", str(path), "--port", "0")
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (2, ""), err
        assert err.startswith("mockpars: The store")
        assert "Traceback" not in err


@pytest.mark.served
def test_a_setting_that_makes_no_sense_is_told_kindly_and_a_misspelt_one_too() -> None:
    process = start("--ephemeral", "--port", "http", MOCKPARS_PROT="80")
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert '--port is "http", but should be a port from 0 to 65535.' in err
    process = start("--ephemeral", "--port", "0", MOCKPARS_PROT="80")
    assert process.stdout is not None
    process.stdout.readline()
    status, _, err = stop(process)
    assert (status, "MOCKPARS_PROT is no setting" in err) == (0, True)


@pytest.mark.served
def test_serving_imports_nothing_slow() -> None:
    slow = ("faker", "jsonschema", "requests", "xmlschema", "yaml", "mockpars.contract", "mockpars.seeding")
    code = (
        "import sys; from argparse import Namespace\n"
        "import mockpars.cli.serve, mockpars.web.app, mockpars.web.server, mockpars.world\n"
        "from mockpars.settings import load\n"
        "world = mockpars.world.open_world(load(Namespace(ephemeral='true'), {}), grouped=True)\n"
        "mockpars.web.app.create_app(world)\n"
        f"print([name for name in {slow} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=ENVIRON, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"
