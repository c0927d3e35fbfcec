"""How values read on a page: instants, dates, statuses and outcomes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from mockpars.domain.clock import CENTRAL, format_instant
from mockpars.domain.model import MOC_BOARDS
from mockpars.domain.rejection import CATALOGUE

_TONES = {
    "Approved": "good",
    "Accepted": "good",
    "Answered": "calm",
    "Match 1": "good",
    "Match 0": "bad",
    "Submitted": "calm",
    "Transmitted": "busy",
    "Rejected": "bad",
    "Refused": "bad",
    "Fault": "fault",
    "Deleted": "gone",
    "documented": "good",
    "published": "calm",
    "assumed": "busy",
    "confirmed": "good",
    "refuted": "bad",
}


def tone(word: object) -> str:
    """The colour of a chip; its word says the same, so nobody needs to see the colour."""
    text = str(word)
    return _TONES.get(text, "busy" if text.startswith("Match") else "calm")


def instant(at: datetime | None) -> str:
    """An instant in UTC, to the minute."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def stamp(at: datetime) -> str:
    """An instant in UTC, to the minute, where a heading says so."""
    return f"{at:%Y-%m-%d %H:%M}"


def central(at: datetime) -> str:
    """An instant as it reads on a clock in Chicago, which PARS goes by."""
    local = at.astimezone(CENTRAL)
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M} {local.tzname()}"


def day(value: date | None) -> str:
    """A date."""
    return "" if value is None else value.isoformat()


def amount(value: Decimal | str) -> str:
    """Credits without zeroes that say nothing."""
    return format(value, "f") if isinstance(value, Decimal) else value


def field_name(field: str) -> str:
    """A domain field's name in words."""
    return field.rsplit("/", 1)[-1].replace("_", " ")


def add_to(app: Flask) -> None:
    """Makes these known to the templates."""
    filters: dict[str, Any] = {
        "tone": tone,
        "instant": instant,
        "stamp": stamp,
        "iso": format_instant,
        "central": central,
        "day": day,
        "amount": amount,
        "field_name": field_name,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(CATALOGUE=CATALOGUE, MOC_BOARDS=MOC_BOARDS)
