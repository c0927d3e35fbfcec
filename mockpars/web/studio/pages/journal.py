"""The journal: live, filtered; each exchange laid out with its verdict explained."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request

from mockpars.domain.rejection import CATALOGUE
from mockpars.web.operations import OPERATIONS
from mockpars.web.studio import cases, xmlview
from mockpars.web.studio.place import Page, Place, number, wanted

_LIMIT = 50
OUTCOMES = ("Accepted", "Rejected", "Answered", "Match 0", "Match 1", "Match 2", "Refused", "Fault")


def listing(place: Place) -> str:
    """The exchanges, newest first."""
    return place.page(
        "journal.html",
        operations=tuple(OPERATIONS),
        outcomes=OUTCOMES,
        codes=tuple(CATALOGUE),
        **_rows(place),
    )


def rows(place: Place) -> str | Response:
    """The table alone, for a page that is open: nothing when nothing is new."""
    found = _rows(place)
    if found["newest"] == number(wanted("newest"), 0):
        return Response(status=204)
    return render_template("_journal_rows.html", place=place, sandbox=place.sandbox, **found)


def _rows(place: Place) -> dict[str, Any]:
    store, world = place.sandbox.store, place.sandbox.world.id
    before = number(wanted("before"), 10**15)
    code = wanted("code")
    page = store.exchanges.page(
        world, before, _LIMIT + 1, wanted("operation"), wanted("outcome"), number(code, 0) if code else None
    )
    following = page[_LIMIT - 1].id if len(page) > _LIMIT else None
    kept = {key: value for key, value in request.args.items() if value and key not in ("before", "newest")}
    return {
        "exchanges": page[:_LIMIT],
        "newest": page[0].id if page else 0,
        "following": following,
        "filters": kept,
        "live": wanted("live") != "off" and wanted("before") is None,
    }


def one(place: Place, exchange: str) -> str:
    """An exchange, whole."""
    found = the_exchange(place, exchange)
    body = found.body
    records = body.get("records", [])
    findings = [finding for record in records for finding in record.get("findings", [])]
    refused = body.get("refused")
    marks = {finding["path"] for finding in findings if finding.get("path")}
    if refused:
        marks |= {detail["path"] for detail in refused.get("details", []) if detail.get("path")}
    return place.page(
        "exchange.html",
        exchange=found,
        body=body,
        records=records,
        refused=refused,
        request_lines=xmlview.lay_out(found.request or "", marks),
        response_lines=xmlview.lay_out(found.response or ""),
        can_be_case=found.operation in cases.BODIES,
    )


def as_case(place: Place, exchange: str) -> Response:
    """The exchange as a contract case, to review and to keep in git."""
    found = the_exchange(place, exchange)
    if found.operation not in cases.BODIES:
        abort(404, f"No case can be made of {found.operation}.")
    name = f"journal-{found.id}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(cases.as_case(place.sandbox, found), content_type="application/yaml", headers=headers)


def the_exchange(place: Place, text: str) -> Any:
    """The exchange of a number. Aborts with 404."""
    found = place.sandbox.store.exchanges.find(place.sandbox.world.id, number(text, 0))
    if found is None:
        abort(404, "There is no such exchange: the journal keeps the latest ones only.")
    return found


def as_ticket(place: Place, exchange: str) -> Response:
    """The exchange as a support ticket that `mockpars replay` takes."""
    from mockpars.web.tickets.answers import zip_response  # here, and below: few pages need what tickets import

    return zip_response(_ticket(place, exchange))


def as_written_ticket(place: Place, exchange: str) -> Response:
    """The exchange as a support ticket to read, and to put into a mail."""
    from mockpars.web.tickets.answers import markdown_response

    return markdown_response(_ticket(place, exchange))


def _ticket(place: Place, exchange: str) -> dict[str, Any]:
    from mockpars.web.tickets.making import make_ticket

    return make_ticket(place.sandbox, the_exchange(place, exchange), place.root, place.world.settings)


PAGES = (
    Page("/journal", "journal", listing),
    Page("/journal/rows", "journal-rows", rows),
    Page("/journal/<exchange>", "exchange", one),
    Page("/journal/<exchange>/case.yaml", "case", as_case),
    Page("/journal/<exchange>/ticket.zip", "ticket", as_ticket),
    Page("/journal/<exchange>/ticket.md", "written-ticket", as_written_ticket),
)
