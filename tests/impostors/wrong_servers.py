"""Wrong servers: the mock with one deviation each, and the cases that must notice it."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from mockpars.domain.clock import CENTRAL
from mockpars.domain.rules import STAGES
from mockpars.domain.vocabulary import number
from mockpars.wire.dates import plain_date
from tests.impostors.changes import Impostor, Rewrite, around, put, rehead, restatus, rule, swap, without

DAY = timedelta(days=1)


def server(name: str, caught_by: str, *changes: Any, rewrite: Rewrite | None = None) -> Impostor:
    """An impostor; the cases that must notice are named in one string, with blanks between."""
    return Impostor(name, tuple(caught_by.split()), changes, rewrite)


# --- boundaries ---------------------------------------------------------------------------------------------------

BOUNDARIES = [
    server("101-start-on-the-last-day-is-fine", "activity-starts-on-its-last-day",
           rule("ACTIVITY", "101", broken=lambda v, f: v > f.ends_on)),
    server("101-needs-two-days", "activity-starts-a-day-before-its-end",
           rule("ACTIVITY", "101", broken=lambda v, f: v + DAY >= f.ends_on)),
    server("102-zero-is-fine", "activity-credits-zero",
           rule("ACTIVITY", "102", broken=lambda v, f: number(v) is None or number(v) % f.credit_step != 0)),
    server("102-a-quarter-is-too-little", "activity-credits-a-quarter",
           rule("ACTIVITY", "102", broken=lambda v, f: number(v) is None or number(v) < 0.5 or number(v) % f.credit_step)),
    server("102-any-step", "activity-credits-a-tenth activity-credits-just-off-a-step",
           rule("ACTIVITY", "102", broken=lambda v, f: number(v) is None or number(v) <= 0)),
    server("102-whole-credits-only", "activity-credits-on-a-step activity-credits-a-quarter",
           rule("ACTIVITY", "102", broken=lambda v, f: number(v) is None or number(v) <= 0 or number(v) % 1)),
    server("105-claim-must-be-after-the-end", "activity-claim-date-on-the-end",
           rule("ACTIVITY", "105", broken=lambda v, f: v is not None and v <= f.ends_on)),
    server("105-a-day-before-the-end-is-fine", "activity-claim-date-before-the-end",
           rule("ACTIVITY", "105", broken=lambda v, f: v is not None and v < f.ends_on - DAY)),
    server("303-first-day-is-out", "completion-on-the-first-day",
           rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on < v <= f.credit_claim_by)),
    server("303-day-before-the-first-is-in", "completion-before-the-first-day",
           rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on - DAY <= v <= f.credit_claim_by)),
    server("303-claim-date-is-out", "completion-on-the-credit-claim-date",
           rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v < f.credit_claim_by)),
    server("303-day-after-the-claim-date-is-in", "completion-after-the-credit-claim-date",
           rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v <= f.credit_claim_by + DAY)),
    server("303-goes-by-the-end-date", "completion-on-the-credit-claim-date",
           around("mockpars.service.activities._activity", lambda real: lambda n, sent, old: _with(real(n, sent, old), credit_claim_by=sent.ends_on))),
    server("303-future-is-out", "completion-in-the-future",
           rule("COMPLETION", "303", broken=lambda v, f: not f.activity_starts_on <= v <= min(f.credit_claim_by, f.today))),
    server("window-closes-a-day-early", "window-2025-on-march-31-of-2027",
           put("mockpars.service.learners.reporting_window", lambda today: _window(today, (3, 30)))),
    server("window-closes-a-day-late", "window-2025-on-april-1-of-2027",
           put("mockpars.service.learners.reporting_window", lambda today: _window(today, (4, 1)))),
    server("window-opens-a-day-late", "window-first-day-of-2025-on-march-31-of-2027",
           put("mockpars.service.learners.reporting_window", lambda today: (_window(today, (3, 31))[0] + DAY, _window(today, (3, 31))[1]))),
    server("window-never-closes", "window-2025-on-april-1-of-2027 window-three-years-ago-relative-to-today",
           put("mockpars.service.learners.reporting_window", lambda today: (date(1900, 1, 1), date(today.year, 12, 31)))),
    server("window-is-this-year-only", "window-previous-year-relative-to-today",
           put("mockpars.service.learners.reporting_window", lambda today: (date(today.year, 1, 1), date(today.year, 12, 31)))),
    server("window-goes-by-utc", "window-closes-at-central-midnight-not-utc window-is-closed-at-central-midnight",
           put("mockpars.service.learners.central_date", lambda now: now.astimezone(UTC).date())),
    server("305-a-step-too-much-is-fine", "amount-one-step-too-much",
           rule("CREDIT", "305", broken=lambda v, f: f.board is None and (number(v) is None or number(v) - f.registered_amount not in (0, number("0.25"))))),
    server("305-less-is-fine", "amount-one-step-too-little amount-partial",
           rule("CREDIT", "305", broken=lambda v, f: f.board is None and (number(v) is None or not 0 < number(v) <= f.registered_amount))),
    server("305-compares-text", "amount-without-decimals amount-with-more-decimals",
           rule("CREDIT", "305", broken=lambda v, f: f.board is None and v != str(f.registered_amount))),
    server("305-rounds", "amount-a-hundredth-too-much amount-a-rounding-error",
           rule("CREDIT", "305", broken=lambda v, f: f.board is None and (number(v) is None or round(number(v), 1) != f.registered_amount))),
]  # fmt: skip


def _with(activity: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(activity, **changes)


def _window(today: date, last: tuple[int, int]) -> tuple[date, date]:
    first_year = today.year - 2 if (today.month, today.day) <= last else today.year - 1
    return date(first_year, 1, 1), date(today.year, 12, 31)


# --- a code that never comes, or another in its place --------------------------------------------------------------



def _swapped_identity() -> Any:
    from dataclasses import replace

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
    server("306-and-307-swapped", "learner-without-a-us-licence learner-without-consent",
           put("mockpars.service.learners.IDENTITY", _swapped_identity())),
    server("305-comes-with-every-303", "completion-before-the-first-day",
           rewrite=swap(r"(<Error><Code>)303(.*?</Error>)", r"\g<1>303\g<2>\g<1>305\g<2>")),
    server("first-problem-only", "activity-every-problem-at-once completion-outside-and-wrong-amount",
           put("mockpars.service.activities.judge", lambda rules, facts, locate=None: _judge(rules, facts, locate)[:1]),
           put("mockpars.service.learners.judge", lambda rules, facts, locate=None: _judge(rules, facts, locate)[:1])),
    server("322-for-every-board", "moc-abp-needs-no-diplomate-id",
           rule("REGISTRATION", "322", broken=lambda v, f: not v)),
    server("200-for-every-board", "moc-abp-points-off-a-step",
           rule("REGISTRATION", "102.moc-points", code=200)),
    server("104-takes-capitals", "activity-support-in-capitals",
           rule("ACTIVITY", "104", broken=lambda v, f: (v or "").lower() not in ("yes", "no"))),
    server("104-not-asked-where-it-is-missing", "activity-support-missing",
           rule("ACTIVITY", "104", broken=lambda v, f: v is not None and v not in ("yes", "no"))),
    server("103-takes-any-case", "activity-format-in-lower-case",
           rule("ACTIVITY", "103", broken=lambda v, f: v.lower() not in _formats())),
    server("100-compares-numbers", "activity-provider-without-leading-zeroes",
           rule("ENVELOPE", "100", broken=lambda v, f: v.lstrip("0") != f.issued_provider_id.lstrip("0"))),
    server("100-not-asked-of-records", "record-from-an-unknown-provider record-of-another-provider",
           around("mockpars.service.learners.judge_provider", lambda real: lambda box, name, sent=None: () if sent else real(box, name))),
]  # fmt: skip


def _judge(rules: Any, facts: Any, locate: Any) -> Any:
    from mockpars.domain.judge import judge
    from mockpars.domain.model import nowhere

    return judge(rules, facts, locate or nowhere)


def _formats() -> set[str]:
    from mockpars.domain.accepted import ACTIVITY_FORMATS

    return {entry.lower() for entry in ACTIVITY_FORMATS}


# --- who the learner is --------------------------------------------------------------------------------------------


def _matching(compare: Any) -> Any:
    """A way to compare a learner with a physician, for `Sandbox.matching`."""
    return put("mockpars.service.sandbox.matches", compare)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _same(sent: Any, filed: Any, fold: Any = None, *fields: str) -> bool:
    from mockpars.domain.names import fold as right

    fold = fold or right
    wanted = fields or ("npi", "date_of_birth", "last_name", "first_name")
    pairs = [(getattr(sent, name), getattr(filed, name)) for name in wanted]
    return all(fold(a) == fold(b) if isinstance(a, str) else a == b for a, b in pairs)


def _bare(name: str) -> str:
    from mockpars.domain.names import fold

    return "".join(letter for letter in fold(name) if letter.isalnum())


IDENTITY = [
    server("names-by-case", "match-names-in-capitals learner-names-in-capitals",
           _matching(lambda s, f: _same(s, f, lambda name: unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore")))),
    server("names-by-accent", "match-without-accents learner-names-without-accents", _matching(lambda s, f: _same(s, f, _plain))),
    server("names-untrimmed", "match-names-with-space-around",
           _matching(lambda s, f: _same(s, f, lambda name: _fold_untrimmed(name)))),
    server("names-without-punctuation", "match-without-the-apostrophe match-without-the-hyphen", _matching(lambda s, f: _same(s, f, _bare))),
    server("first-name-ignored", "match-other-first-name", _matching(lambda s, f: _same(s, f, None, "npi", "date_of_birth", "last_name"))),
    server("last-name-ignored", "match-other-last-name", _matching(lambda s, f: _same(s, f, None, "npi", "date_of_birth", "first_name"))),
    server("birth-date-ignored", "match-birth-date-a-day-late", _matching(lambda s, f: _same(s, f, None, "npi", "last_name", "first_name"))),
    server("birth-year-ignored", "match-birth-date-a-year-off",
           _matching(lambda s, f: _same(s, f, None, "npi", "last_name", "first_name") and s.date_of_birth.timetuple()[1:3] == f.date_of_birth.timetuple()[1:3])),
    server("birth-date-a-day-off-is-fine", "match-birth-date-a-day-late match-birth-date-a-day-early",
           _matching(lambda s, f: _same(s, f, None, "npi", "last_name", "first_name") and abs(s.date_of_birth - f.date_of_birth) <= DAY)),
    server("npi-ignored", "match-other-npi match-npi-of-somebody-else learner-other-npi",
           around("mockpars.service.sandbox.Sandbox.matching", lambda real: lambda box, sent: [
               entry for entry in box.physicians() if _same(sent, entry, None, "date_of_birth", "last_name", "first_name")])),
    server("npi-alone", "match-other-first-name match-other-last-name", _matching(lambda s, f: s.npi == f.npi)),
    server("initials-are-fine", "match-an-initial-is-not-a-name",
           _matching(lambda s, f: _same(s, f, None, "npi", "date_of_birth", "last_name") and _bare(s.first_name)[:1] == _bare(f.first_name)[:1])),
    server("match-says-yes-or-no", "match-ambiguous", rewrite=swap(r"(<int [^>]*>)[2-9]<", r"\g<1>1<")),
    server("match-counts-one-too-many", "match-everything-right",
           around("mockpars.service.learners.match", lambda real: lambda *a: real(*a) + 1)),
    server("match-asks-for-consent", "match-says-nothing-of-consent",
           around("mockpars.service.learners.match", lambda real: lambda box, who, wishes: sum(entry.consent for entry in box.matching(who)))),
]  # fmt: skip


def _fold_untrimmed(name: str) -> str:
    from mockpars.domain.names import fold

    return fold("." + name + ".")


# --- what is kept, and for how long --------------------------------------------------------------------------------


def _replacing_add(real: Any) -> Any:
    def add(records: Any, world: int, record: Any) -> Any:
        earlier = records.live(world, record.physician_id, record.activity_id)
        if earlier is not None:
            records.delete(world, earlier.number, record.accepted_at)
        return real(records, world, record)

    return add


def _all_or_nothing(real: Any) -> Any:
    def submit(box: Any, provider: str, sent: Any, scenarios: Any) -> Any:
        results = real(box, provider, sent, scenarios)
        if len(results) > 1 and any(not result.accepted for result in results):
            for result in results:
                if result.accepted and result.number:
                    box.store.records.delete(box.world.id, result.number, box.now)
        return results

    return submit


def _reversed_answers(real: Any) -> Any:
    return lambda results: real(list(results)[::-1])


def _never_existing(real: Any) -> Any:
    def existing(box: Any, sent: Any) -> Any:
        return None if sent.action == "Add" else real(box, sent)

    return existing


def _second_on_update(real: Any) -> Any:
    def save(activities: Any, world: int, activity: Any, document: str, now: Any) -> None:
        from dataclasses import replace

        known = activities.find(world, activity.id)
        if known is None:
            real(activities, world, activity, document, now)
            return
        activities.delete(world, activity.id, now)
        real(activities, world, replace(activity, id=activity.id + 1), document, now)

    return save


KEEPING = [
    server("duplicates-accepted", "duplicate-sent-twice", around("mockpars.store.learner_records.LearnerRecords.add", _replacing_add)),
    server("duplicates-by-the-day", "duplicate-on-another-day",
           around("mockpars.store.learner_records.LearnerRecords.add", lambda real: lambda records, world, record: (
               _replacing_add(real)(records, world, record)
               if (old := records.live(world, record.physician_id, record.activity_id)) and old.completed_on != record.completed_on
               else real(records, world, record)))),
    server("delete-frees-nothing", "delete-then-ask resubmit-with-a-correction duplicate-after-a-delete",
           put("mockpars.store.learner_records.LearnerRecords.delete", lambda *a: None)),
    server("delete-of-nothing-is-fine", "delete-what-was-never-submitted", rule("DELETION", "300.no-record", broken=lambda v, f: False)),
    server("deleted-records-have-a-status", "delete-then-ask resubmit-leaves-the-old-credit-id-dead",
           around("mockpars.service.statuses.status_by_credit", lambda real: lambda box, credit: _even_deleted(box, credit))),
    server("rejected-records-are-stored", "learner-rejected-is-not-stored", around("mockpars.service.learners._judge_completion", lambda real: _stored_too(real))),
    server("all-or-nothing", "records-one-rejected", around("mockpars.service.learners.submit", _all_or_nothing)),
    server("answers-in-reverse", "records-one-rejected records-each-with-its-own-codes", around("mockpars.wire.render.save_learner_answer", _reversed_answers)),
    server("first-record-only", "records-of-three-learners records-one-rejected",
           around("mockpars.service.learners.submit", lambda real: lambda box, p, sent, s: real(box, p, sent[:1], s) * len(sent))),
    server("add-again-makes-a-second-activity", "activity-added-again-keeps-its-id", around("mockpars.service.activities._existing", _never_existing)),
    server("update-makes-a-second-activity", "activity-update-keeps-its-id activity-added-again-keeps-its-id",
           around("mockpars.store.activities.Activities.save", _second_on_update)),
    server("update-changes-nothing", "activity-added-again-updates-the-record amount-after-an-update completion-after-the-dates-were-*",
           around("mockpars.store.activities.Activities.save", lambda real: lambda a, w, activity, d, n: None if a.find(w, activity.id) else real(a, w, activity, d, n))),
    server("update-of-the-unknown-adds", "activity-update-of-an-unknown-one", rule("TARGET", "302.unknown-activity", broken=lambda v, f: not v and f.action == "Delete")),
    server("deleted-activities-take-completions", "activity-deleted-takes-no-completions activity-deleted-is-not-found",
           put("mockpars.store.activities.Activities.delete", lambda *a: None)),
    server("activity-ids-start-at-one", "reference-*", around("mockpars.service.sandboxes._new", lambda real: lambda *a: _with(real(*a), first_activity=1))),
    server("get-activity-lacks-the-id", "get-activity-by-provider-id get-activity-by-accme-id",
           rewrite=swap(r"(<GetActivityResponse .*?)<AccmeActivityID>\d+</AccmeActivityID>", r"\g<1>")),
    server("get-activity-forgets-the-document", "get-activity-returns-what-was-stored",
           rewrite=swap(r"(<GetActivityResponse.*?</ProviderActivityID>).*(</Activity>)", r"\g<1>\g<2>")),
    server("two-ids-need-not-agree", "record-with-ids-of-two-activities",
           around("mockpars.service.sandbox.Sandbox.activity", lambda real: lambda box, one, other: real(box, one, None) if one else real(box, None, other))),
    server("unknown-activity-is-a-404", "get-activity-unknown-accme-id",
           rewrite=lambda s, h, b, e: (404 if "GetActivity" in e["PATH_INFO"] and ">302<" in b else s, h, b)),
]  # fmt: skip


def _even_deleted(box: Any, credit: str) -> Any:
    from mockpars.domain.model import record_number
    from mockpars.service.statuses import standing

    known = record_number(credit)
    record = None if known is None else box.store.records.find(box.world.id, known)
    return None if record is None else standing(record, box.now)


def _stored_too(real: Any) -> Any:
    def judge(box: Any, sent: Any, activity: Any, earlier: Any) -> Any:
        from mockpars.domain.model import LearnerRecord

        found = real(box, sent, activity, earlier)
        if found and earlier is None:
            physician = box.matching(sent.identity)[0]
            record = LearnerRecord(
                number=0, activity_id=activity.id, physician_id=physician.id, completed_on=sent.completed_on,
                completed_as_sent=sent.completed_as_sent, credits=sent.credits, accepted_at=box.now, deliveries=(),
            )  # fmt: skip
            box.store.records.add(box.world.id, record)
        return found

    return judge


# --- the life of a record, and time ------------------------------------------------------------------------------


def _utc_midnight(instant: datetime) -> datetime:
    day = instant.astimezone(UTC).date() + DAY
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _standard_midnight(instant: datetime) -> datetime:
    zone = timezone(timedelta(hours=-6))
    day = instant.astimezone(zone).date() + DAY
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _never(name: str) -> Rewrite:
    return swap(rf"<Status>{name}</Status>", "<Status>Submitted</Status>")


LIFE = [
    server("status-stuck", "life-transmitted-overnight", rewrite=swap(r"<Status>(Transmitted|Approved|Rejected)</Status>", "<Status>Submitted</Status>")),
    server("transmitted-skipped", "life-transmitted-overnight", rewrite=swap(r"<Status>Transmitted</Status>", "<Status>Approved</Status>")),
    server("approved-never-comes", "life-approved-within-a-day", rewrite=swap(r"<Status>Approved</Status>", "<Status>Transmitted</Status>")),
    server("board-rejection-reads-approved", "decision-*", rewrite=swap(r"<Status>Rejected</Status>", "<Status>Approved</Status>")),
    server("transmitted-at-once", "life-submitted-when-accepted life-submitted-a-second-before-midnight",
           put("mockpars.domain.timeline.next_overnight", lambda instant: instant)),
    server("transmitted-a-night-late", "life-transmitted-overnight life-transmitted-at-midnight",
           around("mockpars.domain.timeline.next_overnight", lambda real: lambda instant: real(instant) + DAY)),
    server("overnight-goes-by-utc", "life-accepted-after-utc-midnight life-submitted-a-second-before-midnight", put("mockpars.domain.timeline.next_overnight", _utc_midnight)),
    server("overnight-knows-no-summer", "life-transmitted-at-midnight life-submitted-a-second-before-midnight*",
           put("mockpars.domain.timeline.next_overnight", _standard_midnight)),
    server("overnight-a-second-late", "life-transmitted-at-midnight",
           around("mockpars.domain.timeline.next_overnight", lambda real: lambda instant: real(instant) + timedelta(seconds=1))),
    server("boards-take-two-days", "life-decided-24-hours-after-transmission", put("mockpars.domain.timeline._deliberation", lambda seed: timedelta(hours=30))),
    server("boards-decide-at-once", "decision-is-not-known-at-transmission", put("mockpars.domain.timeline._deliberation", lambda seed: timedelta(0))),
    server("approved-when-the-first-board-has", "decision-of-one-of-two-boards life-approved-when-every-state-has",
           around("mockpars.domain.timeline._record_steps", lambda real: lambda deliveries: real(deliveries[:1]))),
    server("one-state-only", "life-every-state-gets-it", around("mockpars.service.deliveries.plan_deliveries", lambda real: lambda at, seed, plans: real(at, seed, list(plans)[:1]))),
    server("board-credit-goes-nowhere", "life-board-credit-goes-to-the-board",
           rewrite=swap(r"<Delivery><Destination>[^<]*</Destination><Kind>CertifyingBoard</Kind>.*?</Delivery>", "")),
    server("silent-board-approves", "life-silent-board",
           around("mockpars.service.deliveries.Plan", lambda real: lambda d, k, approved=True, reason=None, nights=1: real(d, k, approved is not False, reason, nights))),
    server("time-of-completion-ignored", "trap-summer-late-evening", put("mockpars.wire.learners.completion_date", plain_date)),
    server("time-taken-for-utc", "trap-summer-late-evening trap-winter-late-evening",
           put("mockpars.wire.dates.stored_date", lambda sent: (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC).date())),
    server("offset-ignored", "trap-utc-late-evening trap-pacific-offset-after trap-eastern-offset-moves-back",
           put("mockpars.wire.dates.stored_date", lambda sent: sent.replace(tzinfo=CENTRAL).astimezone(UTC).date())),
    server("time-trap-knows-no-summer", "trap-summer-last-second trap-evening-after-clocks-went-forward",
           put("mockpars.wire.dates.stored_date", lambda sent: (sent if sent.tzinfo else sent.replace(tzinfo=timezone(timedelta(hours=-6)))).astimezone(UTC).date())),
    server("times-of-activities-count", "activity-late-time-on-the-last-day activity-times-of-day-*",
           around("mockpars.wire.activities.plain_date", lambda real: lambda text: real(text) + (DAY if "T23" in text else timedelta(0)))),
]  # fmt: skip


# --- the form of answers, and the door -----------------------------------------------------------------------------


def _leak(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    environ["wsgi.input"].seek(0)
    sent = environ["wsgi.input"].read().decode("utf-8", "replace")
    password = sent.partition("<Password>")[2].partition("<")[0]
    return status, headers, body.replace("</Reason>", f" Was {password}.</Reason>") if password else body


def _unasked(real: Any) -> Any:
    return lambda *args, **named: None


def _rejection_is_400(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    return (400 if "<Result>Rejected</Result>" in body else status), headers, body


def _same_credit_id(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    save = "/SaveLearnerActivity" in environ["PATH_INFO"]
    return status, headers, swap(r"ccid:mockpars:\d+", "ccid:mockpars:100000001")(status, headers, body, environ)[2] if save else body


FORM = [
    server("wrong-namespace", "activity-accepted-with-an-id", rewrite=swap(r"2004/07/BLL\.Service", "2004/07/BLL.Services")),
    server("no-namespace", "activity-accepted-with-an-id", rewrite=swap(r' xmlns="http://schemas\.datacontract[^"]*"', "")),
    server("integer-wrapped", "match-everything-right match-answer-is-one-element", rewrite=swap(r"(<int .*</int>)", r"<LearnerMatchRequestResponse>\g<1></LearnerMatchRequestResponse>")),
    server("integer-without-its-namespace", "match-everything-right", rewrite=swap(r'<int xmlns="[^"]*">', "<int>")),
    server("integer-as-a-word", "match-everything-right", rewrite=swap(r"(<int [^>]*>)1<", r"\g<1>one<")),
    server("missing-credit-id", "learner-accepted-with-a-credit-id", rewrite=swap(r"(<LearnerRecord>.*?)<CreditId>[^<]*</CreditId>", r"\g<1>")),
    server("rejected-with-a-credit-id", "learner-rejected-has-no-credit-id", rewrite=swap(r"(<LearnerRecord><Result>Rejected</Result>)", r"\g<1><CreditId>ccid:mockpars:100000009</CreditId>")),
    server("same-credit-id-for-all", "records-of-three-learners resubmit-*", rewrite=_same_credit_id),
    server("missing-status", "life-submitted-when-accepted learner-accepted-with-a-credit-id", rewrite=swap(r"(<LearnerRecord>.*?)<Status>Submitted</Status>", r"\g<1>")),
    server("accepted-spelt-otherwise", "activity-accepted-with-an-id", rewrite=swap(r"<Result>Accepted</Result>", "<Result>accept</Result>")),
    server("top-result-always-accepted", "records-one-rejected activity-credits-zero", rewrite=swap(r"(Response [^>]*><Result>)Rejected", r"\g<1>Accepted")),
    server("no-errors-element", "activity-accepted-with-an-id", rewrite=swap(r"<Errors/>", "")),
    server("codes-as-words", "activity-credits-zero", rewrite=swap(r"<Code>102</Code>", "<Code>CREDIT_AMOUNT</Code>")),
    server("field-names-another", "activity-credits-zero", rewrite=swap(r"<Field>numberOfCredits</Field>", "<Field>credit_amount</Field>")),
    server("status-date-without-zone", "life-* status-by-credit-id", rewrite=swap(r"Z</StatusDate>", "</StatusDate>")),
    server("rejection-is-http-400", "activity-provider-unknown", rewrite=_rejection_is_400),
    server("created-is-http-201", "activity-accepted-with-an-id", rewrite=lambda s, h, b, e: (201 if "<Result>Accepted" in b else s, h, b)),
    server("html-content-type", "activity-accepted-with-an-id", rewrite=rehead("content-type", "text/html; charset=utf-8")),
    server("content-type-without-charset", "transport-answers-in-xml activity-accepted-with-an-id", rewrite=rehead("content-type", "application/xml")),
    server("leaked-password", "credentials-are-never-in-an-answer credentials-*", rewrite=_leak),
    server("wrong-password-is-200", "credentials-wrong-password", rewrite=restatus(401, 200)),
    server("wrong-password-is-403", "credentials-wrong-password", rewrite=restatus(401, 403)),
    server("401-without-a-challenge", "credentials-wrong-password credentials-*", rewrite=rehead("www-authenticate", None)),
    server("credentials-unchecked", "credentials-wrong-password credentials-wrong-user", around("mockpars.web.auth.check_envelope", _unasked)),
    server("password-by-any-case", "credentials-password-in-other-case",
           around("mockpars.web.auth._same", lambda real: lambda a, b: real(a and a.lower(), b and b.lower()))),
    server("basic-need-not-agree", "credentials-basic-disagrees",
           around("mockpars.web.auth.check_envelope", lambda real: lambda box, sent, basic, *, strict: real(box, sent, None, strict=False))),
    server("get-without-credentials", "credentials-get-without-basic", around("mockpars.web.auth.check_basic", _unasked)),
    server("unknown-credit-id-is-200", "status-of-an-unknown-credit-id", rewrite=restatus(404, 200)),
    server("json-accepted", "transport-json", put("mockpars.web.pars_api._charset", lambda asked, operation: "utf-8")),
    server("soap-accepted", "transport-soap-as-xml transport-soap",
           put("mockpars.web.pars_api._charset", lambda asked, operation: "utf-8"), put("mockpars.web.pars_api.refuse_soap", lambda root: None)),
    server("schema-unchecked", "envelope-unknown-element envelope-in-another-order", around("mockpars.wire.schemas.Schemas.validate", lambda real: lambda *a: ())),
    server("broken-xml-is-500", "transport-no-xml transport-cut-message", rewrite=lambda s, h, b, e: (500 if "<Code>Malformed" in b else s, h, b)),
    server("get-takes-writes", "transport-get-for-a-write", rewrite=restatus(405, 200)),
    server("405-without-allow", "transport-get-for-a-write transport-put", rewrite=rehead("allow", None)),
    server("status-not-by-learner", "status-by-learner", around("mockpars.service.statuses.status_by_learner", lambda real: lambda *a: None)),
    server("status-by-learner-ignores-the-date", "status-by-learner-with-another-completion-date",
           around("mockpars.service.statuses.status_by_learner", lambda real: lambda box, a, birth, done, who: _any_date(real, box, a, birth, who))),
]  # fmt: skip


def _any_date(real: Any, box: Any, activity: str, birth: Any, who: str) -> Any:
    for record in box.store.records.page(box.world.id, 10**15, 50):
        found = real(box, activity, birth, record.completed_on, who)
        if found is not None:
            return found
    return None


# --- corners -------------------------------------------------------------------------------------------------------


def _read_body(environ: dict[str, Any]) -> str:
    environ["wsgi.input"].seek(0)
    return str(environ["wsgi.input"].read().decode("utf-8", "replace"))


def _refuses(mark: str) -> Rewrite:
    """A server that cannot take messages with a mark in them."""

    def rewrite(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
        return (status, headers, body) if mark not in _read_body(environ) else (500, headers, "<html/>")

    return rewrite


def _takes(code: str) -> Rewrite:
    """A server that answers 200 to broken requests of one kind."""
    return lambda s, h, b, e: (200 if f"<Code>{code}</Code>" in b else s, h, b)


_reads: dict[tuple[str, str], int] = {}


def _moves_when_read(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    """The habit of mocks: a status goes on because somebody asked."""
    if "<LearnerStatusResponse" not in body:
        return status, headers, body
    key = environ["PATH_INFO"], body
    _reads[key] = _reads.get(key, 0) + 1
    return status, headers, body if _reads[key] < 2 else body.replace("<Status>Submitted<", "<Status>Transmitted<")


def _kept_though_rejected(real: Any) -> Any:
    def save(box: Any, sent: Any, scenarios: Any) -> Any:
        from mockpars.service.activities import _activity, _existing

        result = real(box, sent, scenarios)
        known = _existing(box, sent)
        if not result.accepted and known is not None and number(sent.credit_amount):
            box.store.activities.save(box.world.id, _activity(known.id, sent, known), sent.document, box.now)
        return result

    return save


CORNERS = [
    server("status-moves-when-read", "life-reading-changes-nothing", rewrite=_moves_when_read),
    server("status-date-in-central-time", "life-* status-by-credit-id",
           around("mockpars.wire.render._instant", lambda real: lambda at: real(at - timedelta(hours=5)))),
    server("status-date-is-now", "life-*", rewrite=swap(r"<StatusDate>[^<]*<", "<StatusDate>2026-05-30T00:00:00Z<")),
    server("status-shows-the-date-as-sent", "trap-stored-date-moves status-by-learner-of-the-stored-date trap-*",
           around("mockpars.wire.render.status_answer", lambda real: lambda found: real(found).replace(
               f"<CompletionDate>{found.record.completed_on}".encode(), f"<CompletionDate>{found.record.completed_as_sent[:10]}".encode()))),
    server("delivery-kinds-swapped", "life-board-credit-goes-to-the-board life-every-state-gets-it life-*",
           rewrite=swap(r"<Kind>CertifyingBoard</Kind>", "<Kind>StateBoard</Kind>")),
    server("board-gives-no-reason", "decision-gives-its-reason", rewrite=swap(r"(<Code>310</Code>)<Message>[^<]*<", r"\g<1><Message><")),
    server("rejections-without-a-message", "rejection-says-why-and-what-to-do", rewrite=swap(r"<Message>[^<]*<", "<Message><")),
    server("rejections-without-a-fix", "rejection-says-why-and-what-to-do", rewrite=swap(r"<Fix>[^<]*<", "<Fix><")),
    server("delete-says-add", "delete-an-accepted-record", rewrite=swap(r"<Action>Delete</Action>", "<Action>Add</Action>")),
    server("learner-answer-lacks-the-activity", "records-one-learner-two-activities", rewrite=swap(r"(<LearnerRecord>.*?)<AccmeActivityID>\d+</AccmeActivityID>", r"\g<1>")),
    server("another-activity-in-the-answer", "learner-accepted-with-a-credit-id status-by-credit-id",
           rewrite=swap(r"(<(?:LearnerRecord|LearnerStatusResponse)[ >].*?)<AccmeActivityID>\d+<", r"\g<1><AccmeActivityID>99999999<")),
    server("delete-in-small-letters-adds", "delete-in-small-letters",
           around("mockpars.wire.learners._submission", lambda real: lambda record: _with(real(record), delete=b">Delete<" in _bytes(record)))),
    server("delete-judges-the-window", "window-for-a-delete-is-open delete-does-not-judge-amount-or-date",
           around("mockpars.service.learners._delete", lambda real: lambda box, sent, who, activity: _judged_delete(real, box, sent, who, activity))),
    server("closed-activities-take-nothing", "activity-closed-still-takes-completions",
           around("mockpars.service.sandbox.Sandbox.activity", lambda real: lambda *a: None if (found := real(*a)) and found.closed else found)),
    server("byte-order-mark-refused", "transport-byte-order-mark", rewrite=_refuses("\ufeff")),
    server("comments-refused", "transport-comments", rewrite=_refuses("<!--")),
    server("cdata-refused", "transport-cdata", rewrite=_refuses("<![CDATA[")),
    server("prefix-must-be-ar", "transport-other-prefixes transport-learner-namespace-as-default",
           rewrite=lambda s, h, b, e: (s, h, b) if "LearnerService" not in e["PATH_INFO"] or "<ar:" in _read_body(e) or e["REQUEST_METHOD"] != "POST" else (400, h, b)),
    server("document-types-taken", "transport-document-type transport-entity-is-not-expanded", rewrite=_takes("Malformed")),
    server("other-name-of-match-missing", "match-under-its-other-name", rewrite=lambda s, h, b, e: (404 if e["PATH_INFO"].endswith("GetLearnerMatch") else s, h, b)),
    server("other-name-of-status-missing", "status-by-learner-under-its-other-name",
           rewrite=lambda s, h, b, e: (404 if e["PATH_INFO"].endswith("GetLearnerStatusByLearner") else s, h, b)),
    server("assistants-are-nobody", "learner-physician-assistant", around("mockpars.service.sandbox.Sandbox.matching", lambda real: lambda box, who: [one for one in real(box, who) if one.profession != "PA"])),
    server("osteopaths-are-nobody", "learner-doctor-of-osteopathy", around("mockpars.service.sandbox.Sandbox.matching", lambda real: lambda box, who: [one for one in real(box, who) if one.profession != "DO"])),
    server("long-messages-cut", "records-two-hundred-in-one-message", around("mockpars.service.learners.submit", lambda real: lambda box, p, sent, w: real(box, p, sent[:100], w))),
    server("board-points-unchecked", "board-abp-points-one-step-too-much", rule("CREDIT", "305.board-points", broken=lambda v, f: False)),
    server("board-type-unchecked", "board-abp-credit-of-another-type", rule("CREDIT", "305.board-credit-type", broken=lambda v, f: False)),
    server("credit-type-unchecked", "amount-of-another-kind-of-credit amount-of-category-2", rule("CREDIT", "305.credit-type", broken=lambda v, f: False)),
    server("no-credit-is-fine", "amount-without-credits amount-element-missing", rule("COMPLETION", "305.no-credit", broken=lambda v, f: False)),
    server("board-claim-date-unchecked", "board-credit-after-the-registrations-claim-date", rule("CREDIT", "303.board-claim-date", broken=lambda v, f: False)),
    server("board-claim-date-is-out", "board-credit-on-the-registrations-claim-date",
           rule("CREDIT", "303.board-claim-date", broken=lambda v, f: f.board_credit_claim_by is not None and v >= f.board_credit_claim_by)),
    server("boards-know-everybody", "decision-on-a-non-diplomate", rule("DECISION", "310.not-a-diplomate", broken=lambda v, f: False)),
    server("boards-ignore-the-id", "decision-on-a-wrong-diplomate-id", rule("DECISION", "310.diplomate-id", broken=lambda v, f: False)),
    server("wrong-provider-may-ask", "match-from-a-wrong-provider status-from-a-wrong-provider", put("mockpars.web.operations._refuse_wrong_provider", lambda *a: None)),
    server("options-unanswered", "transport-options", rewrite=lambda s, h, b, e: (405 if e["REQUEST_METHOD"] == "OPTIONS" else s, h, b)),
    server("redirects", "activity-accepted-with-an-id", rewrite=lambda s, h, b, e: (302, h | {"location": "/login"}, b) if s == 200 else (s, h, b)),
    server("credits-forgotten-after-an-update", "amount-after-an-update",
           around("mockpars.service.activities._activity", lambda real: lambda n, sent, old: _with(real(n, sent, old), hours=old.hours if old else real(n, sent, old).hours))),
    server("rejected-update-is-kept", "activity-rejected-update-changes-nothing",
           around("mockpars.service.activities._save", _kept_though_rejected)),
]  # fmt: skip


def _bytes(element: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(element))


def _judged_delete(real: Any, box: Any, sent: Any, who: Any, activity: Any) -> Any:
    from mockpars.service.learners import LearnerResult, _judge_completion

    found = _judge_completion(box, sent, activity, None)
    return LearnerResult(True, findings=found) if found else real(box, sent, who, activity)


WRONG_SERVERS: list[Impostor] = [*BOUNDARIES, *CODES, *IDENTITY, *KEEPING, *LIFE, *FORM, *CORNERS]
