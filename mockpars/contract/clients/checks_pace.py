"""Checks of pace: waiting after failures, giving up, and asking for statuses no more often than they change."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta

from mockpars.contract.clients.journal import UNANSWERED, UNCLEAR, Entry, Journal
from mockpars.contract.clients.marks import Mark, bad, good
from mockpars.contract.clients.sent import Record

SHORTEST_WAIT = timedelta(seconds=0.25)
"""Nobody says how long to wait after a 5xx; a retry sooner than this is no waiting at all."""
MOST_ATTEMPTS = 6
MOST_POLLS = 5
POLL_WINDOW = timedelta(minutes=10)
UNHURRIED = timedelta(days=2)
_RUN = timedelta(hours=1)
_SLACK = 0.9


def backs_off_429(journal: Journal) -> Iterator[Mark]:
    """After a 429 nothing is sent to that operation before Retry-After has passed."""
    for entry in journal.own:
        if entry.fault != "too-many-requests":
            continue
        wait = timedelta(seconds=float(entry.fault_argument or 0))
        following = next((later for later in journal.after(entry) if later.operation == entry.operation), None)
        if following is None:
            yield good("After a 429 nothing more was sent.", entry.number)
            continue
        gap = following.wall - entry.wall
        after = f"{gap.total_seconds():.2f} s after a 429 with Retry-After {entry.fault_argument}"
        words = f"{entry.operation} was sent again {after}."
        mark = good if gap >= wait * _SLACK else bad
        yield mark(words, entry.number, following.number)


def backs_off_5xx(journal: Journal) -> Iterator[Mark]:
    """Attempts after a failure are apart, and not closer together than the first."""
    for attempts in _attempts(journal):
        failed = [entry for entry in attempts if _is_5xx(entry)]
        if not failed:
            continue
        gaps = [(later.wall - entry.wall, entry, later) for entry, later in itertools.pairwise(attempts)]
        gaps = [gap for gap in gaps if _is_5xx(gap[1])]
        hasty = next((gap for gap in gaps if gap[0] < SHORTEST_WAIT), None)
        shrinking = next((gap for gap in gaps[1:] if gap[0] < gaps[0][0] * _SLACK), None)
        if hasty:
            seconds = hasty[0].total_seconds()
            yield bad(
                f"{hasty[1].operation} was tried again {seconds:.2f} s after a failure.",
                hasty[1].number,
                hasty[2].number,
            )
        elif shrinking:
            yield bad(
                "Attempts came faster and faster while the failure lasted.", shrinking[1].number, shrinking[2].number
            )
        elif gaps:
            yield good(
                f"{gaps[0][1].operation} was tried again after {gaps[0][0].total_seconds():.1f} s.",
                gaps[0][1].number,
                gaps[0][2].number,
            )
        else:
            yield good("After a failure nothing more was sent.", failed[-1].number)


def _is_5xx(entry: Entry) -> bool:
    return entry.fault in (UNANSWERED | UNCLEAR) - {"too-many-requests", "wrong-content-type"}


def bounded_retries(journal: Journal) -> Iterator[Mark]:
    """The same message is tried a handful of times while it fails; refused credentials are not tried again."""
    for attempts in _attempts(journal):
        failed = [entry for entry in attempts if entry.fault in UNANSWERED | UNCLEAR]
        if len(failed) > MOST_ATTEMPTS:
            yield bad(f"{failed[0].operation} was tried {len(failed)} times.", failed[0].number, failed[-1].number)
        elif failed:
            yield good(f"{failed[0].operation} was tried {len(attempts)} times.", failed[0].number)
    refused = [entry for entry in journal.own if entry.refused == "Credentials"]
    for entry, later in itertools.pairwise(refused):
        if entry.digest and later.digest == entry.digest and later.wall - entry.wall < _RUN:
            yield bad("Refused credentials were sent again.", entry.number, later.number)


def _attempts(journal: Journal) -> Iterator[Sequence[Entry]]:
    """Runs of exchanges that carry the same message, each but the last of which failed."""
    runs: dict[tuple[object, ...], list[Entry]] = {}
    for entry in journal.own:
        key = _subject(journal, entry)
        run = runs.get(key)
        if run and not run[-1].clear and entry.wall - run[-1].wall < _RUN:
            run.append(entry)
            continue
        if run:
            yield run
        runs[key] = [entry]
    yield from runs.values()


def _subject(journal: Journal, entry: Entry) -> tuple[object, ...]:
    if entry.people:
        return entry.operation, *((journal.key(record), record.delete) for record in entry.people)
    if entry.registrations:
        return entry.operation, *((one.provider_activity_id, one.action) for one in entry.registrations)
    return entry.operation, entry.question.get("CreditId") or entry.digest


def sane_polling(journal: Journal) -> Iterator[Mark]:
    """The status of one record is asked for a handful of times at most within minutes of the sandbox's time."""
    asked: dict[str, list[Entry]] = {}
    for entry in journal.own:
        if entry.question and entry.clear:
            about = entry.question.get("CreditId") or entry.question.get("UniqueID") or ""
            asked.setdefault(about, []).append(entry)
    for about, entries in asked.items():
        crowded = [
            (first, last)
            for first, last in zip(entries, entries[MOST_POLLS:], strict=False)
            if last.at - first.at < POLL_WINDOW and last.wall - first.wall < POLL_WINDOW
        ]
        if crowded:
            first, last = crowded[0]
            count = sum(first.number <= entry.number and entry.at - first.at < POLL_WINDOW for entry in entries)
            yield bad(f"The status of {about} was asked for {count} times within minutes.", first.number, last.number)
        else:
            yield good(f"The status of {about} was asked for at a calm pace.", entries[0].number)


def follows_up_status(journal: Journal) -> Iterator[Mark]:
    """Each accepted record's status is asked for before two days have passed in the sandbox."""
    own = list(journal.own)
    for entry, record in journal.saved():
        if record.answered != "Accepted" or not record.credit_id or not entry.clear:
            continue
        later = [other for other in journal.after(entry) if other.question]
        asked = [
            other
            for other in later
            if record.credit_id == other.question.get("CreditId") or record.npi == other.question.get("UniqueID")
        ]
        if asked:
            yield good(f"The status of {record.credit_id} was asked for.", entry.number, asked[0].number)
        elif own[-1].at - entry.at >= UNHURRIED and not _deleted(journal, entry, record):
            yield bad(f"{record.credit_id} was accepted, and in two days nobody asked what became of it.", entry.number)


def _deleted(journal: Journal, entry: Entry, record: Record) -> bool:
    return any(
        other.delete and journal.key(other) == journal.key(record)
        for later in journal.after(entry)
        for other in later.records
    )
