"""`pytest --pars-target`: the cases are tests, with nothing else to write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.served, pytest.mark.slow]


def run_pytest(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Installed, the plugin is found by its entry point; the flag must not name it twice then.
    command = [sys.executable, "-m", "pytest", "-p", "mockpars.pytest_plugin", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120, env=_environment())


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_cases_are_collected_and_pass(tmp_path: Path) -> None:
    found = run_pytest(tmp_path, "--pars-target=mock", "--pars-case=match-everything-*", "-v")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "learner-match.yaml::match-everything-right PASSED" in found.stdout


def test_an_omitted_case_is_skipped_with_its_reason(tmp_path: Path) -> None:
    recording = tmp_path / "empty.jsonl"
    recording.write_text(
        '{"format": "mockpars-recording/1", "target": "t", "kind": "mock", "run": "r", "recorded": "2026-05-06"}\n'
    )
    found = run_pytest(tmp_path, f"--pars-target=replay:{recording}", "--pars-case=match-everything-*", "-rs")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "the recording does not hold it" in found.stdout


def test_a_target_that_does_not_answer_says_so_without_a_traceback(tmp_path: Path) -> None:
    found = run_pytest(tmp_path, "--pars-target=http://127.0.0.1:9", "--pars-case=match-everything-*")
    assert found.returncode == 1
    assert "does not answer" in found.stdout
    assert "Traceback" not in found.stdout
    assert "factory.py" not in found.stdout


def test_k_and_m_choose_among_them(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own() -> None:\n    pass\n")
    found = run_pytest(
        tmp_path, "--pars-target=mock", "-m", "pars_contract", "-k", "everything-right", "--collect-only", "-q"
    )
    assert "match-everything-right" in found.stdout
    assert "test_own" not in found.stdout


def test_without_the_option_nothing_is_collected(tmp_path: Path) -> None:
    found = run_pytest(tmp_path, "--collect-only")
    assert found.returncode == 5
    assert "no tests collected" in found.stdout
