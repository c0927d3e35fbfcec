"""Matching learners, and accepting, rejecting and deleting their completions (L1 to L16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from mockpars.domain.accepted import AMA_PRA_CATEGORY_1
from mockpars.domain.clock import central_date
from mockpars.domain.facts import CompletionFacts, CreditFacts, DeletionFacts, IdentityFacts, LookupFacts
from mockpars.domain.judge import forced, judge
from mockpars.domain.model import (
    Activity,
    LearnerIdentity,
    LearnerRecord,
    LearnerSubmission,
    Physician,
    Place,
)
from mockpars.domain.rejection import Finding
from mockpars.domain.results import LearnerResult
from mockpars.domain.rules.completion import COMPLETION, CREDIT
from mockpars.domain.rules.identity import DELETION, IDENTITY, LOOKUP
from mockpars.domain.scenario import Scenario
from mockpars.domain.vocabulary import number
from mockpars.service.activities import judge_provider
from mockpars.service.deliveries import plan
from mockpars.service.sandbox import Sandbox, name_activity
from mockpars.service.scenarios import DECIDES, Scenarios, Subject

LEARNER_CODES = frozenset({100, 200, 300, 301, 302, 303, 304, 305, 306, 307, 322})
"""The codes SaveLearnerActivity can answer (L5, D6, D7, D17)."""
MATCH_CODES = frozenset({300, 301})
"""What a match's number can tell (L3)."""
_REMEMBERED = 4096
"""Verdicts, which take a tenth of a submission to reach."""


def match(sandbox: Sandbox, identity: LearnerIdentity, scenarios: Scenarios) -> int:
    """How many records of PARS the learner matches (L2, L3); reject-300 and reject-301 make it 0 and 2."""
    found = sandbox.matching(identity)
    wish = scenarios.forcing(Subject(found, (identity.npi,)), MATCH_CODES)
    if wish is not None:
        return 0 if wish.kind.code == 300 else 2
    return len(found)


def submit(
    sandbox: Sandbox, provider_id: str, submissions: Sequence[LearnerSubmission], scenarios: Scenarios
) -> list[LearnerResult]:
    """Judges and stores each learner record on its own, in order."""
    refused = judge_provider(sandbox, provider_id)
    if refused:
        return [LearnerResult(entry.delete, findings=refused) for entry in submissions]
    return [_submit(sandbox, provider_id, entry, scenarios) for entry in submissions]


def _submit(sandbox: Sandbox, provider_id: str, sent: LearnerSubmission, scenarios: Scenarios) -> LearnerResult:
    if sent.provider_id is not None and sent.provider_id != provider_id:  # the envelope's has been judged
        refused = judge_provider(sandbox, sent.provider_id, sent)
        if refused:
            return LearnerResult(sent.delete, findings=refused)
    found = sandbox.matching(sent.identity)
    about = Subject(found, (sent.identity.npi,), (sent.activity_id, sent.provider_activity_id))
    wish = scenarios.forcing(about, LEARNER_CODES)
    if wish is not None and wish.kind.code is not None:
        return LearnerResult(sent.delete, findings=(forced(wish.kind.code, wish.name),))
    findings = judge(IDENTITY, _identity_facts(sent.identity, found), sent.locate)
    if findings:
        return LearnerResult(sent.delete, findings=findings)
    physician = found[0]
    activity = sandbox.activity(sent.activity_id, sent.provider_activity_id)
    if activity is None:
        named = name_activity(sent.activity_id, sent.provider_activity_id)
        missing = judge(LOOKUP, LookupFacts(False, named), sent.locate)
        return LearnerResult(sent.delete, None, None, physician.id, missing)
    if sent.delete:
        return _delete(sandbox, sent, physician, activity)
    return _accept(sandbox, sent, physician, activity, scenarios, about)


def _identity_facts(identity: LearnerIdentity, found: list[Physician]) -> IdentityFacts:
    return IdentityFacts(
        matches=len(found),
        licences=len(found[0].licences) if found else 0,
        consent=found[0].consent if found else False,
        name=f"{identity.first_name} {identity.last_name}",
    )


def _accept(
    sandbox: Sandbox,
    sent: LearnerSubmission,
    physician: Physician,
    activity: Activity,
    scenarios: Scenarios,
    about: Subject,
) -> LearnerResult:
    world = sandbox.world.id
    findings = _judge_completion(sandbox, sent, activity, None)
    stored = None if findings else _store(sandbox, sent, physician, activity, scenarios.acting_on(about, DECIDES))
    if stored is None:
        earlier = sandbox.store.records.live(world, physician.id, activity.id)
        findings = _judge_completion(sandbox, sent, activity, earlier)
        return LearnerResult(False, None, activity.id, physician.id, findings)
    return LearnerResult(False, stored, activity.id, physician.id)


def _store(
    sandbox: Sandbox, sent: LearnerSubmission, physician: Physician, activity: Activity, wishes: list[Scenario]
) -> int | None:
    """Stores a completion unless there is one already; that the store decides, so that a race has one winner."""
    record = LearnerRecord(
        number=0,  # the store gives it
        activity_id=activity.id,
        physician_id=physician.id,
        completed_on=sent.completed_on,
        completed_as_sent=sent.completed_as_sent,
        credits=sent.credits,
        accepted_at=sandbox.now,
        deliveries=plan(sandbox, f"{activity.id}/{physician.id}", physician, sent.credits, wishes),
        journal_id=sandbox.exchange,
    )
    return sandbox.store.records.add(sandbox.world.id, record)


def _judge_completion(
    sandbox: Sandbox, sent: LearnerSubmission, activity: Activity, earlier: LearnerRecord | None
) -> tuple[Finding, ...]:
    completion = (
        sent.completed_on,
        sent.completed_as_sent,
        activity.starts_on,
        activity.credit_claim_by,
        central_date(sandbox.now),
        earlier.credit_id if earlier else None,
        bool(sent.credits),
        activity.hours,
    )
    findings: tuple[Finding, ...] = ()
    if _is_wrong_completion(*completion):
        findings = judge(COMPLETION, _completion_facts(*completion), sent.locate)
    for position, one in enumerate(sent.credits, 1):
        registered = _registered(activity, one.board)
        credit = (sent.completed_on, one.credit_type, one.amount, one.board, one.board_id, *registered)
        if _is_wrong_credit(*credit):
            findings += judge(CREDIT, _credit_facts(*credit), partial(_locate_credit, sent, position))
    return findings


# Most completions share with many others what is judged of them; so that is done once, and not for each of them.
@lru_cache(maxsize=_REMEMBERED)
def _is_wrong_completion(*completion: Any) -> bool:
    return bool(judge(COMPLETION, _completion_facts(*completion)))


@lru_cache(maxsize=_REMEMBERED)
def _is_wrong_credit(*credit: Any) -> bool:
    return bool(judge(CREDIT, _credit_facts(*credit)))


def _completion_facts(
    completed_on: date,
    completed_as_sent: str,
    starts_on: date,
    claim_by: date,
    today: date,
    earlier_credit_id: str | None,
    has_credits: bool,
    hours: Decimal,
) -> CompletionFacts:
    opens, closes = reporting_window(today)
    return CompletionFacts(
        completed_on=completed_on,
        completed_as_sent=completed_as_sent,
        activity_starts_on=starts_on,
        credit_claim_by=claim_by,
        window_opens_on=opens,
        window_closes_on=closes,
        today=today,
        earlier_credit_id=earlier_credit_id,
        has_credits=has_credits,
        hours=hours,
    )


def _locate_credit(sent: LearnerSubmission, position: int, field: str) -> Place:
    return sent.locate(f"credit/{position}/{field}")


_AMA_PRA_CATEGORY_1 = tuple(sorted(AMA_PRA_CATEGORY_1))
_Registered = tuple[Decimal | None, tuple[str, ...], date | None]
"""Amount, credit types, last day to claim."""


def _registered(activity: Activity, board: str | None) -> _Registered:
    """What an activity is registered for: credit of a board, or AMA PRA credit without one."""
    if board is None:
        return activity.hours, _AMA_PRA_CATEGORY_1, None
    found = activity.registration(board)
    return (None, (), None) if found is None else (number(found.points), found.credit_types, found.credit_claim_by)


def _credit_facts(
    completed_on: date,
    credit_type: str,
    amount: str,
    board: str | None,
    board_id: str | None,
    registered: Decimal | None,
    types: tuple[str, ...],
    claim_by: date | None,
) -> CreditFacts:
    return CreditFacts(
        amount=amount,
        registered_amount=registered,
        credit_type=credit_type,
        registered_types=", ".join(types) or "none",
        is_registered_type=credit_type in types,
        board=board,
        board_id=board_id,
        completed_on=completed_on,
        board_credit_claim_by=claim_by,
    )


def _delete(sandbox: Sandbox, sent: LearnerSubmission, physician: Physician, activity: Activity) -> LearnerResult:
    record = sandbox.store.records.live(sandbox.world.id, physician.id, activity.id)
    named = name_activity(sent.activity_id, sent.provider_activity_id)
    findings = judge(DELETION, DeletionFacts(record is not None, named), sent.locate)
    if record is None:
        return LearnerResult(True, None, activity.id, physician.id, findings)
    sandbox.store.records.delete(sandbox.world.id, record.number, sandbox.now)
    return LearnerResult(True, record.number, activity.id, physician.id)


@lru_cache(maxsize=64)
def reporting_window(today: date) -> tuple[date, date]:
    """The first and last day of completions that PARS takes on a day: year Y until March 31 of Y+2 (L13)."""
    first_year = today.year - 2 if (today.month, today.day) <= (3, 31) else today.year - 1
    return date(first_year, 1, 1), date(today.year, 12, 31)
