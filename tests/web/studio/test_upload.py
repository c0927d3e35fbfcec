"""Upload: batch files in the template's columns, judged row by row by the rules of the API."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from mockpars.errors import MockparsError
from mockpars.service import batch, sheets
from tests.support import HOLLOWAY, PEOPLE, Person, activities, activity, envelope
from tests.web.studio.browsing import Browser

ABBY = PEOPLE["abby-approved"]


def _row(who: Person, **cells: str) -> list[str]:
    values = {
        "ACCME Activity ID": "12345678",
        "Completion Date": "5/6/2026",
        "First Name": who.first,
        "Last Name": who.last,
        "Date of Birth": who.born,
        "Licensing ID or NPI": who.npi,
        "Number of CME Credits": "1.0",
    } | {name.replace("_", " "): value for name, value in cells.items()}
    return [values.get(name, "") for name in batch.COLUMNS]


def _file(*rows: Sequence[str], delimiter: str = "\t") -> bytes:
    return "\n".join(delimiter.join(row) for row in ([batch.GUIDANCE], batch.COLUMNS, *rows)).encode()


def _upload(browser: Browser, data: bytes, name: str = "batch.txt") -> str:
    file = (io.BytesIO(data), name)
    answer = browser.open("/upload/learners", "POST", data={"csrf": browser.token(), "file": file})
    return answer.text if answer.status_code == 200 else browser.page(answer.headers["Location"])


def test_rows_are_judged_one_by_one(busy: Browser) -> None:
    page = _upload(
        busy,
        _file(
            _row(ABBY),
            _row(ABBY),
            _row(HOLLOWAY, Record_Action="Delete", Number_of_CME_Credits=""),
            _row(PEOPLE["jose-nunez"], Date_of_Birth="1953-02-20"),
            _row(PEOPLE["sun-o"], Completion_Date="soon"),
            _row(PEOPLE["sun-o"], Number_of_CME_Credits="3"),
        ),
    )
    assert "2 of 6 rows accepted" in page
    for code in ("304", "300", "305"):
        assert f'<td class="num">{code}</td>' in page
    assert "Completion Date is &#39;soon&#39;" in page
    assert "Not sent" in page
    assert "Deleted" in busy.page("/learners/100000001")


def test_workbooks_are_read_too_and_errors_come_back(busy: Browser) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl, of the studio extra")
    template = openpyxl.load_workbook(io.BytesIO(busy.open("/upload/template.xlsx").data))
    sheet = template.worksheets[0]
    assert [cell.value for cell in sheet[2]] == list(batch.COLUMNS)
    sheet.append(_row(ABBY))
    sheet.append(
        _row(PEOPLE["jose-nunez"], Licensing_ID_or_NPI="MD647623", Licensing_State="AR", Completion_Date="2020-01-01")
    )
    file = io.BytesIO()
    template.save(file)
    page = _upload(busy, file.getvalue(), "batch.xlsx")
    assert "1 of 2 rows accepted" in page
    link = next(part for part in page.split('"') if "/upload/report/" in part and part.endswith(".xlsx"))
    report = openpyxl.load_workbook(io.BytesIO(busy.open(link).data)).worksheets[0]
    assert report["A2"].value == "4"
    assert "303" in report["D2"].value
    text = busy.open(link.replace(".xlsx", ".csv")).text
    assert text.splitlines()[0].startswith("Row,Result,Credit ID,Codes")
    assert "2314667009" not in text or "MD647623" in text


def test_board_credit_is_read_from_its_columns(busy: Browser) -> None:
    page = _upload(
        busy,
        _file(
            _row(
                ABBY,
                Certifying_Board="ABIM",
                Certifying_Board_ID=ABBY.boards["ABIM"],
                Total_Board_Credits="1.0",
                Credit_Type="Medical Knowledge",
            )
        ),
    )
    assert "1 of 1 rows accepted" in page
    assert "ABIM" in busy.page("/learners/100000002")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "No row of the file"),
        (b"a\tb\nc\td\n", "No row of the file"),
        (b"First Name\tLast Name\n", "The header lacks"),
        (b"PK\x03\x04 not a workbook", "workbook cannot be read"),
        (b"\x00\x01\x02", "neither XLSX nor delimited text"),
    ],
)
def test_a_file_that_is_no_batch_is_told_so(busy: Browser, data: bytes, reason: str) -> None:
    assert reason in _upload(busy, data)


def test_without_a_file_nothing_happens(busy: Browser) -> None:
    assert "Choose a file first" in busy.told("/upload/learners")
    assert "Choose a file, or paste" in busy.told("/upload/activities")


def test_a_header_alone_is_no_error(busy: Browser) -> None:
    assert "a header and no rows" in _upload(busy, _file())


def test_commas_other_encodings_and_spacing_are_understood(busy: Browser) -> None:
    rows = sheets.read_table("a.csv", "First Name,Last Name\nJosé,Núñez\n".encode("cp1252"))
    assert rows[1] == ["José", "Núñez"]
    assert sheets.read_table("a.txt", "a\tb\n1\t2".encode("utf-16"))[1] == ["1", "2"]
    table = [[name.upper() + " *" for name in batch.COLUMNS], _row(ABBY)]
    assert batch.read_rows(busy.world.sandbox("default"), table)[0].npi == ABBY.npi


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(MockparsError, match="at most 20000"):
        sheets.read_table("a.txt", b"a\tb\n" * 20_001)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a"])
def test_a_spreadsheet_never_runs_what_is_exported(cell: str) -> None:
    assert sheets.csv_lines([[cell]]).startswith("'")


@pytest.mark.parametrize(
    "xml",
    [
        envelope('<accme:ACCMEActivities xmlns:accme="http://docs.accme.org/schemas/ACCMEActivities/v3/"/>').replace(
            "/></Data>", f">{activity()}</accme:ACCMEActivities></Data>"
        ),
        activity(),
        f'<?xml version="1.0"?>\n<a:ACCMEActivities xmlns:a="http://docs.accme.org/schemas/ACCMEActivities/v3/">{activity()}</a:ACCMEActivities>',
        activities(activity(), activity("SECOND")),
    ],
)
def test_activities_come_as_messages_or_parts_of_them(browser: Browser, xml: str) -> None:
    page = browser.told("/upload/activities", xml=xml)
    assert "Accepted" in page
    assert "HIPAA Privacy" in browser.page("/activities")


def test_activities_that_are_rejected_are_explained(browser: Browser) -> None:
    file = (io.BytesIO(activity(credits="0").encode()), "activities.xml")
    answer = browser.open("/upload/activities", "POST", data={"csrf": browser.token(), "file": file})
    page = browser.page(answer.headers["Location"])
    assert '<span class="code">102</span>' in page
    assert "Malformed" in browser.told("/upload/activities", xml="<nonsense")
