"""Scenario files as exams: what each kind asks of a client, and that a client which mishandles it fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mockpars.contract.clients import commands
from mockpars.contract.clients.findings import read_findings
from mockpars.contract.targets.served import ServedMock
from mockpars.contract.trouble import ContractError
from mockpars.resources import data_path

ROOT = Path(__file__).parents[3]
RIGHT = f"{sys.executable} {ROOT / 'tests/impostors/right_client.py'}"
WRONG = f"{sys.executable} -m tests.impostors.command"
FOUND = """
- scenario: reject-303
  title: Completed after the credit claim date
  operation: SaveLearnerActivity
  physician: PH-0039
  times: 1
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a text into a scenario file."""

    def put(text: str) -> Path:
        path = tmp_path / "reject-303.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return put


def check(*flags: str) -> int:
    """`mockpars client check` with flags."""
    parser = argparse.ArgumentParser()
    commands.add_arguments(parser)
    return commands.run(parser.parse_args(["check", *flags]))


def test_an_entry_becomes_an_exam_of_its_own_learner(write: Write) -> None:
    (exam,) = read_findings(write(FOUND)).exams
    assert (exam.id, exam.title, exam.learner) == ("reject-303", "Completed after the credit claim date", "PH-0039")
    assert exam.codes == (303,)
    assert exam.arm == (
        {"scenario": "reject-303", "operation": "SaveLearnerActivity", "physician": "PH-0039", "times": 1},
    )
    assert exam.steps[0].outcomes == ("Rejected",)


@pytest.mark.parametrize(
    ("scenario", "registered", "outcomes"),
    [
        ("reject-305", True, ["Rejected"]),
        ("reject-103", False, ["Rejected"]),
        ("reject-301", True, ["Rejected", "Error"]),
        ("answer-lost", True, ["Accepted", "Error"]),
        ("state-reject:TX", True, ["Accepted"]),
        ("overnight-slow:3", True, ["Accepted"]),
    ],
)
def test_what_each_kind_calls_for(write: Write, scenario: str, registered: bool, outcomes: list[str]) -> None:
    (exam,) = read_findings(write(f"- scenario: {scenario}\n  percent: 20\n  activity: '12345678'\n")).exams
    assert (exam.registered, list(exam.steps[0].outcomes)) == (registered, outcomes)
    assert exam.arm == ({"scenario": scenario},), "chance and another sandbox's activity have no place in an exam"


def test_what_no_exam_can_be_made_of_is_said(write: Write) -> None:
    found = read_findings(write("- scenario: board-reject:ABIM\n- scenario: reset\n  operation: GetActivity\n"))
    assert found.exams == ()
    assert found.left_out == (
        "reject-303-1 is no exam: the event of an exam claims no board credit.",
        "reject-303-2 is no exam: a client need not call GetActivity for a completion.",
    )


@pytest.mark.parametrize("text", ["scenario: reject-303", "- name: x", "- [", "- scenario: reset\n  physician: nobody"])
def test_files_that_make_no_sense(write: Write, text: str) -> None:
    with pytest.raises(ContractError):
        read_findings(write(text))


def test_the_shipped_scenarios_can_be_exams() -> None:
    found = read_findings(data_path("seed") / "scenarios")
    assert {"lost-after-save", "flaky-gateway", "holloway-not-found"} <= {exam.id for exam in found.exams}


@pytest.mark.served
def test_a_right_client_passes_and_wrong_ones_fail(
    mock: ServedMock, write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    flags = ("--url", mock.base, "--scenarios", str(write(FOUND)))
    assert check("--run", RIGHT, *flags) == commands.GOOD
    assert "Exams: 1, 1 passed" in capsys.readouterr().out
    for name, obligation in (
        ("takes-any-answer-for-success", "reports-truth"),
        ("keeps-the-codes-to-itself", "reports-codes"),
        ("retries-rejections", "no-unchanged-retry"),
    ):
        assert check("--run", f"{WRONG} {name}", *flags) == commands.NOT_GOOD, name
        shown = capsys.readouterr().out
        assert f"BROKEN {obligation}" in shown
        assert "BROKEN 303" in shown


@pytest.mark.served
def test_shipped_exams_join_only_when_named(mock: ServedMock, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--url", mock.base, "--scenarios", str(write(FOUND)), "--exam", "no-npi")
    assert check("--run", RIGHT, *flags) == commands.GOOD
    assert "Exams: 2, 2 passed" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["- scenario: board-silent", None])
def test_nothing_to_hold_is_wrong_usage(
    mock: ServedMock, write: Write, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(text) if text else Path("/nowhere/at-all.yaml")
    assert check("--run", RIGHT, "--url", mock.base, "--scenarios", str(path)) == commands.WRONG_USAGE
    assert "scenario" in capsys.readouterr().err
