"""Grading a journal: every check by the id of its obligation, and what each code was met with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mockpars.contract.clients import checks_conduct as conduct
from mockpars.contract.clients import checks_messages as messages
from mockpars.contract.clients import checks_pace as pace
from mockpars.contract.clients.journal import Journal
from mockpars.contract.clients.marks import Mark, bad, good

Check = Callable[[Journal], Iterator[Mark]]

PASSIVE: dict[str, Check] = {
    "match-before-save": conduct.match_before_save,
    "save-only-on-one": conduct.save_only_on_one,
    "same-identity-as-matched": conduct.same_identity_as_matched,
    "activity-first": conduct.activity_first,
    "activity-once": conduct.activity_once,
    "date-without-time": messages.date_without_time,
    "media-type": messages.media_type,
    "well-formed-messages": messages.well_formed_messages,
    "envelope-credentials": messages.envelope_credentials,
    "basic-credentials": messages.basic_credentials,
    "tls": messages.tls,
    "provider-id": messages.provider_id,
    "no-duplicate": conduct.no_duplicate,
    "delete-before-resubmit": conduct.delete_before_resubmit,
    "no-unchanged-retry": conduct.no_unchanged_retry,
    "backs-off-429": pace.backs_off_429,
    "backs-off-5xx": pace.backs_off_5xx,
    "bounded-retries": pace.bounded_retries,
    "asks-before-resending": conduct.asks_before_resending,
    "sane-polling": pace.sane_polling,
    "one-credit-id": conduct.one_credit_id,
    "follows-up-status": pace.follows_up_status,
    "registered-hours": messages.registered_hours,
    "names-intact": messages.names_intact,
    "guards-empty-identity": messages.guards_empty_identity,
    "secrets-stay-out-of-urls": messages.secrets_stay_out_of_urls,
}
"""What the journal alone can tell."""
ACTIVE_ONLY = ("right-date", "reports-truth", "reports-codes", "reports-credit-id", "ends-in-time")
"""What takes an exam."""


def grade(journal: Journal) -> Iterator[tuple[str, Mark]]:
    """Every mark that a journal gives, by obligation."""
    for name, check in PASSIVE.items():
        for mark in check(journal):
            yield name, mark


def codes_met(journal: Journal) -> Iterator[tuple[int, Mark]]:
    """For each rejection a client was answered: whether it left it at that."""
    for mark in conduct.no_unchanged_retry(journal):
        if not mark.exchanges:
            continue
        entry = next(entry for entry in journal.entries if entry.number == mark.exchanges[0])
        for code in {code for answer in entry.answers for code in answer.codes}:
            yield code, mark
    for entry in journal.of("LearnerMatchRequest"):
        if entry.match is not None and entry.match != 1 and entry.learner:
            code = 300 if entry.match == 0 else 301
            saved = [
                later
                for later, record in journal.saved()
                if later.number > entry.number and record.npi == entry.learner.npi
            ]
            again = [
                later
                for later in journal.after(entry)
                if later.match == 1 and later.learner and later.learner.npi == entry.learner.npi
            ]
            if saved and not again:
                yield code, bad(f"A match answered {entry.match}, and yet a completion was submitted.", entry.number)
            else:
                yield code, good(f"A match answered {entry.match}, and nothing was submitted.", entry.number)
    for entry in journal.own:
        if entry.question and any(told.get("status") == "Rejected" for told in entry.verdict.get("records", ())):
            yield 310, good("The client read that a board had rejected the record.", entry.number)
