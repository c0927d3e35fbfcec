"""Learner search with the columns of PARS (L18), its downloads, and the page of a record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date

from flask import Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from mockpars.domain.model import LearnerRecord
from mockpars.domain.timeline import transitions
from mockpars.errors import MockparsError
from mockpars.service import decisions, learner_search, sheets
from mockpars.service.decisions import DECISIONS, Verdict
from mockpars.service.learner_search import COLUMNS, LearnerQuery
from mockpars.service.sandbox import Sandbox
from mockpars.service.workbook import workbook
from mockpars.web.studio import messages, sending, xmlview
from mockpars.web.studio.place import Page, Place, number, sent, tell, wanted
from mockpars.web.studio.timelines import draw

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_AT_ONCE = 500
"""Records that are written in one go; it takes some 40 ms, in which nobody else is answered."""
_MOMENT = 0.002
"""Seconds. One turn of the event loop would not do: a request takes several from its arrival to its answer."""


def listing(place: Place) -> str:
    """The search screen."""
    before = number(wanted("before"), 0) or None
    found = learner_search.search(place.sandbox, _query(), before)
    return place.page(
        "learners.html",
        found=found,
        statuses=learner_search.STATUSES,
        total=learner_search.accepted(place.sandbox),
        most=learner_search.MOST_LOOKED_AT,
        filters={key: value for key, value in request.args.items() if value and key != "before"},
    )


def _query() -> LearnerQuery:
    return LearnerQuery(wanted("q"), wanted("activity"), wanted("board"), wanted("status"), _date("from"), _date("to"))


def _date(field: str) -> date | None:
    try:
        return date.fromisoformat(wanted(field) or "")
    except ValueError:
        return None


def download(place: Place, kind: str) -> Response:
    """Download All Learners, as CSV or XLSX; large ones are sent while they are made."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    accepted = learner_search.accepted(place.sandbox)
    slices = ([row.cells() for row in chunk] for chunk in learner_search.chunks(place.sandbox, _query()))
    if kind == "csv":
        media, pieces = "text/csv; charset=utf-8", sheets.csv_pieces(COLUMNS, slices)
    else:
        sheets.check_length(accepted)
        media, pieces = _XLSX, workbook("Learners", COLUMNS, slices)
    headers = {"Content-Disposition": f'attachment; filename="learners-{place.name}.{kind}"'}
    exchange = request.environ.get("mockpars.exchange")
    if exchange is None or accepted <= _MOST_AT_ONCE:
        return Response(b"".join(pieces), content_type=media, headers=headers)
    if request.method != "HEAD":
        exchange.stream = _letting_others_in(pieces)
    return Response(b"", content_type=media, headers=headers)


async def _letting_others_in(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Sends pieces as they are made; between two of them the server has a moment for all other requests."""
    for piece in pieces:
        if piece:
            yield piece
        await asyncio.sleep(_MOMENT)


def one(place: Place, record: str) -> str:
    """A record's timeline, its deliveries, its XML both ways."""
    found = the_record(place.sandbox, record)
    row = learner_search.row_of(place.sandbox, found)
    exchange = place.sandbox.store.exchanges.find(place.sandbox.world.id, found.journal_id or 0)
    steps = transitions(found.accepted_at, found.deliveries)
    return place.page(
        "record.html",
        row=row,
        record=found,
        steps=steps,
        drawing=draw(found, steps, place.sandbox.now),
        exchange=exchange,
        request_lines=xmlview.lay_out(exchange.request or "") if exchange else [],
        response_lines=xmlview.lay_out(exchange.response or "") if exchange else [],
        undecided=[] if found.deleted_at else _undecided(place.sandbox, found),
        decisions=DECISIONS,
    )


def _undecided(sandbox: Sandbox, record: LearnerRecord) -> list[str]:
    return [
        entry.destination for entry in record.deliveries if entry.decided_at is None or entry.decided_at > sandbox.now
    ]


def decide(place: Place, record: str) -> AnyResponse:
    """Decides as a board."""
    found = the_record(place.sandbox, record)
    decision = next((entry for entry in DECISIONS if entry == sent("decision")), None)
    if found.deleted_at is not None or decision is None:
        tell("Choose approve, reject or silent, on a record that is live.", "bad")
        return place.to("record", record=record)
    try:
        decisions.decide(place.sandbox, found, Verdict(sent("destination"), decision, sent("reason") or None))
        tell(_decided(sent("destination"), decision))
    except MockparsError as error:
        tell(str(error), "bad")
    return place.to("record", record=record)


def _decided(destination: str, decision: str) -> str:
    words = {"approve": "approves", "reject": "rejects", "silent": "will never answer"}
    return f"{destination} {words[decision]}: now, or on transmission when that is still to come."


def delete(place: Place, record: str) -> AnyResponse:
    """Deletes a record as a client does, by a message; corrections are deleted and submitted again (L10)."""
    found = the_record(place.sandbox, record)
    physician = place.sandbox.physician(found.physician_id)
    if physician is None:
        abort(404, "The record's physician is not in this sandbox.")
    if found.deleted_at is not None:
        tell("It was deleted before.", "note")
        return place.to("record", record=record)
    draft = messages.LearnerDraft.of(physician, str(found.activity_id), found.completed_on.isoformat(), action="Delete")
    sending.send(place, "SaveLearnerActivity", messages.learner_message(place.sandbox, [draft]))
    gone = place.sandbox.store.records.find(place.sandbox.world.id, found.number)
    done = gone is not None and gone.deleted_at is not None
    tell(
        "Deleted; it can be submitted again." if done else "PARS did not delete it: see the journal.",
        "good" if done else "bad",
    )
    return place.to("record", record=record)


def the_record(sandbox: Sandbox, text: str) -> LearnerRecord:
    """The record of a number. Aborts with 404."""
    found = sandbox.store.records.find(sandbox.world.id, number(text, 0))
    if found is None:
        abort(404, f"There is no learner record {text[:40]!r} in this sandbox.")
    return found


PAGES = (
    Page("/learners", "learners", listing),
    Page("/learners.<kind>", "learners-download", download),
    Page("/learners/<record>", "record", one),
    Page("/learners/<record>/decide", "decide", decide, "POST"),
    Page("/learners/<record>/delete", "delete-record", delete, "POST"),
)
