"""The journal, read and cleared."""

from __future__ import annotations

from tests import support
from tests.web.controlled import DEFAULT, Controlled


def test_the_journal_lists_exchanges_newest_first_and_by_what_they_are(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    entries = submitted.get(f"{DEFAULT}/journal")["exchanges"]
    assert [(entry["id"], entry["outcome"], entry["codes"]) for entry in entries] == [
        (3, "Rejected", [304]), (2, "Accepted", []), (1, "Accepted", []),
    ]  # fmt: skip
    for query, ids in {
        "code=304": [3], "operation=SaveActivity": [1], "outcome=Accepted": [2, 1], "after=1&before=3": [2],
        "limit=1": [3],
    }.items():  # fmt: skip
        found = submitted.get(f"{DEFAULT}/journal?{query}")
        assert [entry["id"] for entry in found["exchanges"]] == ids, query
    assert submitted.get(f"{DEFAULT}/journal?limit=1")["next"] == 3


def test_an_exchange_is_shown_with_its_texts_and_its_verdict(submitted: Controlled) -> None:
    submitted.send("SaveLearnerActivity", support.sample("SaveLearnerActivity"))
    shown = submitted.get(f"{DEFAULT}/journal/3")
    assert shown["verdict"]["records"][0]["findings"][0]["code"] == 304
    assert "<Password>***</Password>" in shown["request"]
    assert "<Code>304</Code>" in shown["response"]
    assert submitted.error("GET", f"{DEFAULT}/journal/4")[0] == 404


def test_a_cleared_journal_goes_on_counting(submitted: Controlled) -> None:
    assert submitted.call("DELETE", f"{DEFAULT}/journal").status_code == 204
    assert submitted.get(f"{DEFAULT}/journal") == {"exchanges": [], "next": None}
    submitted.send("LearnerMatchRequest", support.match())
    assert submitted.get(f"{DEFAULT}/journal")["exchanges"][0]["id"] == 3
