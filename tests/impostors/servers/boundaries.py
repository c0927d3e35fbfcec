"""Wrong servers that are off by one, or by a step, at a boundary."""

from __future__ import annotations

from datetime import UTC, date
from decimal import Decimal

from tests.impostors.changes import DAY, around, changed, put, rule, server, worth

BOUNDARIES = [
    server(
        "101-start-on-the-last-day-is-fine",
        "activity-starts-on-its-last-day",
        rule("ACTIVITY", "101", broken=lambda v, f: v > f.ends_on),
    ),
    server(
        "101-needs-two-days",
        "activity-starts-a-day-before-its-end",
        rule("ACTIVITY", "101", broken=lambda v, f: v + DAY >= f.ends_on),
    ),
    server(
        "102-zero-is-fine",
        "activity-credits-zero",
        rule("ACTIVITY", "102", broken=lambda v, f: worth(v) is None or worth(v) % f.credit_step != 0),
    ),
    server(
        "102-a-quarter-is-too-little",
        "activity-credits-a-quarter",
        rule("ACTIVITY", "102", broken=lambda v, f: worth(v) is None or worth(v) < 0.5 or worth(v) % f.credit_step),
    ),
    server(
        "102-any-step",
        "activity-credits-a-tenth activity-credits-just-off-a-step",
        rule("ACTIVITY", "102", broken=lambda v, f: worth(v) is None or worth(v) <= 0),
    ),
    server(
        "102-whole-credits-only",
        "activity-credits-on-a-step activity-credits-a-quarter",
        rule("ACTIVITY", "102", broken=lambda v, f: worth(v) is None or worth(v) <= 0 or worth(v) % 1),
    ),
    server(
        "105-claim-must-be-after-the-end",
        "activity-claim-date-on-the-end",
        rule("ACTIVITY", "105", broken=lambda v, f: v is not None and v <= f.ends_on),
    ),
    server(
        "105-a-day-before-the-end-is-fine",
        "activity-claim-date-before-the-end",
        rule("ACTIVITY", "105", broken=lambda v, f: v is not None and v < f.ends_on - DAY),
    ),
    server(
        "303-first-day-is-out",
        "completion-on-the-first-day",
        rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on < v <= f.credit_claim_by),
    ),
    server(
        "303-day-before-the-first-is-in",
        "completion-before-the-first-day",
        rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on - DAY <= v <= f.credit_claim_by),
    ),
    server(
        "303-claim-date-is-out",
        "completion-on-the-credit-claim-date",
        rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v < f.credit_claim_by),
    ),
    server(
        "303-day-after-the-claim-date-is-in",
        "completion-after-the-credit-claim-date",
        rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v <= f.credit_claim_by + DAY),
    ),
    server(
        "303-goes-by-the-end-date",
        "completion-on-the-credit-claim-date",
        around(
            "mockpars.service.activities._activity",
            lambda real: lambda n, sent, old: changed(real(n, sent, old), credit_claim_by=sent.ends_on),
        ),
    ),
    server(
        "303-future-is-out",
        "completion-in-the-future",
        rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v <= min(f.credit_claim_by, f.today)),
    ),
    server(
        "window-closes-a-day-early",
        "window-2025-on-march-31-of-2027",
        put("mockpars.service.learners.reporting_window", lambda today: _window(today, (3, 30))),
    ),
    server(
        "window-closes-a-day-late",
        "window-2025-on-april-1-of-2027",
        put("mockpars.service.learners.reporting_window", lambda today: _window(today, (4, 1))),
    ),
    server(
        "window-opens-a-day-late",
        "window-first-day-of-2025-on-march-31-of-2027",
        put(
            "mockpars.service.learners.reporting_window",
            lambda today: (_window(today, (3, 31))[0] + DAY, _window(today, (3, 31))[1]),
        ),
    ),
    server(
        "window-never-closes",
        "window-2025-on-april-1-of-2027 window-three-years-ago-relative-to-today",
        put("mockpars.service.learners.reporting_window", lambda today: (date(1900, 1, 1), date(today.year, 12, 31))),
    ),
    server(
        "window-is-this-year-only",
        "window-previous-year-relative-to-today",
        put(
            "mockpars.service.learners.reporting_window",
            lambda today: (date(today.year, 1, 1), date(today.year, 12, 31)),
        ),
    ),
    server(
        "window-goes-by-utc",
        "window-closes-at-central-midnight-not-utc window-is-closed-at-central-midnight",
        put("mockpars.service.learners.central_date", lambda now: now.astimezone(UTC).date()),
    ),
    server(
        "305-a-step-too-much-is-fine",
        "amount-one-step-too-much",
        rule(
            "CREDIT",
            "305",
            broken=lambda v, f: (
                f.board is None and (worth(v) is None or worth(v) - f.registered_amount not in (0, Decimal("0.25")))
            ),
        ),
    ),
    server(
        "305-less-is-fine",
        "amount-one-step-too-little amount-partial",
        rule(
            "CREDIT",
            "305",
            broken=lambda v, f: f.board is None and (worth(v) is None or not 0 < worth(v) <= f.registered_amount),
        ),
    ),
    server(
        "305-compares-text",
        "amount-without-decimals amount-with-more-decimals",
        rule("CREDIT", "305", broken=lambda v, f: f.board is None and v != str(f.registered_amount)),
    ),
    server(
        "305-rounds",
        "amount-a-hundredth-too-much amount-a-rounding-error",
        rule(
            "CREDIT",
            "305",
            broken=lambda v, f: f.board is None and (worth(v) is None or round(worth(v), 1) != f.registered_amount),
        ),
    ),
]


def _window(today: date, last: tuple[int, int]) -> tuple[date, date]:
    first_year = today.year - 2 if (today.month, today.day) <= last else today.year - 1
    return date(first_year, 1, 1), date(today.year, 12, 31)
