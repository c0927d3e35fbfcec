"""The parts of tickets and replays on their own: dates by their relation, places filled in, words for people."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockpars.domain import nearest
from mockpars.domain.model import LearnerIdentity, Physician
from mockpars.web.tickets import births
from mockpars.web.tickets.markdown import as_markdown
from mockpars.wire import masked
from mockpars.wire.told import told
from tests import support

DAYS = st.dates(date(1900, 1, 1), date(2010, 12, 31))


def hint(sent: date, filed: date) -> str:
    """What is said of a date of birth beside the one on file."""
    physician = Physician("PH-1", "A", "B", filed, "1234567890", "MD")
    (found,) = nearest.nearest(LearnerIdentity("A", "B", sent, "1234567890"), [physician])
    (difference,) = found.differences
    return difference.hint


@settings(deadline=None, derandomize=True, database=None)
@given(filed=DAYS, sent=DAYS, near=st.sampled_from(("one day", "swapped", "years", "any")))
def test_a_date_of_which_the_same_is_said_is_found(filed: date, sent: date, near: str) -> None:
    if near == "one day":
        sent = filed + timedelta(days=1 if sent > filed else -1)
    elif near == "swapped" and filed.day <= 12:
        sent = date(filed.year, filed.day, filed.month)
    elif near == "years" and (filed.month, filed.day) != (2, 29):
        sent = filed.replace(year=sent.year)
    if sent == filed:
        return
    said = hint(sent, filed)
    filled = nearest.date_with_hint(said, filed)
    assert filled != filed
    assert hint(filled, filed) == said


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ({"as": "PH-1"}, "1970-03-04"),
        ({}, "1900-01-01"),
        ({"broken": 'ar:DateOfBirth is not a date, but of the shape "99/99/9999".'}, "11/11/1111"),
        ({"broken": 'ar:DateOfBirth carries a time ("9999-99-99A99:99:99").'}, "1111-11-11T11:11:11"),
        ({"broken": "ar:DateOfBirth is empty."}, ""),
        ({"broken": "ar:DateOfBirth is a date that the calendar does not have."}, "1975-02-30"),
    ],
)
def test_a_birthday_is_filled_in_by_its_relation(birth: dict[str, str], expected: str) -> None:
    assert births.fill_in(birth, {"PH-1": date(1970, 3, 4)}) == expected
    assert "1970" not in births.in_words(birth)


def test_blanks_are_filled_in_their_order_and_nothing_else_is_touched() -> None:
    text = (
        "<SubmitMessage><User>***</User><x:Password a='1'>***</x:Password><Title>*** <b>***</b></Title>"
        "<ar:DateOfBirth>***</ar:DateOfBirth><ar:DateOfBirth/><ar:DateOfBirth>***</ar:DateOfBirth>"
    )
    filled = masked.fill(text, lambda name, which: f"{name}{which}")
    assert filled == (
        "<SubmitMessage><User>User0</User><x:Password a='1'>Password0</x:Password><Title>*** <b>***</b></Title>"
        "<ar:DateOfBirth>DateOfBirth0</ar:DateOfBirth><ar:DateOfBirth/><ar:DateOfBirth>DateOfBirth1</ar:DateOfBirth>"
    )
    assert masked.fill_query("moduleID=1&Birth%44ate=***&x=***", "1970-01-01") == (
        "moduleID=1&Birth%44ate=1970-01-01&x=***"
    )


def test_a_message_tells_whom_and_what_it_names() -> None:
    named = masked.named_in(support.sample("SaveLearnerActivity"))
    assert [learner.npi for learner in named.learners] == ["1234567890"]
    assert named.activities == ((support.ACTIVITY_ID, support.PROVIDER_ACTIVITY_ID),)
    assert masked.named_in(support.sample("SaveActivity")).activities == ((None, support.PROVIDER_ACTIVITY_ID),)
    assert masked.named_in(support.by_credit("ccid:mockpars:1")).credit_ids == ("ccid:mockpars:1",)
    assert masked.named_in("<broken") == masked.Named()
    asked = masked.named_in("", "moduleID=7&BirthDate=***&UniqueID=9")
    assert (asked.activities, asked.learners[0].npi) == ((("7", None),), "9")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">2</int>', [("Matches", "2")]),
        ("<html><body>502</body></html>", []),
        ("not XML", []),
        ("<a><b></a>", []),
    ],
)
def test_answers_are_told_line_by_line(body: str, expected: list[tuple[str, str]]) -> None:
    assert told(body) == expected


def ticket(**parts: Any) -> dict[str, Any]:
    """A ticket to write down."""
    words = dict.fromkeys(("product", "version", "python", "platform", "store", "clock", "sandbox", "base_url"), "x")
    return {
        "title": "It was *bold* | <script>alert(1)</script>",
        "exchange": 7,
        "at": "2026-05-10T15:00:00Z",
        "environment": {**words, "strict_auth": False},
        "endpoint": {"method": "POST", "url": "http://localhost/x", "path": "/services/x", "query": ""},
        "request": {
            "headers": [{"name": "User-Agent", "value": "a`b\n# c"}],
            "credentials": {"user": "right", "password": "wrong", "basic": "none"},
            "births": [],
            "body": "<a/>",
        },
        "response": {"status": 200, "body": "<b/>"},
        "verdict": {"outcome": "Accepted", "told": [{"about": "a|b", "said": "c\n| d"}]},
        "ground": {"clock": "x", "provider_id": "x", "activities": [], "learner_records": [], "physicians": [],
                   "armed": []},
        **parts,
    }  # fmt: skip


def test_nothing_in_a_message_becomes_markup_of_the_ticket() -> None:
    fences = {"status": 200, "body": "```\n# heading\n````"}
    text = as_markdown(ticket(response=fences))
    assert "<script>" not in text
    assert "`````xml\n```\n# heading\n````\n`````" in text
    assert r"| a\|b | c \| d |" in text
    assert "- User-Agent: `a'b # c`" in text


@pytest.mark.parametrize("body", ["<" * 250_000, "<a" + "a" * 250_000, "<a>" * 80_000, "</a>" * 60_000, "&" * 250_000])
def test_writing_down_takes_no_longer_than_the_text_is_long(body: str) -> None:
    started = time.process_time()
    as_markdown(ticket(response={"status": 200, "body": body}))
    masked.fill(body, lambda name, which: "")
    masked.named_in(body)
    assert time.process_time() - started < 3
