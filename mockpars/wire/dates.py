"""Dates as they come: with or without a time, with or without a zone (L12, D10)."""

from __future__ import annotations

from datetime import date, datetime

from mockpars.domain.clock import stored_date
from mockpars.errors import Detail, SchemaInvalid


def plain_date(text: str) -> date:
    """The date of an xs:date or xs:dateTime; a time or zone that follows is left out (A6 note, D10)."""
    sent = text.strip()
    try:
        return date.fromisoformat(sent[:10])
    except ValueError:
        raise _no_calendar_day(sent) from None


def completion_date(text: str) -> date:
    """The date PARS stores for a completion: a time makes it shift from Central to UTC (L12)."""
    sent = text.strip()
    if "T" not in sent:
        return plain_date(sent)
    try:
        return stored_date(datetime.fromisoformat(_python_can_read(sent)))
    except ValueError:
        raise _no_calendar_day(sent) from None


def is_shifted(sent: str, stored: date) -> bool:
    """Whether a time made the stored date differ from the one that was sent (L12)."""
    return sent.strip()[:10] != stored.isoformat()


def _python_can_read(sent: str) -> str:
    """Cuts fractions of a second to the six digits Python reads; XML may write more."""
    head, dot, tail = sent.partition(".")
    if dot:
        digits = len(tail) - len(tail.lstrip("0123456789"))
        sent = f"{head}.{tail[:digits][:6]}{tail[digits:]}"
    return sent


def _no_calendar_day(sent: str) -> SchemaInvalid:
    return SchemaInvalid(
        "A date is outside the calendar PARS keeps.",
        "Send dates of the years 0001 to 9999.",
        [Detail(f"A date of the shape {_shape(sent)} cannot be kept", "a date, YYYY-MM-DD")],
    )


def _shape(sent: str) -> str:
    return "".join("9" if letter.isdigit() else letter for letter in sent)
