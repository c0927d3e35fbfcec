"""One document in five forms: each says what failed and why, and none lets markup through."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from mockpars.contract.reports import html, junit, markdown, structured, terminal
from mockpars.contract.reports.document import Document, Evidence, Item, Table

EVIL = "<script>alert('1')</script> & | `x` \x00"
BAD = Item(
    "c-2", f"Title {EVIL}", "fail", "group", f"Reason {EVIL}", (f"Problem {EVIL}",), ("T8",), 0.5,
    (Evidence("step 1", f"POST /x\n\n<a><b>{1}</b></a>", f"HTTP 200\n\n{EVIL}"),),
)  # fmt: skip
ERROR = Item("c-3", "Another title", "error", "other", "It broke")
DOCUMENT = Document(
    title="A report",
    headline="1 of 4 is wrong",
    good=False,
    statuses={"pass": "good", "fail": "bad", "error": "bad", "omit": "none"},
    items=[Item("c-1", "First", "pass", "group"), BAD, ERROR, Item("c-4", "Fourth", "omit", "other", "no role")],
    facts=(("Target", "mock"),),
    tables=(Table("Sources", ("Id", "Here"), (("T8", EVIL),), ("bad",), "A note"),),
    warnings=("Code 303: no case",),
    extra={"own": 1},
)


def test_the_terminal_shows_failures_first_and_the_sum_last() -> None:
    text = terminal.render(DOCUMENT)
    assert text.index("FAIL c-2") < text.index("OMIT 1: no role (c-4)")
    assert "4 cases: 1 pass, 1 fail, 1 error, 1 omit" in text
    assert text.splitlines()[-1] == "1 of 4 is wrong"
    assert "\x1b[" not in text
    assert "\x1b[31m" in terminal.render(DOCUMENT, colour=True)
    assert "POST /x" in terminal.render(DOCUMENT, verbose=True)


def test_junit_counts_and_holds_what_xml_cannot() -> None:
    root = ET.fromstring(junit.render(DOCUMENT))  # noqa: S314  # our own report
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5", "failures": "2", "errors": "1", "skipped": "1",
    }  # fmt: skip
    failure = root.find(".//testcase[@name='c-2']/failure")
    assert failure is not None
    assert "<script>" in (failure.text or "")


def test_html_escapes_everything_and_needs_nothing_from_elsewhere() -> None:
    page = html.render(DOCUMENT)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("HTTP", "")
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page


def test_html_lays_xml_out_a_line_per_element() -> None:
    assert html.pretty("HTTP 200\n\n<a><b>1</b></a>") == "HTTP 200\n\n<a>\n  <b>1</b>\n</a>"
    assert html.pretty("HTTP 200\n\nno xml") == "HTTP 200\n\nno xml"


def test_markdown_keeps_tables_whole() -> None:
    text = markdown.render(DOCUMENT)
    assert "&lt;script>" in text
    assert "| T8 | &lt;script>alert('1')&lt;/script> &amp; \\| `x`" in text
    assert "1 omit: no role" in text


def test_json_holds_everything() -> None:
    said = json.loads(structured.render(DOCUMENT))
    assert said["counts"] == {"pass": 1, "fail": 1, "error": 1, "omit": 1}
    assert said["items"][1]["problems"] == [f"Problem {EVIL}"]
    assert said["own"] == 1
