"""contracts/ as data: it is valid, it covers what it must, and what is wrong in it is said with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mockpars.contract.coverage import CODES, gates
from mockpars.contract.library import Library, steps_of
from mockpars.contract.trouble import DataInvalid

LIBRARY = Library()
CASE = """
- id: {id}
  title: A case that stands for many others
  source: {source}
  targets: [mock, sandbox]
  steps:
    - send: {{operation: {operation}, body: match}}
      expect: {{match: 1}}
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """contracts/ without cases."""
    target = tmp_path / "contracts"
    shutil.copytree(LIBRARY.root, target, ignore=shutil.ignore_patterns("cases"))
    (target / "cases").mkdir()
    return target


def write(root: Path, text: str, name: str = "own.yaml") -> Library:
    (root / "cases" / name).write_text(text, encoding="utf-8")
    return Library(root)


def test_the_shipped_cases_are_valid_and_many() -> None:
    assert len(LIBRARY.cases) >= 150


def test_every_gate_of_coverage_holds() -> None:
    assert gates(LIBRARY) == []


def test_every_state_can_be_brought_about() -> None:
    for case in LIBRARY.cases.values():
        steps_of(LIBRARY, case)


def test_gates_name_what_nothing_covers(copy: Path) -> None:
    found = gates(write(copy, CASE.format(id="one", source="T999", operation="LearnerMatchRequest")))
    assert f"Code {CODES[0]}: no case breaks its rule." in found
    assert "Operation SaveActivity: no case uses it." in found
    assert "Source T999 is not in sources.yaml; cited by one." in found
    assert "Source L5: no case cites it, and it does not say why none can." in found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: one", "id: One"), "own.yaml: case One: id: 'One' does not match"),
        (("source: T2", "source: X2"), "own.yaml: case one: source: "),
        (("operation: LearnerMatchRequest", "operation: Match"), "case one: there is no operation 'Match'"),
        (("match: 1", "mtach: 1"), "case one: steps[0].expect: .*'mtach' was unexpected"),
        (("targets: [mock, sandbox]", "targets: [mock]"), "case one: 'because' is a required property"),
        (("  steps:", "  given: nothing-known\n  steps:"), "case one: given: there is no state 'nothing-known'"),
        (("  steps:", "  rules: [303]\n  steps:"), "case one: 'side' is a required property"),
        (("- id", "- {id"), "own.yaml is no YAML"),
    ],
)
def test_a_broken_case_is_refused_with_file_case_and_place(copy: Path, change: tuple[str, str], said: str) -> None:
    text = CASE.format(id="one", source="T2", operation="LearnerMatchRequest").replace(*change)
    with pytest.raises(DataInvalid, match=said.replace("[", r"\[").replace("]", r"\]")):
        assert write(copy, text).cases


def test_two_cases_of_one_name_are_refused(copy: Path) -> None:
    text = CASE.format(id="one", source="T2", operation="LearnerMatchRequest")
    with pytest.raises(DataInvalid, match="case one is there twice"):
        assert write(copy, text + text).cases


def test_a_base_body_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(DataInvalid, match=r"no bodies/nothing\.xml"):
        LIBRARY.body("nothing")
