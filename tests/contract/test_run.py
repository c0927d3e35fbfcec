"""`mockpars contract run` over the mock it starts itself: the verdict, the reports, a recording and its replay."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mockpars.contract.commands import main as program

pytestmark = [pytest.mark.served, pytest.mark.slow]


def contract(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["contract", *map(str, arguments)])
    return program()


def test_the_mock_keeps_the_whole_contract_with_nothing_omitted_unexplained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html", "markdown")}
    forms = [word for name, path in names.items() for word in (f"--{name}", path)]
    recording = tmp_path / "run.jsonl"
    status = contract(monkeypatch, "run", *forms, "--record", recording, "--badge", tmp_path / "badge")
    shown = capsys.readouterr().out
    assert status == 0, shown
    said = json.loads(names["json"].read_text())
    assert said["counts"]["pass"] == len(said["items"]) - said["counts"]["omit"]
    assert all(item["reason"] for item in said["items"] if item["status"] == "omit")
    suites = ET.parse(names["junit"]).getroot()  # noqa: S314  # our own report
    assert suites.get("tests") == str(len(said["items"]))
    assert suites.get("failures") == suites.get("errors") == "0"
    page = names["html"].read_text()
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert 'src="' not in page
    assert "keeps the contract" in names["markdown"].read_text()
    assert json.loads((tmp_path / "badge.json").read_text())["color"] == "brightgreen"
    ET.parse(tmp_path / "badge.svg")  # noqa: S314  # our own report
    assert contract(monkeypatch, "run", "--target", f"replay:{recording}") == 0
    assert contract(monkeypatch, "drift", names["json"], recording) == 0


def test_a_wrong_expectation_fails_with_what_was_sent_and_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    from mockpars.contract.library import Library

    root = tmp_path / "contracts"
    shutil.copytree(Library().root, root)
    (root / "cases" / "own.yaml").write_text(
        """
- id: own-case
  title: A case that expects what is not so
  source: L2
  targets: [mock, sandbox]
  steps:
    - send: {operation: LearnerMatchRequest, body: match}
      expect: {match: 7}
"""
    )
    page = tmp_path / "page.html"
    status = contract(monkeypatch, "run", "--data", root, "--case", "own-*", "--html", page, "--verbose")
    said = capsys.readouterr().out
    assert status == 1
    assert "FAIL own-case" in said
    assert "Match 1, expected 7." in said
    assert "<Password>***</Password>" in said
    assert "Holloway" in page.read_text(), "what was sent to a mock is shown whole, but for the credentials"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["run", "--target", "nonsense"], 2, "no target 'nonsense'"),
        (["run", "--target", "http://127.0.0.1:9"], 3, "does not answer"),
        (["run", "--case", "no-such-case"], 2, "No case fits"),
        (["run", "--dry-run"], 2, "dry-run is for the sandbox"),
        (["run", "--target", "replay:nowhere.jsonl"], 2, "cannot be read as a recording"),
    ],
)
def test_what_cannot_be_done_says_why_and_how_it_ends(
    arguments: list[str], status: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert contract(monkeypatch, *arguments) == status
    assert said in capsys.readouterr().err


def test_cases_are_listed_and_checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert contract(monkeypatch, "list", "--code", 303) == 0
    assert "303" in capsys.readouterr().out
    assert contract(monkeypatch, "check") == 0
    assert "0 gaps" in capsys.readouterr().out
