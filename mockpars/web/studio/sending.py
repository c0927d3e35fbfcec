"""Sending a message as a client does: to the application that answers as PARS, journal and faults included."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from mockpars.web.doorway import Exchange
from mockpars.web.operations import OPERATIONS
from mockpars.web.studio import PARS
from mockpars.web.studio.place import Place

CONTENT_TYPE = "application/xml; charset=utf-8"
SCENARIO = "X-Mockpars-Scenario"
FROM = "studio"
"""How the journal names a client that is these pages."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back, and the journal's number for it."""

    status: int
    text: str
    exchange: Exchange
    journal_id: int | None


def path_of(place: Place, operation: str) -> str:
    """Where an operation is served in this sandbox."""
    prefix = "" if place.name == "default" else f"/sandboxes/{place.name}"
    return prefix + OPERATIONS[operation].paths[0]


def send(place: Place, operation: str, xml: str, scenario: str | None = None) -> Sent:
    """Sends a message to PARS, and finds its exchange in the journal; nothing waits, whatever fault was chosen."""
    exchange = Exchange()
    builder = EnvironBuilder(
        path=path_of(place, operation),
        method="POST",
        data=xml.encode("utf-8", "replace"),
        content_type=CONTENT_TYPE,
        headers=[(SCENARIO, scenario)] if scenario else None,
        environ_overrides={"mockpars.exchange": exchange, "REMOTE_ADDR": FROM, "HTTP_USER_AGENT": "mockpars studio"},
    )
    before = newest(place)
    pieces, status, _ = run_wsgi_app(request.environ[PARS], builder.get_environ(), buffered=True)
    text = b"".join(pieces).decode("utf-8", "replace")
    after = newest(place)
    return Sent(int(status.split()[0]), text, exchange, after if after != before else None)


def newest(place: Place) -> int:
    """The number of the latest exchange in the journal; 0 when it is empty."""
    rows = place.sandbox.store.exchanges.page(place.sandbox.world.id, 10**15, 1)
    return rows[0].id if rows else 0
