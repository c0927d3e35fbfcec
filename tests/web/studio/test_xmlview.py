"""XML laid out for reading keeps what it says, marks what offends, and never trips over what it is given."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockpars.web.studio import xmlview
from mockpars.wire.names import AR


def _text(lines: list[xmlview.Line]) -> str:
    return "\n".join("".join(piece for _, piece in line.pieces) for line in lines)


def test_one_element_a_line_with_prefixes_as_written() -> None:
    lines = xmlview.lay_out(f'<x:A xmlns:x="{AR}"><x:B>1 &amp; 2</x:B><x:C/></x:A>')
    assert _text(lines).splitlines() == [
        f'<x:A xmlns:x="{AR}">',
        "<x:B>1 &amp; 2</x:B>",
        "<x:C/>",
        "</x:A>",
    ]
    assert [line.depth for line in lines] == [0, 1, 1, 0]


def test_paths_are_those_of_findings_whatever_the_prefix() -> None:
    xml = f'<r><l xmlns="{AR}"><A>1</A><A>2</A><B/></l></r>'
    marked = [line for line in xmlview.lay_out(xml, {"r/ar:l/ar:A[2]", "ar:B"}) if line.marked]
    assert _text(marked) == "<A>2</A>\n<B/>"


def test_what_is_laid_out_is_the_same_document() -> None:
    xml = f'<?xml version="1.0" encoding="utf-16"?>\n<r xmlns="{AR}" a="&quot;&lt;"><b>é &gt; </b></r>'
    root = xmlview.parse(xmlview.plain(xml))
    assert root is not None
    assert root.attributes == [("xmlns", AR), ("a", '"<')]
    assert root.children[0].text == "é >"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<a>",
        "not xml",
        "<a/><b/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "<a>" * 5000 + "</a>" * 5000,
        "<a>\x00</a>",
        "\ud800",
    ],
)
def test_what_cannot_be_read_is_shown_as_it_stands(text: str) -> None:
    assert xmlview.parse(text) is None
    assert _text(xmlview.lay_out(text)) == "\n".join(text.splitlines())


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    xmlview.lay_out(text)
    xmlview.lay_out(f"<a>{text}</a>", {"a"})


def test_many_records_are_laid_out_quickly() -> None:
    started = time.perf_counter()
    xmlview.lay_out(f"<a>{'<b><c>1</c></b>' * 5000}</a>")
    assert time.perf_counter() - started < 5
