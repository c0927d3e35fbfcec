"""What the ledger says of the codes: the last dates, and never where there was no run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mockpars.contract import ledger
from mockpars.domain.rejection import CATALOGUE
from mockpars.errors import MissingData
from mockpars.resources import data_path
from mockpars.service import confirmed
from mockpars.service.confirmed import NEVER, Confirmation, code_confirmations, read_codes

LEDGER = """
sources: {}
codes:
  "303": {confirmed: 2026-05-06}
  "304": {refuted: 2026-05-07, by: [duplicate-is-304]}
  "305": {confirmed: 2026-05-06, refuted: 2026-05-07, by: [a, b]}
  "306": {confirmed: 2026-05-08, refuted: 2026-05-07}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A ledger with entries of every kind."""
    path = tmp_path / "ledger.yaml"
    path.write_text(LEDGER, encoding="utf-8")
    return path


def test_each_entry_reads_as_a_sentence(written: Path) -> None:
    found = read_codes(written)
    assert {code: entry.sentence for code, entry in found.items()} == {
        303: "last confirmed on 2026-05-06",
        304: "refuted on 2026-05-07 by duplicate-is-304; never confirmed",
        305: "refuted on 2026-05-07 by a, b; last confirmed on 2026-05-06",
        306: "last confirmed on 2026-05-08; refuted on 2026-05-07",
    }
    assert [entry.word for entry in found.values()] == ["confirmed", "refuted", "refuted", "confirmed"]
    assert found[303] == Confirmation(date(2026, 5, 6))


def test_it_reads_what_the_contract_suite_reads(written: Path) -> None:
    theirs = ledger.load(written)["codes"]
    ours = read_codes(written)
    assert {int(code): (entry.confirmed, entry.refuted, entry.by, entry.word) for code, entry in theirs.items()} == {
        code: (entry.confirmed, entry.refuted, entry.by, entry.word) for code, entry in ours.items()
    }


def test_the_committed_ledger_can_be_read() -> None:
    known = ledger.load(data_path("contracts") / "ledger.yaml")["codes"]
    assert set(code_confirmations()) == {int(code) for code in known} <= set(CATALOGUE)


@pytest.mark.parametrize("text", ["codes: [303]", "codes: {303: {confirmed: yesterday}}", "- 303", "codes: {", ""])
def test_what_is_no_ledger_confirms_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_codes(path) == {}


def test_an_installation_without_contracts_confirms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_codes(tmp_path / "ledger.yaml") == {}

    def missing(kind: str) -> Path:
        raise MissingData("It is missing.", "")

    monkeypatch.setattr(confirmed, "data_path", missing)
    assert code_confirmations().get(303, NEVER).sentence == "never confirmed: no run reached it"
