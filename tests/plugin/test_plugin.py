"""The pytest plugin, tried on small test files of its users."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mockpars.pytest_support.server import running

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., pytest.RunResult]
PRELUDE = """
import json, subprocess, sys
import pytest
from mockpars.client import Completion, ClientSettings, ParsClient, Reporter

def report(pars, event):
    with ParsClient(ClientSettings.from_environ(pars.env)) as client:
        return Reporter(client).report(Completion.from_event(event))

def event(pars, **course):
    found = pars.event(pars.physician(), pars.activity(), "2026-05-06")
    found["course"] |= course
    return found

pytestmark = pytest.mark.pars(clock="2026-05-10T15:00:00Z")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a file of tests in a process of its own, with this plugin and no other."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MOCKPARS_URL", raising=False)

    def go(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(PRELUDE + text)
        return pytester.runpytest_subprocess("-p", "mockpars.pytest_plugin", "--strict-markers", *options)

    return go


def test_each_test_has_a_sandbox_of_its_own(run: Run) -> None:
    result = run("""
names = []
@pytest.mark.parametrize("n", [1, 2])
def test_fresh(pars, n):
    assert report(pars, event(pars)).outcome == "Accepted"
    assert [entry.operation for entry in pars.journal] == [
        "LearnerMatchRequest", "SaveLearnerActivity", "GetLearnerStatusByCreditId"]
    assert pars.journal.last.outcome == "Answered"
    assert len(pars.records) == 1
    assert pars.activity_url.startswith(pars.base_url) and pars.learner_url.startswith(pars.base_url)
    assert pars.env["ACCME_LEARNER_URL"] == pars.learner_url
    names.append(pars.name)

def test_another(pars):
    assert not pars.records and len(set(names)) == 2
""")
    result.assert_outcomes(passed=3)


def test_an_unexpected_rejection_fails_a_test_that_passed(run: Run) -> None:
    result = run("""
def test_passes_by_itself(pars):
    report(pars, event(pars, credit_hours=2))
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "PARS refused something that this test did not expect.",
            "#* SaveLearnerActivity: Rejected with 305 Invalid credit amount*",
            "*305 amount: *registered for exactly 1*",
            "*fix: *",
            "*pars.expect_rejection(code)*",
        ]
    )


def test_what_is_expected_passes_and_what_does_not_come_fails(run: Run) -> None:
    result = run("""
def test_expected(pars):
    with pars.expect_rejection(305) as rejection:
        assert report(pars, event(pars, credit_hours=2)).codes == (305,)
    assert rejection.codes == [305]
    assert pars.journal.rejections.last.id == rejection.exchange.id

@pytest.mark.pars(allow=[305], clock="2026-05-10T15:00:00Z")
def test_allowed(pars):
    report(pars, event(pars, credit_hours=2))

def test_armed(pars):
    wanted = event(pars)
    pars.arm(303, operation="SaveLearnerActivity")
    assert report(pars, wanted).codes == (303,)

def test_missing(pars):
    with pars.expect_rejection(303):
        report(pars, event(pars))

def test_another(pars):
    with pars.expect_rejection(303):
        report(pars, event(pars, credit_hours=2))
""")
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["PARS was expected to refuse something with 303, and did not."])


def test_faults_and_broken_requests_count_too(run: Run) -> None:
    result = run("""
def test_broken(pars):
    pars.server.send("POST", pars.learner_url.removeprefix(pars.server.url) + "/SaveLearnerActivity", b"<x",
                     {"Content-Type": "application/xml"})

def test_time_in_a_date(pars):
    wanted = event(pars)
    pars.control("POST", "/scenarios", {"scenario": "unavailable", "times": 1})
    report(pars, wanted)

def test_armed_fault(pars):
    wanted = event(pars)
    pars.arm("answer-lost", times=1, operation="SaveLearnerActivity")
    assert report(pars, wanted).recovered
""")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*SaveLearnerActivity: Refused (HTTP 400)*", "*fault unavailable*"])


def test_a_failed_test_says_what_pars_saw_and_who_was_nearly_meant(run: Run) -> None:
    result = run("""
def test_fails(pars):
    wanted = event(pars)
    year, rest = wanted["learner"]["date_of_birth"].split("-", 1)
    wanted["learner"]["date_of_birth"] = f"{int(year) - 1}-{rest}"
    assert report(pars, wanted).outcome == "Accepted"
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*What PARS saw*", "*LearnerMatchRequest: Match 0*", "*nearest: *date of birth differs*"]
    )


def test_helpers(run: Run) -> None:
    result = run("""
def test_people(pars):
    one, two = pars.physician(board="ABIM"), pars.physician(board="ABIM")
    assert one.id != two.id and "ABIM" in one.boards and one.born.isoformat() == one.date_of_birth
    assert "TX" in pars.physician(state="TX").states
    assert pars.physician(persona="jose-nunez").name == "José Núñez"
    added = pars.add_physician(first_name="New", last_name="Body", date_of_birth="1980-01-01", npi="2999999999")
    assert added.name == "New Body"
    with pytest.raises(LookupError, match="add_physician"):
        pars.physician(board="ABTS", state="TX", profession="PA")

def test_boards_and_time(pars):
    activity = pars.activity("MOC-1", moc={"ABIM": 1.0, "ABOS": ("Self-Assessment", 0.5)})
    assert [entry["board"] for entry in activity.registrations] == ["ABIM", "ABOS"]
    wanted = pars.event(pars.physician(state="TX"), activity, "2026-05-06")
    assert report(pars, wanted).outcome == "Accepted"
    assert {entry["status"] for entry in pars.overnight()} == {"Transmitted"}
    pars.advance("P1D")
    assert [record.status for record in pars.records] == ["Approved"]

def test_a_boards_rejection_is_expected_when_the_test_decides_it(pars):
    credit = report(pars, pars.event(pars.physician(state="TX"), pars.activity(), "2026-05-06")).credit_id
    pars.decide(credit, "TX", "reject", "No.")
    pars.overnight()
    with ParsClient(ClientSettings.from_environ(pars.env)) as client:
        assert client.status_by_credit(credit).codes == (310,)

def test_a_bad_scenario_lists_the_known_ones(pars):
    with pytest.raises(Exception, match="reject-303"):
        pars.arm("nonsense")

def test_an_activity_that_cannot_be_registered_says_why(pars):
    with pytest.raises(Exception, match="103"):
        pars.activity(activity_format="Campfire")

def test_environment(pars_env, monkeypatch):
    import os
    assert os.environ["ACCME_ACTIVITY_URL"] == pars_env.activity_url
""")
    result.assert_outcomes(passed=6)


def test_without_a_clock_it_is_now(run: Run) -> None:
    result = run("""
from datetime import UTC, datetime
pytestmark = []
def test_now(pars):
    assert abs((pars.now - datetime.now(UTC)).total_seconds()) < 60
    assert report(pars, pars.event(pars.physician(), pars.activity())).outcome == "Accepted"
""")
    result.assert_outcomes(passed=1)


def test_workers_of_xdist_have_a_server_each(run: Run) -> None:
    pytest.importorskip("xdist")
    result = run(
        """
@pytest.mark.parametrize("n", range(4))
def test_one(pars, n):
    assert report(pars, event(pars)).outcome == "Accepted"
""",
        "-p",
        "xdist",
        "-n",
        "2",
    )
    result.assert_outcomes(passed=4)


def test_a_running_service_is_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as server:
        monkeypatch.setenv("MOCKPARS_URL", server.url)
        result = run(f"""
def test_there(pars):
    assert pars.base_url.startswith({server.url!r})
    assert report(pars, event(pars)).outcome == "Accepted"
""")
        result.assert_outcomes(passed=1)
        left = [entry["name"] for entry in server.call("GET", "/_mockpars/sandboxes")["sandboxes"]]
    assert left == ["default"]


def test_loading_the_plugin_costs_nothing() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import mockpars.pytest_plugin; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['mockpars', 'mockpars.pytest_plugin']"


def test_the_example_project_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mockpars.pytest_plugin", "-p", "no:cacheprovider"]
    project = ROOT / "examples" / "pytest-project"
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "13 passed" in done.stdout
