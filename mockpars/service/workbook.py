"""A workbook of one sheet, written piece by piece, so that one of any length takes little memory and lets others in.

Written here and not by a library, as none hands out a workbook before it has all of it. They are slow besides: for
20,000 rows of 11 cells openpyxl took 5.1 s of processor time, pyexcelerate 2.1, XlsxWriter 2.2, and this 0.2. Reading,
where files are other people's, is openpyxl's (see `sheets`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import IO, Any, cast
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

MOST_ROWS = 1_048_576
"""Rows of a sheet, its header included; programs refuse a workbook with more."""
_LONGEST_CELL = 32_767
_BOLD = ' s="1"'
"""The second style of styles.xml."""
_WIDTH = 22
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot say, in an entity neither."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATED}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    "<left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}

Cells = Sequence[str]


def workbook(title: str, header: Cells, slices: Iterable[Iterable[Cells]]) -> Iterator[bytes]:
    """The bytes of a workbook, a piece for each slice of rows and one for the end; some pieces are empty.

    Everything is text, so that IDs keep their zeroes and nothing is taken for a formula; the header row is bold and
    frozen. There may be 26 columns.
    """
    out = _Outgoing()
    with ZipFile(cast("IO[bytes]", out), "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in (*_PARTS.items(), ("xl/workbook.xml", _book(title))):
            with archive.open(name, "w") as part:
                part.write(f"{_DECLARATION}{content}".encode())
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f"{_DECLARATION}{_sheet_start(header)}".encode())
            number = 1
            for rows in slices:
                lines = [_row(position, row) for position, row in enumerate(rows, number + 1)]
                number += len(lines)
                sheet.write(_FORBIDDEN.sub("", "".join(lines)).encode())
                yield out.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield out.taken()


class _Outgoing:
    """What the archive has written and nobody has taken yet. It cannot seek, and ZipFile then does not need to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind this."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _book(title: str) -> str:
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><bookViews><workbookView/></bookViews>'
        f'<sheets><sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _sheet_start(header: Cells) -> str:
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(header)}" width="{_WIDTH}" customWidth="1"/></cols>'
        f"<sheetData>{_row(1, header, _BOLD)}"
    )


def _row(number: int, cells: Cells, style: str = "") -> str:
    """A row without its empty cells. A cell that is too long is cut, or programs would refuse the workbook."""
    inner = [
        f'<c r="{letter}{number}"{style} t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(cell[:_LONGEST_CELL], quote=False)}</t></is></c>"
        for letter, cell in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", cells, strict=False)
        if cell
    ]
    return f'<row r="{number}">{"".join(inner)}</row>'
