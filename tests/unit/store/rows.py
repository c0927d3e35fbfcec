"""Rows for the store's tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from mockpars.domain.model import (
    Activity,
    Credit,
    Delivery,
    DestinationKind,
    Diplomate,
    LearnerRecord,
    Licence,
    MocRegistration,
    Physician,
)
from mockpars.store.exchanges import ExchangeRow

NOW = datetime(2026, 5, 10, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 11, 5, tzinfo=UTC)
DECIDED = datetime(2026, 5, 11, 9, 0, 0, 250, tzinfo=UTC)


def activity(number: int = 12345678, name: str = "AMC-1") -> Activity:
    """An activity with everything filled in."""
    return Activity(
        number,
        name,
        "Title \u2013 \u201cquoted\u201d \u65e5\u672c",
        date(2026, 1, 1),
        date(2026, 12, 31),
        date(2027, 1, 31),
        "AMA PRA Category 1",
        Decimal("1.50"),
        "Course",
        (
            MocRegistration("ABIM", "1.5", ("Medical Knowledge", "Patient Safety"), date(2026, 6, 30), None),
            MocRegistration("ABOS", "2", ("Self-Assessment",), None, "95001"),
        ),
        True,
    )


def record(number: int = 100000001, physician: str = "PH-0001", activity_id: int = 12345678) -> LearnerRecord:
    """A learner record with two deliveries, one of them undecided."""
    return LearnerRecord(
        number,
        activity_id,
        physician,
        date(2026, 5, 6),
        "2026-05-05T20:00:00",
        (Credit("AMA PRA Category 1 Credit", "1.5"), Credit("Medical Knowledge", "1.5", "ABIM", "925668")),
        NOW,
        (
            Delivery("TX", DestinationKind.STATE_BOARD, MIDNIGHT, DECIDED, False, "Not ours."),
            Delivery("ABIM", DestinationKind.CERTIFYING_BOARD, MIDNIGHT, None),
        ),
        None,
        7,
    )


def physician(number: str = "T-1", npi: str = "2000000006") -> Physician:
    """A physician a team has added."""
    return Physician(
        number, "Zoë", "O'Neil", date(1980, 2, 29), npi, "DO",
        (Licence("TX", "DO123456"),), (Diplomate("ABIM", "925669"),), False, None, "board-silent", "Busy.",
    )  # fmt: skip


def exchange(number: int, codes: tuple[int, ...] = (), outcome: str = "Accepted") -> ExchangeRow:
    """An exchange."""
    return ExchangeRow(number, NOW, "SaveLearnerActivity", outcome, codes, 200, {"é": [1]}, f"<q{number}/>", "<a/>")
