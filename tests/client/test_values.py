"""What a completion is made of, and what is refused before anything is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from mockpars.client import Completion, Credit, InvalidValue, Learner, as_date
from mockpars.client.values import as_amount

CENTRAL = timezone(timedelta(hours=-5))


def event(**changes: Any) -> dict[str, Any]:
    """A completion event, with changes to its sections."""
    found: dict[str, Any] = {
        "event": "completion",
        "learner": {"first_name": "James", "last_name": "Holloway", "date_of_birth": "1975-03-22", "npi": "1234567890"},
        "course": {"course_id": "C-1", "title": "One", "credit_hours": "1.25", "completion_date": "2026-05-06"},
        "activity": {"pars_activity_id": None},
    }
    for section, values in changes.items():
        found[section] = found[section] | values
    return found


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2026, 5, 6), date(2026, 5, 6)),
        (datetime(2026, 5, 6, 23, 40, tzinfo=CENTRAL), date(2026, 5, 6)),
        (datetime(2026, 5, 6, 23, 40), date(2026, 5, 6)),
        (datetime(2026, 5, 7, 4, 40, tzinfo=UTC), date(2026, 5, 7)),
        ("2026-05-06", date(2026, 5, 6)),
        ("2026-05-06T23:40:00-05:00", date(2026, 5, 6)),
        ("2026-05-06 23:40", date(2026, 5, 6)),
        (" 2024-02-29 ", date(2024, 2, 29)),
    ],
)
def test_a_date_is_the_day_of_its_own_zone(value: object, day: date) -> None:
    assert as_date(value) == day
    assert type(as_date(value)) is date


@pytest.mark.parametrize("value", ["", "06.05.2026", "2026-02-30", "2026-5-6", "20260506", "2026-05-06x", None, 5])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="completion_date"):
        as_date(value, "completion_date")


@pytest.mark.parametrize("value", [0, -1, "zero", "", None, True, "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        as_amount(value)


@pytest.mark.parametrize("npi", ["", "123456789", "12345678901", "12345678٩0", "123456789x"])
def test_an_npi_is_ten_digits(npi: str) -> None:
    with pytest.raises(InvalidValue, match="npi"):
        Learner("James", "Holloway", date(1975, 3, 22), npi)


def test_names_are_composed_and_stripped_and_must_be_writable() -> None:
    learner = Learner(" Jose\N{COMBINING ACUTE ACCENT} ", "Núñez", date(1953, 2, 19), " 2314667009 ")
    assert (learner.first_name, learner.npi) == ("José", "2314667009")
    with pytest.raises(InvalidValue, match="XML"):
        Learner("Ja\x07mes", "Holloway", date(1975, 3, 22), "1234567890")


def test_a_date_of_birth_is_not_shown() -> None:
    assert "1975" not in repr(Completion.from_event(event()))


def test_an_event_becomes_a_completion() -> None:
    found = Completion.from_event(event(course={"completion_date": "2026-05-06T23:59:59-05:00"}))
    assert found.completed_on == date(2026, 5, 6)
    assert found.credits == (Credit(Decimal("1.25")),)
    assert (found.course.starts_on, found.course.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
    assert found.activity_id is None
    assert found.consent


def test_the_dates_of_a_course_are_those_of_the_event() -> None:
    dates = {"start_date": "2026-02-01", "end_date": "2026-06-30", "credit_claim_date": "2026-07-31"}
    course = Completion.from_event(event(course=dates)).course
    assert (course.starts_on, course.ends_on) == (date(2026, 2, 1), date(2026, 6, 30))
    assert course.credit_claim_by == date(2026, 7, 31)


def test_moc_credit_of_an_event_is_claimed_and_registered() -> None:
    moc = [{"board": "ABIM", "credit_type": "Medical Knowledge", "points": "1.0", "diplomate_id": "925668"}]
    found = Completion.from_event(event(course={"moc": moc}))
    assert [(credit.board, credit.credit_type) for credit in found.credits][1:] == [("ABIM", "Medical Knowledge")]
    assert [entry.board for entry in found.course.registrations] == ["ABIM"]


@pytest.mark.parametrize("missing", ["learner", "course"])
def test_an_event_without_its_sections_is_refused(missing: str) -> None:
    broken = event()
    del broken[missing]
    with pytest.raises(InvalidValue, match=missing):
        Completion.from_event(broken)


def test_consent_that_was_refused_is_kept() -> None:
    assert not Completion.from_event(event(learner={"consent": False})).consent
