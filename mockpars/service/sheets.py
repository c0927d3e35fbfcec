"""Tables as files: CSV and XLSX out, XLSX and delimited text in. openpyxl, which reads, is slow to import: it waits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from mockpars.errors import MockparsError
from mockpars.service.workbook import MOST_ROWS as MOST_SHEET_ROWS
from mockpars.service.workbook import Cells, workbook

MOST_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetError(MockparsError):
    """A file that cannot be read as a table."""


def check_reader() -> None:
    """Raises SheetError where openpyxl is not installed."""
    from importlib.util import find_spec

    if find_spec("openpyxl") is None:
        fix = "pip install 'mockpars[studio]', or send delimited text."
        raise SheetError("To read XLSX takes openpyxl, which is not installed.", fix)


def csv_lines(rows: Iterable[Cells]) -> str:
    """Rows as CSV. What a spreadsheet would run as a formula is quoted, so that it stays text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_pieces(header: Cells, slices: Iterable[Iterable[Cells]]) -> Iterator[bytes]:
    """A CSV file in UTF-8, a piece for its header and one for each slice of rows."""
    yield csv_lines([header]).encode()
    for rows in slices:
        yield csv_lines(rows).encode()


def xlsx(title: str, header: Cells, rows: Iterable[Cells]) -> bytes:
    """A workbook of one sheet (see `workbook`)."""
    return b"".join(workbook(title, header, [rows]))


def check_length(rows: int) -> None:
    """Raises SheetError for more rows than a sheet holds below its header."""
    if rows >= MOST_SHEET_ROWS:
        raise SheetError(
            f"A sheet holds {MOST_SHEET_ROWS:,} rows, and there are {rows:,} records.", "Download the CSV."
        )


def read_table(name: str, data: bytes) -> list[list[str]]:
    """The rows of an XLSX or delimited file (tab, or comma where there is no tab). Raises SheetError."""
    rows = _read_xlsx(data) if data[:4] == b"PK\x03\x04" else _read_text(name, data)
    if len(rows) > MOST_ROWS:
        raise SheetError(f"{name} has {len(rows)} rows.", f"Send at most {MOST_ROWS} at a time.")
    return rows


def _read_text(name: str, data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")  # what Excel saves as "Text (Tab delimited)"
    if "\0" in text:
        raise SheetError(f"{name} is neither XLSX nor delimited text.", "Save it as .xlsx, or as tab-delimited text.")
    delimiter = "\t" if "\t" in text else ","
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise SheetError(f"{name} cannot be read as a table: {error}.", "Save it as tab-delimited text.") from None


def _read_xlsx(data: bytes) -> list[list[str]]:
    check_reader()
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook

    try:
        with ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 256 * 1024 * 1024:
                raise SheetError("The workbook is too large once unpacked.", f"Send at most {MOST_ROWS} rows.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows: list[list[str]] = []
        for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 3):
            rows.append([_cell(value) for value in row])
        book.close()
    except (BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise SheetError(f"The workbook cannot be read: {error}.", "Save it again as .xlsx.") from None
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cell(value: object) -> str:
    """A cell as people see it: dates as dates, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
