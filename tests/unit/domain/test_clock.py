"""The sandbox clock, midnight in US Central, and the trap of L12."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mockpars.domain.clock import (
    EARLIEST,
    LATEST,
    Clock,
    central_date,
    format_instant,
    next_overnight,
    parse_duration,
    parse_instant,
    stored_date,
)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-05-10T15:00", "2026-05-11T05:00"),  # daylight time: five hours
        ("2026-01-10T15:00", "2026-01-11T06:00"),  # standard time: six
        ("2026-05-11T05:00", "2026-05-12T05:00"),  # exactly midnight: the next one
        ("2026-05-11T04:59:59.999999", "2026-05-11T05:00"),
        ("2026-05-11T05:00:00.000001", "2026-05-12T05:00"),
        ("2026-05-11T02:00", "2026-05-11T05:00"),  # already tomorrow in UTC, still today in Chicago
        ("2026-03-07T12:00", "2026-03-08T06:00"),  # the night before clocks go forward
        ("2026-03-08T06:00", "2026-03-09T05:00"),  # that day has 23 hours
        ("2026-03-08T12:00", "2026-03-09T05:00"),
        ("2026-10-31T12:00", "2026-11-01T05:00"),  # the night before clocks go back
        ("2026-11-01T05:00", "2026-11-02T06:00"),  # that day has 25 hours
        ("2026-11-01T06:30", "2026-11-02T06:00"),  # 01:30, the first time
        ("2026-11-01T07:30", "2026-11-02T06:00"),  # 01:30, the second time
        ("2028-02-28T12:00", "2028-02-29T06:00"),
        ("2028-02-29T12:00", "2028-03-01T06:00"),
        ("2026-12-31T12:00", "2027-01-01T06:00"),
        ("2027-01-01T05:59", "2027-01-01T06:00"),
    ],
)
def test_overnight_is_the_next_midnight_in_chicago(now: str, midnight: str) -> None:
    """Strictly later, with daylight saving, over leap days and years' ends (L6)."""
    assert next_overnight(_utc(now)) == _utc(midnight)


def test_a_year_of_nights_is_365_nights() -> None:
    """No night is skipped or doubled by daylight saving."""
    now, nights = _utc("2026-01-01T06:00"), 0
    while now < _utc("2027-01-01T06:00"):
        now, nights = next_overnight(now), nights + 1
    assert (now, nights) == (_utc("2027-01-01T06:00"), 365)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        # Without a zone a time is Central: in summer the day ends at 19:00, in winter at 18:00.
        ("2026-05-06T00:00:00", "2026-05-06"),
        ("2026-05-06T18:59:59", "2026-05-06"),
        ("2026-05-06T19:00:00", "2026-05-07"),
        ("2026-05-06T23:59:59", "2026-05-07"),
        ("2026-01-06T17:59:59", "2026-01-06"),
        ("2026-01-06T18:00:00", "2026-01-07"),
        ("2026-01-06T19:00:00", "2026-01-07"),
        # The edges of daylight saving: 8 March and 1 November 2026.
        ("2026-03-07T18:00:00", "2026-03-08"),
        ("2026-03-08T18:30:00", "2026-03-08"),
        ("2026-03-08T19:00:00", "2026-03-09"),
        ("2026-10-31T18:30:00", "2026-10-31"),
        ("2026-10-31T19:00:00", "2026-11-01"),
        ("2026-11-01T18:00:00", "2026-11-02"),
        # Months, leap days and years turn with it.
        ("2026-12-31T20:00:00", "2027-01-01"),
        ("2028-02-28T20:00:00", "2028-02-29"),
        ("2028-02-29T20:00:00", "2028-03-01"),
        ("2027-02-28T20:00:00", "2027-03-01"),
        # With a zone it is converted from that zone (D10).
        ("2026-05-06T23:59:59+00:00", "2026-05-06"),
        ("2026-05-06T00:00:00+00:00", "2026-05-06"),
        ("2026-05-06T23:00:00-05:00", "2026-05-07"),
        ("2026-05-06T01:00:00+02:00", "2026-05-05"),
        ("2026-05-06T12:00:00+14:00", "2026-05-05"),
        ("2026-05-06T18:00:00-06:00", "2026-05-07"),
        ("9999-12-31T23:00:00", "9999-12-31"),
    ],
)
def test_a_time_moves_the_stored_date_as_a_conversion_from_central_would(sent: str, stored: str) -> None:
    """L12, with daylight saving; D10 for times that bring their zone."""
    assert stored_date(datetime.fromisoformat(sent)) == date.fromisoformat(stored)


def test_a_z_is_a_zone_like_any_other() -> None:
    """A time in UTC is not moved."""
    assert stored_date(datetime.fromisoformat("2026-05-06T23:59:59Z")) == date(2026, 5, 6)


@pytest.mark.parametrize(
    ("instant", "day"),
    [("2026-05-11T04:59", "2026-05-10"), ("2026-05-11T05:00", "2026-05-11"), ("2026-01-11T05:59", "2026-01-10")],
)
def test_the_day_is_chicagos(instant: str, day: str) -> None:
    """The reporting window turns at midnight in US Central."""
    assert central_date(_utc(instant)) == date.fromisoformat(day)


def test_a_fixed_clock_stands_still_and_a_running_one_runs() -> None:
    """The default is real time."""
    wall, later = _utc("2026-05-10T15:00"), _utc("2026-05-10T16:00")
    fixed, running = Clock(fixed_at=_utc("2026-01-01T00:00")), Clock()
    assert fixed.now(wall) == fixed.now(later) == _utc("2026-01-01T00:00")
    assert (running.now(wall), running.now(later)) == (wall, later)


def test_a_moved_clock_keeps_its_nature() -> None:
    """A fixed one stands at the new instant, a running one runs on from there."""
    wall, later = _utc("2026-05-10T15:00"), _utc("2026-05-10T16:00")
    target = _utc("2026-06-01T00:00")
    assert Clock(fixed_at=wall).moved_to(target, wall).now(later) == target
    moved = Clock().moved_to(target, wall)
    assert (moved.now(wall), moved.now(later)) == (target, target + timedelta(hours=1))


def test_a_running_clock_stops_short_of_the_end_of_time() -> None:
    """So that planning ahead never overflows."""
    assert Clock(offset=LATEST - _utc("2026-05-10T15:00")).now(_utc("2027-01-01T00:00")) == LATEST
    assert next_overnight(LATEST) > LATEST


@pytest.mark.parametrize(
    ("text", "hours"),
    [("PT12H", 12), ("P1D", 24), ("P1DT6H", 30), ("P2W", 336), ("PT90M", 1.5), (" PT3600S ", 1), ("PT0S", 0)],
)
def test_durations_are_iso_8601(text: str, hours: float) -> None:
    """Weeks to seconds."""
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "12H", "P1Y", "P1M", "-P1D", "PT-1H", "PT1.5H", "p1d", "PT1H30", "P1DT", "PT٣H", "tomorrow"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """Months and years have no length of their own, and the clock does not go back."""
    with pytest.raises(ValueError, match="PT12H"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-10T15:00:00Z", "2026-05-10T15:00"),
        ("2026-05-10T10:00:00-05:00", "2026-05-10T15:00"),
        ("2026-05-10T15:00", "2026-05-10T15:00"),
        (" 2026-05-10 ", "2026-05-10T00:00"),
    ],
)
def test_instants_are_utc_unless_they_say_otherwise(text: str, instant: str) -> None:
    """ISO 8601."""
    assert parse_instant(text) == _utc(instant)


@pytest.mark.parametrize("text", ["", "now", "2026-02-30", "1989-12-31", "9990-01-02", "0001-01-01T00:00:00+10:00"])
def test_what_a_clock_cannot_show_is_refused(text: str) -> None:
    """Not a date, or outside the years a clock shows."""
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


@pytest.mark.parametrize("instant", [EARLIEST, LATEST, _utc("2026-05-10T15:00:00.25")])
def test_a_written_instant_is_read_back(instant: datetime) -> None:
    """Written with a Z, as in answers."""
    assert format_instant(instant).endswith("Z")
    assert parse_instant(format_instant(instant)) == instant
