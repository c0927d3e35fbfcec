"""Wrong servers that move records, or read times, otherwise than PARS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from mockpars.domain.clock import CENTRAL
from mockpars.wire.dates import plain_date
from tests.impostors.changes import DAY, around, put, server, swap


def _utc_midnight(instant: datetime) -> datetime:
    day = instant.astimezone(UTC).date() + DAY
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _standard_midnight(instant: datetime) -> datetime:
    zone = timezone(timedelta(hours=-6))
    day = instant.astimezone(zone).date() + DAY
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


LIFE = [
    server(
        "status-stuck",
        "life-transmitted-overnight",
        rewrite=swap(r"<Status>(Transmitted|Approved|Rejected)</Status>", "<Status>Submitted</Status>"),
    ),
    server(
        "transmitted-skipped",
        "life-transmitted-overnight",
        rewrite=swap(r"<Status>Transmitted</Status>", "<Status>Approved</Status>"),
    ),
    server(
        "approved-never-comes",
        "life-approved-within-a-day",
        rewrite=swap(r"<Status>Approved</Status>", "<Status>Transmitted</Status>"),
    ),
    server(
        "board-rejection-reads-approved",
        "decision-*",
        rewrite=swap(r"<Status>Rejected</Status>", "<Status>Approved</Status>"),
    ),
    server(
        "transmitted-at-once",
        "life-submitted-when-accepted life-submitted-a-second-before-midnight",
        put("mockpars.domain.timeline.next_overnight", lambda instant: instant),
    ),
    server(
        "transmitted-a-night-late",
        "life-transmitted-overnight life-transmitted-at-midnight",
        around("mockpars.domain.timeline.next_overnight", lambda real: lambda instant: real(instant) + DAY),
    ),
    server(
        "overnight-goes-by-utc",
        "life-accepted-after-utc-midnight life-submitted-a-second-before-midnight",
        put("mockpars.domain.timeline.next_overnight", _utc_midnight),
    ),
    server(
        "overnight-knows-no-summer",
        "life-transmitted-at-midnight life-submitted-a-second-before-midnight*",
        put("mockpars.domain.timeline.next_overnight", _standard_midnight),
    ),
    server(
        "overnight-a-second-late",
        "life-transmitted-at-midnight",
        around(
            "mockpars.domain.timeline.next_overnight", lambda real: lambda instant: real(instant) + timedelta(seconds=1)
        ),
    ),
    server(
        "boards-take-two-days",
        "life-decided-24-hours-after-transmission",
        put("mockpars.domain.timeline._deliberation", lambda seed: timedelta(hours=30)),
    ),
    server(
        "boards-decide-at-once",
        "decision-is-not-known-at-transmission",
        put("mockpars.domain.timeline._deliberation", lambda seed: timedelta(0)),
    ),
    server(
        "approved-when-the-first-board-has",
        "decision-of-one-of-two-boards life-approved-when-every-state-has",
        around("mockpars.domain.timeline._record_steps", lambda real: lambda deliveries: real(deliveries[:1])),
    ),
    server(
        "one-state-only",
        "life-every-state-gets-it",
        around(
            "mockpars.service.deliveries.plan_deliveries",
            lambda real: lambda at, seed, plans: real(at, seed, list(plans)[:1]),
        ),
    ),
    server(
        "board-credit-goes-nowhere",
        "life-board-credit-goes-to-the-board",
        rewrite=swap(r"<Delivery><Destination>[^<]*</Destination><Kind>CertifyingBoard</Kind>.*?</Delivery>", ""),
    ),
    server(
        "silent-board-approves",
        "life-silent-board",
        around(
            "mockpars.service.deliveries.Plan",
            lambda real: (
                lambda d, k, approved=True, reason=None, nights=1: real(d, k, approved is not False, reason, nights)
            ),
        ),
    ),
    server(
        "time-of-completion-ignored",
        "trap-summer-late-evening",
        put("mockpars.wire.learners.completion_date", plain_date),
    ),
    server(
        "time-taken-for-utc",
        "trap-summer-late-evening trap-winter-late-evening",
        put(
            "mockpars.wire.dates.stored_date",
            lambda sent: (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC).date(),
        ),
    ),
    server(
        "offset-ignored",
        "trap-utc-late-evening trap-pacific-offset-after trap-eastern-offset-moves-back",
        put("mockpars.wire.dates.stored_date", lambda sent: sent.replace(tzinfo=CENTRAL).astimezone(UTC).date()),
    ),
    server(
        "time-trap-knows-no-summer",
        "trap-summer-last-second trap-evening-after-clocks-went-forward",
        put(
            "mockpars.wire.dates.stored_date",
            lambda sent: (
                (sent if sent.tzinfo else sent.replace(tzinfo=timezone(timedelta(hours=-6)))).astimezone(UTC).date()
            ),
        ),
    ),
    server(
        "times-of-activities-count",
        "activity-late-time-on-the-last-day activity-times-of-day-*",
        around(
            "mockpars.wire.activities.plain_date",
            lambda real: lambda text: real(text) + (DAY if "T23" in text else timedelta(0)),
        ),
    ),
]
