"""The look at advisories, against an index made up here: what is known, what is not, and what has no data at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soak import audit

BAD = {"id": "PYSEC-1", "aliases": ["CVE-1"], "withdrawn": None}
CONTROL = {"pycrypto/json": {"info": {"version": "2.6.1"}, "vulnerabilities": [BAD]}}


def index(monkeypatch: pytest.MonkeyPatch, pages: Mapping[str, Any]) -> None:
    """An index that has these pages and no others."""
    monkeypatch.setattr(audit, "asking", lambda _: pages.get)


def lock(folder: Path, *pins: str) -> list[str]:
    """Arguments that name a lock file with these pins."""
    file = folder / "x.lock"
    file.write_text("".join(f"{pin} \\\n    --hash=sha256:00\n" for pin in pins))
    return ["--index", "https://index.example/simple", str(file)]


def newest(version: str, *known: Mapping[str, Any], yanked: bool = False) -> dict[str, Any]:
    """A project's page."""
    return {"info": {"version": version}, "releases": {version: [{"yanked": yanked}]}, "vulnerabilities": list(known)}


@pytest.mark.parametrize(
    ("pages", "status", "says"),
    [
        ({"a/json": newest("1.0")}, 0, "1 pinned, 1 looked at, 0 with"),
        ({"a/json": newest("1.0", BAD)}, 1, "a 1.0: PYSEC-1 (CVE-1)"),
        ({"a/json": newest("1.0", BAD | {"withdrawn": "2026-01-01"})}, 0, "0 with"),
        ({"a/json": newest("1.0", yanked=True)}, 1, "a 1.0: yanked"),
        ({"a/json": newest("2.0")}, 2, "a 1.0: not looked at, no data for it; the newest is 2.0"),
        ({"a/json": newest("2.0"), "a/1.0/json": {"info": {}, "vulnerabilities": [BAD]}}, 1, "PYSEC-1"),
        ({}, 2, "the newest is unknown"),
    ],
)
def test_what_is_known_of_a_release(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    pages: Mapping[str, Any],
    status: int,
    says: str,
) -> None:
    """Nothing known is only said of what was looked at."""
    index(monkeypatch, {**CONTROL, **pages})
    assert audit.main(lock(tmp_path, "a==1.0")) == status
    assert says in capsys.readouterr().out


def test_an_index_without_advisories_proves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It knows nothing against a release that is known to be bad."""
    index(monkeypatch, {"pycrypto/json": newest("2.6.1"), "a/json": newest("1.0")})
    assert audit.main(lock(tmp_path, "a==1.0")) == 2


def test_an_index_out_of_reach_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens there."""
    assert audit.main(["--index", "http://127.0.0.1:9/simple", lock(tmp_path, "a==1.0")[-1]]) == 2
    assert "could not be asked" in capsys.readouterr().out


def test_the_pins_of_our_own_locks_are_read() -> None:
    """With and without markers."""
    found = dict(audit.pinned(audit.ROOT / "requirements-run.lock"))
    assert {"flask", "httptools", "lxml", "cffi"} <= found.keys()
    assert all(version[0].isdigit() and ";" not in version for version in found.values())
