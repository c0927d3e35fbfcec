"""Downloads: what is in them, and that large ones are made and sent in small pieces."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from mockpars.service import learner_search, sheets, workbook
from mockpars.web.doorway import Exchange
from tests.support import activities, activity, learners, record
from tests.web.studio.browsing import Browser


def _rows(data: bytes) -> list[tuple[Any, ...]]:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl, of the studio extra")
    return list(openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))


def test_all_learners_are_downloaded(busy: Browser) -> None:
    lines = busy.open("/learners.csv").text.splitlines()
    assert lines[0] == ",".join(learner_search.COLUMNS)
    assert "James Holloway,1975-03-22,1234567890" in lines[1]
    assert busy.open("/learners.csv?status=Rejected").text.splitlines() == lines[:1]
    assert busy.open("/learners.csv?activity=1").text.splitlines() == lines[:1]
    rows = _rows(busy.open("/learners.xlsx").data)
    assert rows[0] == learner_search.COLUMNS
    assert rows[1][3] == "1234567890"
    assert len(rows) == len(lines) == 2


def test_every_slice_is_in_the_download(busy: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """One record a slice: nothing is lost or doubled where two slices meet."""
    monkeypatch.setattr(learner_search, "_SLICE", 1)
    for name in ("A-2", "A-3", "A-4"):
        busy.send("SaveActivity", activities(activity(name)))
        assert (
            b">Accepted<"
            in busy.send("SaveLearnerActivity", learners(record(provider_activity=name, activity=None))).data
        )
    numbers = [f"ccid:mockpars:{number}" for number in (100000004, 100000003, 100000002, 100000001)]
    assert [line.rsplit(",", 1)[1] for line in busy.open("/learners.csv").text.splitlines()[1:]] == numbers
    assert [row[10] for row in _rows(busy.open("/learners.xlsx").data)[1:]] == numbers


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_large_downloads_are_streamed_piece_by_piece(busy: Browser, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    whole = busy.open(f"/learners.{kind}").data
    monkeypatch.setattr("mockpars.service.learner_search.accepted", lambda sandbox: 100_000)
    exchange = Exchange()
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "mockpars.exchange": exchange}
    assert busy.open(f"/learners.{kind}", "HEAD", environ_overrides=environ).status_code == 200
    assert exchange.stream is None
    assert busy.open(f"/learners.{kind}", environ_overrides=environ).data == b""
    assert exchange.stream is not None
    assert asyncio.run(_gather(exchange.stream)) == whole


async def _gather(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in stream])


def test_a_workbook_takes_no_more_memory_the_longer_it_is() -> None:
    """What has been handed out is let go, and rows are only asked for when it is their turn."""
    asked = 0

    def slices() -> Iterator[list[list[str]]]:
        nonlocal asked
        for number in range(50):
            asked += 1
            yield [[str(hash((number, line, column))) for column in range(8)] for line in range(100)]

    sizes = []
    for piece in workbook.workbook("Long", ["Head"], slices()):
        sizes.append(len(piece))
        assert asked == min(len(sizes), 50)
    assert max(sizes) < sum(sizes) / 10


def test_a_workbook_keeps_text_as_it_is() -> None:
    """IDs with zeroes, formulas, markup, spaces, empty cells; what XML cannot say goes, and what is too long is cut."""
    cells = ["007", "=1+1", "<b>&amp; ]]>", "  two ", "", "José \U0001f600", "a\x00b\x1f\ufffe\ud800c", "x" * 40_000]
    data = sheets.xlsx('A "title" & <more>', ["Head"] * len(cells), [cells, []])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "[Content_Types].xml"
    expected = ("007", "=1+1", "<b>&amp; ]]>", "  two ", None, "José \U0001f600", "abc", "x" * 32_767)
    assert _rows(data)[1] == expected
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl, of the studio extra")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert (sheet.title, sheet.freeze_panes) == ('A "title" & <more>', "A2")
    assert (sheet["A1"].font.b, sheet["A2"].font.b, sheet["B2"].data_type) == (True, False, "s")


def test_more_records_than_a_sheet_holds_are_a_matter_for_csv(busy: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockpars.service.learner_search.accepted", lambda sandbox: 1_048_576)
    refusal = busy.open("/learners.xlsx")
    assert refusal.status_code == 409
    assert "Download the CSV" in refusal.text
    assert busy.open("/learners.csv").status_code == 200


def test_reading_a_workbook_needs_openpyxl_and_writing_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(sheets.SheetError, match=r"openpyxl.*mockpars\[studio\]"):
        sheets.read_table("a.xlsx", sheets.xlsx("A", ["a"], []))


def test_a_transcript_is_printed_while_others_are_answered(busy: Browser) -> None:
    pytest.importorskip("fpdf", reason="needs fpdf2, of the studio extra")
    path = "/physicians/PH-0001/transcript.pdf"
    exchange = Exchange()
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "mockpars.exchange": exchange}
    assert busy.open(path, environ_overrides=environ).data == b""
    assert exchange.stream is not None
    printed = asyncio.run(_gather(exchange.stream))
    assert printed.startswith(b"%PDF-")
    assert len(printed) == len(busy.open(path).data)
