"""Physicians: search and filters, and a page for each with records and transcript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache

from flask import Response, abort, request

from mockpars.domain.model import Physician
from mockpars.resources import data_path
from mockpars.service import learner_search, physicians, transcript
from mockpars.service.physicians import Wanted
from mockpars.service.sandbox import Sandbox
from mockpars.service.transcript import Transcript
from mockpars.web.studio.place import Page, Place, number, wanted

_LIMIT = 50
_RECORDS = 50


@lru_cache(maxsize=1)
def personas() -> dict[str, dict[str, object]]:
    """The personas by key; they come with the seed and never change."""
    return {str(entry["key"]): entry for entry in physicians.read_personas(data_path("seed"))}


def listing(place: Place) -> str:
    """Those that fit, a page at a time."""
    everybody = list(place.sandbox.physicians())
    text = wanted("q")
    about = Wanted(wanted("state"), wanted("board"), wanted("persona"), wanted("profession"))
    found = [entry for entry in physicians.search(everybody, about) if _names(entry, text)]
    start = number(wanted("start"), 0)
    return place.page(
        "physicians.html",
        found=found[start : start + _LIMIT],
        total=len(found),
        start=start,
        following=start + _LIMIT if start + _LIMIT < len(found) else None,
        previous=max(0, start - _LIMIT) if start else None,
        states=sorted({licence.state for entry in everybody for licence in entry.licences}),
        personas=personas(),
    )


def _names(physician: Physician, text: str | None) -> bool:
    if text is None:
        return True
    if text in (physician.id, physician.npi, physician.persona):
        return True
    numbers = {entry.number for entry in physician.licences} | {entry.diplomate_id for entry in physician.boards}
    return text in numbers or Wanted(name=text).fits(physician)


def one(place: Place, physician: str) -> str:
    """A physician's licences, boards, records and transcript."""
    who = the_physician(place.sandbox, physician)
    sandbox = place.sandbox
    records = transcript.records_of(sandbox, who)
    return place.page(
        "physician.html",
        who=who,
        persona=personas().get(who.persona or ""),
        rows=[learner_search.row_of(sandbox, record) for record in records[:_RECORDS]],
        transcript=transcript.transcript(sandbox, who, records),
    )


def as_pdf(place: Place, physician: str) -> Response:
    """The transcript to print."""
    who = the_physician(place.sandbox, physician)
    transcript.check_printer()
    found = transcript.transcript(place.sandbox, who, transcript.records_of(place.sandbox, who))
    headers = {"Content-Disposition": f'inline; filename="transcript-{who.id}.pdf"'}
    exchange = request.environ.get("mockpars.exchange")
    if exchange is None:
        return Response(transcript.as_pdf(found), content_type="application/pdf", headers=headers)
    if request.method != "HEAD":
        exchange.stream = _printed(found)
    return Response(b"", content_type="application/pdf", headers=headers)


async def _printed(found: Transcript) -> AsyncIterator[bytes]:
    """Prints in a thread, as a long transcript takes seconds, in which others are to be answered."""
    yield await asyncio.to_thread(transcript.as_pdf, found)


def the_physician(sandbox: Sandbox, name: str) -> Physician:
    """The physician of an ID, NPI or persona. Aborts with 404."""
    found = physicians.named(sandbox, name)
    if not found:
        abort(404, f"There is no physician {name[:60]!r} in this sandbox.")
    return found[0]


PAGES = (
    Page("/physicians", "physicians", listing),
    Page("/physicians/<physician>", "physician", one),
    Page("/physicians/<physician>/transcript.pdf", "transcript", as_pdf),
)
