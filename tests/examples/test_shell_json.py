"""The shell client reads JSON with awk; that part on its own, since nothing else tests it this closely."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "shell" / "report.sh"
pytestmark = pytest.mark.skipif(shutil.which("awk") is None, reason="this machine has no awk")


def flatten(text: str) -> str:
    """What the script's own awk program makes of a text."""
    found = re.search(r"<<'AWK'\n(.*?)\nAWK\n", SCRIPT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    done = subprocess.run(
        ["awk", found.group(1)],
        input=text.encode(),
        capture_output=True,
        check=True,
        env=dict(os.environ) | {"LC_ALL": "C"},
    )
    return done.stdout.decode()


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    "value", ["plain", "José Núñez", 'quo"te\\d', "O'Brien & <Sons>", "Łódź 東京 😀", "a=b", "x/y", "", "100%"]
)
def test_strings_arrive_as_they_are(value: str, ascii_only: bool) -> None:
    event = {"learner": {"first_name": value}, "list": [1, {"x": True}]}
    lines = flatten(json.dumps(event, ensure_ascii=ascii_only, indent=1)).splitlines()
    assert lines == [f"learner.first_name={value}", "list.0=1", "list.1.x=true"]


@pytest.mark.parametrize("value", [{}, [], {"a": None}, {"a": {}}])
def test_what_is_empty_is_nothing(value: Any) -> None:
    assert flatten(json.dumps(value)) == ""


def test_a_line_break_does_not_make_a_field_of_its_own() -> None:
    assert flatten('{"a": "x\\ncredit_id=evil"}') == "a=x credit_id=evil\n"


@pytest.mark.parametrize("text", ["{", '{"a"', '{"a": }', '{"a": "b', '{"a": "\\u12"}', "[1 2]", ""])
def test_what_is_not_json_is_said_to_be(text: str) -> None:
    assert "!malformed" in flatten(text)
