"""Comparing two runs, and the ledger that people keep."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockpars.contract import ledger as ledgers
from mockpars.contract.badge import write
from mockpars.contract.claims import Claim
from mockpars.contract.drift import Side, differences
from mockpars.contract.library import Library
from mockpars.contract.shapes import format_of, shape
from mockpars.contract.trouble import DataInvalid

ANSWER = '<A xmlns="urn:one"><Result>Accepted</Result><Id>12345678</Id><At>2026-05-06</At></A>'


def side(body: str = ANSWER, **changed: Any) -> Side:
    record: dict[str, Any] = {
        "case": "one", "step": "step 1", "operation": "SaveActivity", "http": 200,
        "media": "application/xml;charset=utf-8",
        "outcome": "Accepted", "codes": [], "match": None, "status": None, "fault": None, "seconds": 0.1,
        "shape": shape(body), **changed,
    }  # fmt: skip
    return Side("somewhere", "sandbox", "2026-05-06", {"one": "pass"}, {("one", "step 1", 1): record})


def test_the_same_answers_do_not_differ() -> None:
    assert differences(side(), side(ANSWER.replace("12345678", "87654321"))) == []


@pytest.mark.parametrize(
    ("after", "aspect", "before", "now"),
    [
        (side(outcome="Rejected"), "outcome", "Accepted", "Rejected"),
        (side(http=500), "http", "200", "500"),
        (side(codes=[303]), "codes", "none", "303"),
        (side(media="text/xml"), "media", "application/xml;charset=utf-8", "text/xml"),
        (side(ANSWER.replace("urn:one", "urn:two")), "namespaces", "urn:one", "urn:two"),
        (side(ANSWER.replace("<Id>12345678</Id>", "")), "structure", "/A/Id", "nothing more"),
        (side(ANSWER.replace("12345678", "123456789")), "formats", "/A/Id: 8 digits", "9 digits"),
        (side(ANSWER.replace("05-06", "05-06T00:00:00Z")), "formats", "/A/At: date", "instant with Z"),
        (side("<html>"), "structure", "<A>", "<not XML>"),
        (side(seconds=2.0), "timing", "0.10 s", "2.00 s"),
    ],
)
def test_each_kind_of_difference_is_found(after: Side, aspect: str, before: str, now: str) -> None:
    found = {one.aspect: one for one in differences(side(), after)}
    assert (found[aspect].before, found[aspect].after) == (before, now)


def test_a_little_slower_is_no_drift() -> None:
    assert differences(side(seconds=0.01), side(seconds=0.09)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "empty"), ("0001", "4 digits"), ("1.0", "decimal"), ("true", "boolean"), ("ccid:x:1", "ccid"),
     ("two words", "text"),
     ("2026-05-06T00:00:00-05:00", "instant with offset"), ("2026-05-06T00:00:00", "date and time without zone")],
)  # fmt: skip
def test_values_have_a_format(text: str, kind: str) -> None:
    assert format_of(text) == kind


def proposed(known: ledgers.Ledger, day: date, *claims: Claim) -> dict[str, Any]:
    sources = [claim for claim in claims if not claim.id.isdigit()]
    codes = [claim for claim in claims if claim.id.isdigit()]
    text = ledgers.propose(known, sources, codes, day)
    assert text.startswith("# What ACCME's sandbox")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_a_proposal_keeps_what_was_known_and_adds_what_a_run_says(tmp_path: Path) -> None:
    path = tmp_path / "ledger.yaml"
    path.write_text("sources:\n  T8: {confirmed: 2026-01-01}\n  L3: {confirmed: 2026-01-01}\ncodes: {}\n")
    day = date(2026, 5, 6)
    found = proposed(
        ledgers.load(path), day,
        Claim("T8", "not reached", (), ()), Claim("L3", "refuted", (), ("a-case",)),
        Claim("303", "confirmed", ("b",), ()),
    )  # fmt: skip
    assert found["sources"]["T8"] == {"confirmed": date(2026, 1, 1)}
    assert found["sources"]["L3"] == {"confirmed": date(2026, 1, 1), "refuted": day, "by": ["a-case"]}
    assert found["codes"]["303"] == {"confirmed": day}


def test_what_was_refuted_and_then_confirmed_counts_as_confirmed() -> None:
    assert ledgers.Entry(date(2026, 5, 2), date(2026, 5, 1)).word == "confirmed"
    assert ledgers.Entry(date(2026, 5, 1), date(2026, 5, 2)).word == "refuted"
    assert ledgers.Entry().word == "never reached"


def test_stale_names_what_was_reached_too_long_ago_or_never() -> None:
    known = {"sources": {}, "codes": {"303": ledgers.Entry(date(2026, 1, 1)), "304": ledgers.Entry(date(2026, 5, 1))}}
    found = ledgers.stale(known, Library(), (303, 304, 305), 90, date(2026, 5, 6))
    assert "Code 303 was last confirmed on 2026-01-01, 125 days ago." in found
    assert "Code 305 was never reached." in found
    assert not any(line.startswith("Code 304") for line in found)


@pytest.mark.parametrize("text", ["things: {}", "sources: {T8: yes}", "sources: {T8: {confirmed: soon}}"])
def test_a_ledger_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.yaml"
    path.write_text(text)
    with pytest.raises(DataInvalid):
        ledgers.load(path)


def test_the_shipped_ledger_can_be_read() -> None:
    assert set(ledgers.load(Library().root / "ledger.yaml")) == {"sources", "codes"}


def test_a_badge_is_written_in_both_forms(tmp_path: Path) -> None:
    paths = write(tmp_path / "badges" / "drift.svg", "PARS drift", "2 <differences>", good=False)
    assert [path.name for path in paths] == ["drift.json", "drift.svg"]
    assert "2 &lt;differences&gt;" in paths[1].read_text()
