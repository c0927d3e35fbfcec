"""The sandbox clock and US Central time. Nothing here reads the wall clock: `wall` is always handed in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mockpars.immutable import immutable

CENTRAL = ZoneInfo("America/Chicago")
"""ACCME is in Chicago: overnight and the L12 conversion go by US Central, with daylight saving."""

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(9990, 1, 1, tzinfo=UTC)
"""Clocks stop short of the years Python knows, so that planning ahead never overflows."""


@immutable
class Clock:
    """Either fixed at an instant, or the wall clock moved forward by an offset."""

    fixed_at: datetime | None = None
    offset: timedelta = timedelta(0)

    def now(self, wall: datetime) -> datetime:
        """The sandbox's present, in UTC."""
        return self.fixed_at if self.fixed_at is not None else min(wall + self.offset, LATEST)

    def moved_to(self, instant: datetime, wall: datetime) -> Clock:
        """The same clock showing `instant` now; a fixed one stays fixed, a running one keeps running."""
        if self.fixed_at is not None:
            return replace(self, fixed_at=instant)
        return replace(self, offset=instant - wall)


def next_overnight(instant: datetime) -> datetime:
    """The first midnight in US Central strictly after `instant`, in UTC (L6)."""
    return _day_of(instant).ends_at


def central_date(instant: datetime) -> date:
    """The calendar day it is in US Central."""
    return _day_of(instant).date


class _Day(NamedTuple):
    """A calendar day in US Central, from its midnight to the next one, in UTC."""

    starts_at: datetime
    ends_at: datetime
    date: date


_recent_days: list[_Day] = []
"""The two days asked for last. Nearly every question is about today or tomorrow, and conversions are slow."""


def _day_of(instant: datetime) -> _Day:
    for day in _recent_days:
        if day.starts_at <= instant < day.ends_at:
            return day
    today = instant.astimezone(CENTRAL).date()
    found = _Day(_midnight(today), _midnight(today + timedelta(days=1)), today)
    _recent_days[:] = [found, *_recent_days[:1]]
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CENTRAL).astimezone(UTC)


def stored_date(sent: datetime) -> date:
    """The date PARS keeps of a completion sent with a time (L12, D10): Central, converted to UTC."""
    aware = sent if sent.tzinfo is not None else sent.replace(tzinfo=CENTRAL)
    try:
        return aware.astimezone(UTC).date()
    except OverflowError:  # the last night of the year 9999 has no next day
        return sent.date()


def parse_instant(text: str) -> datetime:
    """Reads an ISO 8601 instant or date; without a zone it is UTC. Raises ValueError."""
    parsed = datetime.fromisoformat(text.strip())
    aware = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    try:
        instant = aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is not an instant a clock can show") from error
    if not EARLIEST <= instant <= LATEST:
        first, last = format_instant(EARLIEST), format_instant(LATEST)
        raise ValueError(f"{text} is outside what a sandbox clock shows ({first} to {last})")
    return instant


def parse_duration(text: str) -> timedelta:
    """Reads an ISO 8601 duration of weeks to seconds such as PT12H or P2D. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    parts = {unit: int(value) for unit, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT12H, P1D or P1DT6H")
    return timedelta(**parts)


@lru_cache(maxsize=4096)
def format_date(day: date) -> str:
    """Writes a date as 2026-05-06. Few days are asked for again and again, and Python takes its time over each."""
    return day.isoformat()


def format_instant(instant: datetime) -> str:
    """Writes a UTC instant as 2026-05-06T05:00:00Z, with fractions only where there are any."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return f"{instant.isoformat()[:-6]}Z"
