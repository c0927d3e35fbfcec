"""Upload: batch files of learners and activities, judged by the very rules of the API, row by row."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from secrets import token_urlsafe

from flask import Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from mockpars.errors import MockparsError
from mockpars.service import batch, sheets
from mockpars.service.batch import BatchRow
from mockpars.web.studio import messages, sending, xmlview
from mockpars.web.studio.messages import LearnerDraft
from mockpars.web.studio.place import Page, Place, sent, tell

_AT_ONCE = 500
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REPORTS_KEPT = 20
_SHOWN = 500
REPORT = ("Row", "Result", "Credit ID", "Codes", "What is wrong", "How to mend it")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a row; `cells` are the row's own, for the report."""

    line: int
    learner: str
    result: str
    credit_id: str = ""
    codes: str = ""
    problem: str = ""
    fix: str = ""
    cells: tuple[str, ...] = ()


def page(place: Place) -> str:
    """Both forms."""
    return place.page("upload.html", verdicts=None, columns=batch.COLUMNS, report="", name="", shown=0)


def learners(place: Place) -> str | AnyResponse:
    """Judges a learner batch file row by row."""
    file = request.files.get("file")
    if file is None or not file.filename:
        tell("Choose a file first.", "bad")
        return place.to("upload")
    try:
        rows = batch.read_rows(place.sandbox, sheets.read_table(file.filename, file.read()))
    except MockparsError as error:
        tell(str(error), "bad")
        return place.to("upload")
    verdicts = _judge(place, rows)
    return place.page(
        "upload.html",
        verdicts=verdicts,
        columns=batch.COLUMNS,
        report=_keep(verdicts),
        name=file.filename,
        shown=_SHOWN,
    )


def _judge(place: Place, rows: list[BatchRow]) -> list[Verdict]:
    readable = [row for row in rows if not row.problems]
    answers: dict[int, Verdict] = {}
    for start in range(0, len(readable), _AT_ONCE):
        some = readable[start : start + _AT_ONCE]
        answer = sending.send(
            place, "SaveLearnerActivity", messages.learner_message(place.sandbox, [_draft(row) for row in some])
        )
        answers.update(zip((row.line for row in some), _verdicts(some, answer), strict=True))
    return [answers.get(row.line) or _unreadable(row) for row in rows]


def _draft(row: BatchRow) -> LearnerDraft:
    return LearnerDraft(
        first=row.cells.get("First Name", ""),
        last=row.cells.get("Last Name", ""),
        born=row.born_on,
        npi=row.npi,
        activity_id=row.cells.get("ACCME Activity ID", ""),
        completed=row.completed_on,
        credits=row.credits,
        action="Delete" if row.delete else None,
    )


def _unreadable(row: BatchRow) -> Verdict:
    problem = "; ".join(row.problems)
    return Verdict(row.line, _learner(row), "Not sent", problem=problem, fix="Mend the row.", cells=_cells(row))


def _verdicts(rows: list[BatchRow], answer: sending.Sent) -> list[Verdict]:
    root = xmlview.parse(answer.text)
    records = _find(root, "LearnerRecord") if root else []
    if len(records) != len(rows):
        reason = _first(root, "Reason") or f"PARS answered HTTP {answer.status}."
        problems = "; ".join(node.text for node in _find(root, "Problem"))[:500] if root else ""
        return [
            Verdict(
                row.line, _learner(row), "Refused", problem=f"{reason} {problems}".strip(), fix="", cells=_cells(row)
            )
            for row in rows
        ]
    return [_verdict(row, record) for row, record in zip(rows, records, strict=True)]


def _verdict(row: BatchRow, record: xmlview.Node) -> Verdict:
    return Verdict(
        row.line,
        _learner(row),
        _first(record, "Result") or "",
        _first(record, "CreditId") or "",
        ", ".join(node.text for node in _find(record, "Code")),
        " ".join(node.text for node in _find(record, "Message")),
        " ".join(node.text for node in _find(record, "Fix")),
        _cells(row),
    )


def _find(node: xmlview.Node | None, name: str) -> list[xmlview.Node]:
    if node is None:
        return []
    found = [node] if node.name == name else []
    for child in node.children:
        found += _find(child, name)
    return found


def _first(node: xmlview.Node | None, name: str) -> str | None:
    return next((entry.text for entry in _find(node, name)), None)


def _learner(row: BatchRow) -> str:
    return f"{row.cells.get('First Name', '')} {row.cells.get('Last Name', '')}".strip()


def _cells(row: BatchRow) -> tuple[str, ...]:
    return tuple(row.cells.get(name, "") for name in batch.COLUMNS)


def _keep(verdicts: list[Verdict]) -> str:
    """Keeps a report for the download that may follow; the latest few are kept, in memory."""
    key, reports = token_urlsafe(12), _reports()
    reports[key] = verdicts
    while len(reports) > _REPORTS_KEPT:
        reports.popitem(last=False)
    return key


def _reports() -> OrderedDict[str, list[Verdict]]:
    found: OrderedDict[str, list[Verdict]] = current_app.extensions.setdefault("mockpars-reports", OrderedDict())
    return found


def report(place: Place, key: str, kind: str) -> Response:
    """The rows that were not accepted, each with why, to mend and upload again."""
    if key not in _reports() or kind not in ("csv", "xlsx"):
        abort(404, "This report is no longer kept: upload the file again.")
    header = (*REPORT, *batch.COLUMNS)
    rows = [
        (str(entry.line), entry.result, entry.credit_id, entry.codes, entry.problem, entry.fix, *entry.cells)
        for entry in _reports()[key]
        if entry.result != "Accepted"
    ]
    headers = {"Content-Disposition": f'attachment; filename="upload-errors.{kind}"'}
    if kind == "csv":
        return Response(sheets.csv_lines([header, *rows]), content_type="text/csv; charset=utf-8", headers=headers)
    return Response(sheets.xlsx("Errors", header, rows), content_type=_XLSX, headers=headers)


def template(place: Place, kind: str) -> Response:
    """The template, empty: guidance in row 1, the header in row 2 (L17)."""
    headers = {"Content-Disposition": f'attachment; filename="learner-template.{kind}"'}
    if kind == "xlsx":
        return Response(sheets.xlsx("Learners", [batch.GUIDANCE], [batch.COLUMNS]), content_type=_XLSX, headers=headers)
    if kind != "txt":
        abort(404)
    text = f"{batch.GUIDANCE}\n" + "\t".join(batch.COLUMNS) + "\n"
    return Response(text, content_type="text/tab-separated-values; charset=utf-8", headers=headers)


def activities(place: Place) -> AnyResponse:
    """Sends an activity batch: a SubmitMessage as it stands, or ACCMEActivities, which are put into one."""
    file = request.files.get("file")
    data = file.read().decode("utf-8-sig", "replace") if file and file.filename else sent("xml")
    if not data.strip():
        tell("Choose a file, or paste the XML, first.", "bad")
        return place.to("upload")
    answer = sending.send(place, "SaveActivity", _as_message(place, data))
    if answer.journal_id is None:
        tell(f"PARS answered HTTP {answer.status}.", "bad")
        return place.to("upload")
    return place.to("exchange", exchange=answer.journal_id)


def _as_message(place: Place, data: str) -> str:
    root = xmlview.parse(data)
    if root is None or root.name.endswith("SubmitMessage"):
        return data
    body = data.lstrip("\ufeff \t\r\n")
    if body.startswith("<?xml"):
        body = body[body.find("?>") + 2 :]
    if root.name.rpartition(":")[2] == "ACCMEActivities":
        return messages.wrap(place.sandbox, body)
    return messages.wrap_activities(place.sandbox, body)


PAGES = (
    Page("/upload", "upload", page),
    Page("/upload/learners", "upload-learners", learners, "POST"),
    Page("/upload/activities", "upload-activities", activities, "POST"),
    Page("/upload/report/<key>.<kind>", "upload-report", report),
    Page("/upload/template.<kind>", "upload-template", template),
)
