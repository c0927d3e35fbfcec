"""Wrong servers that leave out a code, or give another in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockpars.domain.accepted import ACTIVITY_FORMATS
from mockpars.domain.judge import judge
from mockpars.domain.model import nowhere
from mockpars.domain.rules import STAGES
from tests.impostors.changes import around, put, rule, server, swap, without


def _swapped_identity() -> Any:
    other = {306: 307, 307: 306}
    return tuple(replace(entry, code=other.get(entry.code, entry.code)) for entry in STAGES["identity"])


CODES = [
    server("no-100", "activity-provider-unknown record-from-an-unknown-provider", *without(100)),
    server("no-101", "activity-starts-after-its-end", *without(101)),
    server("no-102", "activity-credits-zero", *without(102)),
    server("no-103", "activity-format-unknown", *without(103)),
    server("no-104", "activity-support-maybe", *without(104)),
    server("no-105", "activity-claim-date-before-the-end", *without(105)),
    server("no-200", "moc-abim-points-off-a-step board-abim-credit-of-another-type", *without(200)),
    server("no-300", "learner-other-npi learner-birth-date-a-day-late", *without(300)),
    server("no-301", "learner-ambiguous", *without(301)),
    server("no-302", "record-of-an-unknown-accme-id", *without(302)),
    server("no-303", "completion-before-the-first-day", *without(303)),
    server("no-304", "duplicate-sent-twice", *without(304)),
    server("no-305", "amount-one-step-too-much", *without(305)),
    server("no-306", "learner-without-a-us-licence", *without(306)),
    server("no-307", "learner-without-consent", *without(307)),
    server("no-310", "decision-on-a-non-diplomate decision-on-a-wrong-diplomate-id", *without(310)),
    server("no-310-in-the-status", "decision-*", rewrite=swap(r"<Errors><Error><Code>310.*?</Errors>", "<Errors/>")),
    server("no-322", "moc-abos-without-the-diplomate-id board-abos-credit-without-the-diplomate-id", *without(322)),
    server(
        "306-and-307-swapped",
        "learner-without-a-us-licence learner-without-consent",
        put("mockpars.service.learners.IDENTITY", _swapped_identity()),
    ),
    server(
        "305-comes-with-every-303",
        "completion-before-the-first-day",
        rewrite=swap(r"(<Error><Code>)303(.*?</Error>)", r"\g<1>303\g<2>\g<1>305\g<2>"),
    ),
    server(
        "first-problem-only",
        "activity-every-problem-at-once completion-outside-and-wrong-amount",
        put("mockpars.service.activities.judge", lambda rules, facts, locate=None: _judge(rules, facts, locate)[:1]),
        put("mockpars.service.learners.judge", lambda rules, facts, locate=None: _judge(rules, facts, locate)[:1]),
    ),
    server(
        "322-for-every-board", "moc-abp-needs-no-diplomate-id", rule("REGISTRATION", "322", broken=lambda v, f: not v)
    ),
    server("200-for-every-board", "moc-abp-points-off-a-step", rule("REGISTRATION", "102.moc-points", code=200)),
    server(
        "104-takes-capitals",
        "activity-support-in-capitals",
        rule("ACTIVITY", "104", broken=lambda v, f: (v or "").lower() not in ("yes", "no")),
    ),
    server(
        "104-not-asked-where-it-is-missing",
        "activity-support-missing",
        rule("ACTIVITY", "104", broken=lambda v, f: v is not None and v not in ("yes", "no")),
    ),
    server(
        "103-takes-any-case",
        "activity-format-in-lower-case",
        rule("ACTIVITY", "103", broken=lambda v, f: v.lower() not in _formats()),
    ),
    server(
        "100-compares-numbers",
        "activity-provider-without-leading-zeroes",
        rule("ENVELOPE", "100", broken=lambda v, f: v.lstrip("0") != f.issued_provider_id.lstrip("0")),
    ),
    server(
        "100-not-asked-of-records",
        "record-from-an-unknown-provider record-of-another-provider",
        around(
            "mockpars.service.learners.judge_provider",
            lambda real: lambda box, name, sent=None: () if sent else real(box, name),
        ),
    ),
]


def _judge(rules: Any, facts: Any, locate: Any) -> Any:
    return judge(rules, facts, locate or nowhere)


def _formats() -> set[str]:
    return {entry.lower() for entry in ACTIVITY_FORMATS}
