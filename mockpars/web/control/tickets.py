"""The endpoint that makes a support ticket of a journal entry."""

from __future__ import annotations

from typing import Any

from flask import Response

from mockpars.web.control.endpoint import SANDBOX, Call, Endpoint, choice
from mockpars.web.control.journal import the_exchange
from mockpars.web.tickets.answers import AS_MARKDOWN, AS_ZIP, markdown_response, zip_response
from mockpars.web.tickets.making import make_ticket


def make_support_ticket(call: Call) -> Response | dict[str, Any]:
    """Of one exchange."""
    row = the_exchange(call)
    ticket = make_ticket(call.sandbox(), row, call.root, call.world.settings)
    wanted = call.query.get("format", "zip")
    if wanted == "json":
        return ticket
    return zip_response(ticket) if wanted == "zip" else markdown_response(ticket)


ENDPOINTS = (
    Endpoint(
        "GET",
        f"{SANDBOX}/journal/{{exchange}}/ticket",
        make_support_ticket,
        "Make a support ticket of an exchange",
        "Ticket",
        query={"format": choice("The form: zip (for mockpars replay) without it", "zip", "markdown", "json")},
        description="All that ACCME asks for, without credentials and dates of birth; the zip can be replayed.",
        media=(AS_ZIP, AS_MARKDOWN),
    ),
)
