"""The physician's transcript as CME Passport shows it (L19, R6), also as PDF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from mockpars.domain.model import LearnerRecord, Physician
from mockpars.errors import MockparsError
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox
from mockpars.service.statuses import standing

TITLE = "Accredited Continuing Education Transcript"
COLUMNS = ("Completion Date", "Activity", "Credits Earned")
_MOST = 1000


class NoPrinter(MockparsError):
    """What prints a transcript is not installed."""


@immutable
class Line:
    """One completion: when, what, whose, and the credits, one a line."""

    completed_on: date
    title: str
    provider: str
    credits: tuple[str, ...]
    status: str


@immutable
class Transcript:
    """All live completions of a physician, newest completion first."""

    physician: Physician
    on: date
    lines: tuple[Line, ...]


def records_of(sandbox: Sandbox, physician: Physician) -> list[LearnerRecord]:
    """A physician's latest records, deleted ones too."""
    return sandbox.store.records.page(sandbox.world.id, 10**18, _MOST, physician.id)


def transcript(sandbox: Sandbox, physician: Physician, records: Iterable[LearnerRecord]) -> Transcript:
    """Makes a transcript of a physician's records; deleted ones are not on it, refused ones are."""
    world = sandbox.world
    lines = []
    for record in records:
        if record.deleted_at is not None:
            continue
        activity = sandbox.store.activities.find(world.id, record.activity_id)
        title = activity.title if activity else f"Activity {record.activity_id}"
        credits = tuple(
            f"{entry.amount} {entry.credit_type}{f', {entry.board}' if entry.board else ''}" for entry in record.credits
        )
        status = str(standing(record, sandbox.now).reached.status)
        lines.append(Line(record.completed_on, title, f"Provider {world.provider_id}", credits, status))
    lines.sort(key=lambda line: line.completed_on, reverse=True)
    return Transcript(physician, sandbox.now.date(), tuple(lines))


def check_printer() -> None:
    """Raises NoPrinter where fpdf2 is not installed."""
    from importlib.util import find_spec

    if find_spec("fpdf") is None:
        raise NoPrinter("The PDF needs fpdf2, which is not installed.", "pip install 'mockpars[studio]'.")


def as_pdf(found: Transcript) -> bytes:
    """The transcript as PDF; letters that are not Latin-1 lose their accents. Some milliseconds a line."""
    from fpdf import FPDF  # here: nobody who does not print a transcript should wait for it
    from fpdf.fonts import FontFace

    pdf = FPDF(format="letter")
    pdf.set_title(TITLE)
    pdf.set_creation_date(datetime.combine(found.on, time(), UTC))
    pdf.add_page()
    pdf.set_font("helvetica", "B", 16)
    pdf.cell(0, 10, TITLE, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", "", 11)
    who = f"{found.physician.name}, {found.physician.profession}   NPI {found.physician.npi}   {found.on.isoformat()}"
    pdf.multi_cell(0, 7, _printable(who), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", "I", 9)
    pdf.cell(0, 7, "Synthetic data of a test sandbox; of no value as evidence.", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    pdf.set_font("helvetica", "", 10)
    with pdf.table(col_widths=(18, 54, 28), text_align="LEFT", headings_style=FontFace(emphasis="BOLD")) as table:
        table.row(COLUMNS)
        for line in found.lines:
            what = f"{line.title}\n{line.provider}"
            table.row((line.completed_on.isoformat(), _printable(what), _printable("\n".join(line.credits))))
    return bytes(pdf.output())


def _printable(text: str) -> str:
    """Text in the letters of the core fonts."""
    import unicodedata

    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", text)
        return plain.encode("latin-1", "ignore").decode("latin-1")
    return text
