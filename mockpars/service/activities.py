"""Registering, changing, deleting and reading activities (A1 to A10)."""

from __future__ import annotations

from collections.abc import Sequence

from mockpars.domain.accepted import MOC_CREDIT_TYPES, QUARTER
from mockpars.domain.facts import ActivityFacts, EnvelopeFacts, RegistrationFacts, TargetFacts
from mockpars.domain.judge import forced, judge
from mockpars.domain.model import Activity, ActivitySubmission, LearnerSubmission, MocRegistration, nowhere
from mockpars.domain.rejection import Finding
from mockpars.domain.results import ActivityResult
from mockpars.domain.rules.activity import ACTIVITY, REGISTRATION, TARGET
from mockpars.domain.rules.envelope import ENVELOPE
from mockpars.domain.rules.identity import LOOKUP
from mockpars.domain.vocabulary import number
from mockpars.service.sandbox import Sandbox, as_activity_id, name_activity
from mockpars.service.scenarios import Scenarios, Subject

ACTIVITY_CODES = frozenset({100, 101, 102, 103, 104, 105, 200, 302, 322})
"""The codes SaveActivity can answer (A4, A10); a scenario forces only what its operation can answer."""


def judge_provider(
    sandbox: Sandbox, provider_id: str, submission: ActivitySubmission | LearnerSubmission | None = None
) -> tuple[Finding, ...]:
    """The provider stage: 100 unless it is the sandbox's own (T7). `submission` may tell where it stands."""
    facts = EnvelopeFacts(provider_id=provider_id, issued_provider_id=sandbox.world.provider_id)
    return judge(ENVELOPE, facts, submission.locate if submission else nowhere)


def save_activities(
    sandbox: Sandbox, provider_id: str, submissions: Sequence[ActivitySubmission], scenarios: Scenarios
) -> list[ActivityResult]:
    """Judges and stores each activity on its own, in order."""
    refused = judge_provider(sandbox, provider_id)
    if refused:
        return [_refusal(entry, refused) for entry in submissions]
    return [_save(sandbox, entry, scenarios) for entry in submissions]


def get_activity(
    sandbox: Sandbox, activity_id: str | None, provider_activity_id: str | None
) -> tuple[Activity | None, str, tuple[Finding, ...]]:
    """The stored activity and its XML, or the finding that there is none (A5, D3)."""
    found = sandbox.activity(activity_id, provider_activity_id)
    if found is None:
        named = name_activity(activity_id, provider_activity_id)
        return None, "", judge(LOOKUP, TargetFacts("Get", False, named))
    return found, sandbox.store.activities.document(sandbox.world.id, found.id), ()


def _save(sandbox: Sandbox, sent: ActivitySubmission, scenarios: Scenarios) -> ActivityResult:
    if sent.provider_id is not None:
        refused = judge_provider(sandbox, sent.provider_id, sent)
        if refused:
            return _refusal(sent, refused)
    about = Subject(activities=(sent.provider_activity_id, sent.activity_id))
    wish = scenarios.forcing(about, ACTIVITY_CODES)
    if wish is not None and wish.kind.code is not None:
        return _refusal(sent, (forced(wish.kind.code, wish.name),))
    existing = _existing(sandbox, sent)
    named = name_activity(sent.activity_id, sent.provider_activity_id)
    is_new = sent.action == "Add" and sent.activity_id is None
    findings = judge(TARGET, TargetFacts(sent.action, is_new or existing is not None, named), sent.locate)
    if not findings and sent.action != "Delete":
        findings = _judge_activity(sent)
    if findings:
        return _refusal(sent, findings)
    with sandbox.store.transaction():
        number_given = existing.id if existing else sandbox.store.worlds.take_activity(sandbox.world.id)
        if sent.action == "Delete":
            sandbox.store.activities.delete(sandbox.world.id, number_given, sandbox.now)
        else:
            stored = _activity(number_given, sent, existing)
            sandbox.store.activities.save(sandbox.world.id, stored, sent.document, sandbox.now)
    return ActivityResult(sent.action, sent.provider_activity_id, number_given)


def _existing(sandbox: Sandbox, sent: ActivitySubmission) -> Activity | None:
    """The activity a message acts on. By its ACCME ID it may be given another, free Provider Activity ID."""
    by_name = sandbox.activity(None, sent.provider_activity_id)
    if sent.activity_id is None:
        return by_name
    wanted = as_activity_id(sent.activity_id)
    by_id = None if wanted is None else sandbox.store.activities.find(sandbox.world.id, wanted)
    if by_id is None or by_name is None or by_name.id == by_id.id:
        return by_id
    return None


def _judge_activity(sent: ActivitySubmission) -> tuple[Finding, ...]:
    facts = ActivityFacts(
        starts_on=sent.starts_on,
        ends_on=sent.ends_on,
        credit_claim_by=sent.credit_claim_by,
        credit_type=sent.credit_type,
        credit_amount=sent.credit_amount,
        credit_step=QUARTER,
        activity_format=sent.activity_format,
        commercial_support=sent.commercial_support,
    )
    findings = judge(ACTIVITY, facts, sent.locate)
    for registration in sent.registrations:
        findings += judge(REGISTRATION, _registration_facts(registration), sent.locate)
    return findings


def _registration_facts(registration: MocRegistration) -> RegistrationFacts:
    known = MOC_CREDIT_TYPES.get(registration.board, ())
    unknown = [entry or "(empty)" for entry in registration.credit_types if entry not in known]
    return RegistrationFacts(
        board=registration.board,
        points=registration.points,
        point_step=QUARTER,
        credit_types=", ".join(registration.credit_types),
        unknown_credit_types=", ".join(unknown),
        known_credit_types=", ".join(known),
        diplomate_id=registration.diplomate_id,
    )


def _activity(number_given: int, sent: ActivitySubmission, existing: Activity | None) -> Activity:
    hours = number(sent.credit_amount)
    if hours is None:
        raise AssertionError("rule 102 lets only numbers pass")
    return Activity(
        id=number_given,
        provider_activity_id=sent.provider_activity_id or (existing.provider_activity_id if existing else ""),
        title=sent.title,
        starts_on=sent.starts_on,
        ends_on=sent.ends_on,
        credit_claim_by=sent.credit_claim_by or sent.ends_on,
        credit_type=sent.credit_type,
        hours=hours,
        activity_format=sent.activity_format,
        registrations=sent.registrations,
        closed=sent.closed,
    )


def _refusal(sent: ActivitySubmission, findings: tuple[Finding, ...]) -> ActivityResult:
    activity_id = as_activity_id(sent.activity_id) if sent.activity_id else None
    return ActivityResult(sent.action, sent.provider_activity_id, activity_id, findings)
