"""Messages to PARS, written from what a form holds; the same XML a client would send, and judged as such."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from mockpars.domain.clock import central_date
from mockpars.domain.model import Activity, Credit, Physician
from mockpars.service.learners import reporting_window
from mockpars.service.sandbox import Sandbox
from mockpars.wire.names import ACCME, AR, BLL, EX, HX, LOM, MEMS

SAMPLE_ACTIVITY = "AMC-HIPAA-2025-V4"
"""The Provider Activity ID of the reference's own sample (A2)."""
AMA = "AMA PRA Category 1 Credit"


@dataclass(frozen=True, slots=True)
class LearnerDraft:
    """An ar:LearnerRecord to be; everything is text, since wrong values are what the studio is for."""

    first: str
    last: str
    born: str
    npi: str
    activity_id: str | None
    completed: str
    credits: tuple[Credit, ...] = ()
    provider_activity_id: str | None = None
    provider_id: str | None = None
    action: str | None = None

    @classmethod
    def of(
        cls,
        who: Physician,
        activity_id: str,
        completed: str,
        credits: tuple[Credit, ...] = (),
        action: str | None = None,
    ) -> LearnerDraft:
        """A record of a physician that PARS knows."""
        born = who.date_of_birth.isoformat()
        return cls(who.first_name, who.last_name, born, who.npi, activity_id, completed, credits, action=action)


@dataclass(frozen=True, slots=True)
class RegistrationDraft:
    """An ex:MOCRegistration to be (A7)."""

    board: str
    points: str
    kind: str
    claim_by: str = ""
    diplomate_id: str = ""


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """A MedicalEducationMetrics to be, in the terms of the form."""

    name: str = ""
    title: str = ""
    starts: str = ""
    ends: str = ""
    claim_by: str = ""
    credits: str = "1.0"
    kind: str = "Internet Enduring Material"
    support: str = "no"
    closed: bool = False
    action: str = "Add"
    accme_id: str = ""
    registrations: tuple[RegistrationDraft, ...] = ()

    @classmethod
    def of(cls, found: Activity, support: str = "no") -> ActivityDraft:
        """What is registered, to be changed."""
        return cls(
            name=found.provider_activity_id,
            title=found.title,
            starts=found.starts_on.isoformat(),
            ends=found.ends_on.isoformat(),
            claim_by=found.credit_claim_by.isoformat(),
            credits=format(found.hours, "f"),
            kind=found.activity_format,
            support=support,
            closed=found.closed,
            action="Update",
            accme_id=str(found.id),
            registrations=tuple(
                RegistrationDraft(
                    entry.board,
                    entry.points,
                    entry.credit_types[0] if entry.credit_types else "",
                    entry.credit_claim_by.isoformat() if entry.credit_claim_by else "",
                    entry.diplomate_id or "",
                )
                for entry in found.registrations
            ),
        )


def learner_message(sandbox: Sandbox, drafts: Iterable[LearnerDraft]) -> str:
    """A SaveLearnerActivity message."""
    inner = "".join(_record(draft) for draft in drafts)
    return wrap(sandbox, f'<ar:ACCMELearnerRecords xmlns:ar="{AR}">{inner}</ar:ACCMELearnerRecords>')


def match_message(sandbox: Sandbox, who: Physician) -> str:
    """A LearnerMatchRequest message."""
    draft = LearnerDraft.of(who, "", "")
    return wrap(sandbox, f'<ar:LearnerMatchRequest xmlns:ar="{AR}">{_identity(draft)}</ar:LearnerMatchRequest>')


def activity_message(sandbox: Sandbox, draft: ActivityDraft) -> str:
    """A SaveActivity message."""
    return wrap_activities(sandbox, _activity(draft))


def wrap_activities(sandbox: Sandbox, inner: str) -> str:
    """A SaveActivity message around MedicalEducationMetrics elements."""
    return wrap(sandbox, f'<accme:ACCMEActivities xmlns:accme="{ACCME}">{inner}</accme:ACCMEActivities>')


def sample_activity(sandbox: Sandbox) -> str:
    """The reference's activity, moved to the sandbox's year."""
    year = central_date(sandbox.now).year
    draft = ActivityDraft(
        name=SAMPLE_ACTIVITY,
        title="HIPAA Privacy and Security for Physicians",
        starts=f"{year}-01-01",
        ends=f"{year}-12-31",
        claim_by=f"{year}-12-31",
        registrations=(RegistrationDraft("ABIM", "1.0", "Medical Knowledge"),),
    )
    return activity_message(sandbox, draft)


def happy_path(sandbox: Sandbox, who: Physician, activity: Activity) -> LearnerDraft:
    """A completion that nothing is wrong with, where there can be one."""
    completed = good_date(sandbox, activity).isoformat()
    credits = (Credit(AMA, format(activity.hours, "f")),)
    return LearnerDraft.of(who, str(activity.id), completed, credits)


def good_date(sandbox: Sandbox, activity: Activity) -> date:
    """Today where the activity takes it, else the nearest day that it and the reporting window take (L5, L13)."""
    today = central_date(sandbox.now)
    opens, closes = reporting_window(today)
    first, last = max(activity.starts_on, opens), min(activity.credit_claim_by, closes)
    return min(max(today, first), max(first, last))


def board_credit(activity: Activity, who: Physician, board: str) -> Credit:
    """Credit of a board, as the activity is registered for it and the physician is known there."""
    found = activity.registration(board)
    kind = found.credit_types[0] if found and found.credit_types else "Medical Knowledge"
    return Credit(kind, found.points if found else "1.0", board, who.diplomate_id(board))


def wrap(sandbox: Sandbox, data: str) -> str:
    """A SubmitMessage of this sandbox's account around an operation's own document."""
    world = sandbox.world
    return (
        f'<SubmitMessage xmlns="{BLL}">{_element("User", world.user)}{_element("Password", world.password)}'
        f"{_element('ProviderId', world.provider_id)}<Data>{data}</Data></SubmitMessage>"
    )


def _element(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _filled(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _identity(draft: LearnerDraft) -> str:
    return (
        _element("ar:FirstName", draft.first)
        + _element("ar:LastName", draft.last)
        + _element("ar:DateOfBirth", draft.born)
        + _element("ar:MedicalEducationNumber", draft.npi)
    )


def _record(draft: LearnerDraft) -> str:
    credits = "".join(
        f"<ar:Credit>{_element('ar:CreditType', entry.credit_type)}{_element('ar:CreditAmount', entry.amount)}"
        f"{_element('ar:CertifyingBoard', entry.board)}{_element('ar:CertifyingBoardID', entry.board_id)}</ar:Credit>"
        for entry in draft.credits
    )
    return (
        f"<ar:LearnerRecord>{_identity(draft)}{_element('ar:ProviderID', draft.provider_id)}"
        f"{_element('ar:ProviderActivityID', draft.provider_activity_id)}"
        f"{_element('ar:AccmeActivityID', draft.activity_id)}{_element('ar:CompletedDateTime', draft.completed)}"
        f"{f'<ar:Credits>{credits}</ar:Credits>' if credits else ''}"
        f"{_element('ar:LearnerRecordAction', draft.action)}</ar:LearnerRecord>"
    )


def _activity(draft: ActivityDraft) -> str:
    ids = _identifier("Provider Activity ID", draft.name) + _identifier("ACCME Activity ID", draft.accme_id)
    year = draft.starts[:4] if draft.starts[:4].isdigit() else "2026"
    boards = "".join(_registration(entry) for entry in draft.registrations)
    return (
        f'<m:MedicalEducationMetrics xmlns:m="{MEMS}" xmlns:lom="{LOM}" xmlns:hx="{HX}" xmlns:ex="{EX}">'
        f"<m:ReportDescription>{_element('m:ReportingStartDate', year)}{_element('m:ReportingEndDate', year)}"
        f"</m:ReportDescription><lom:lom><lom:general>{ids}"
        f"<lom:title>{_element('lom:string', draft.title)}</lom:title></lom:general>"
        "<hx:healthcareMetadata><hx:healthcareEducation><hx:credits>"
        "<hx:activityCertification>AMA PRA Category 1</hx:activityCertification>"
        f"{_element('hx:numberOfCredits', draft.credits)}</hx:credits>"
        f"{_element('hx:startDateTime', draft.starts)}{_element('hx:endDateTime', draft.ends)}"
        "<hx:activitySponsorship>direct</hx:activitySponsorship>"
        f"<hx:activityFormat>{_element('lom:string', draft.kind)}</hx:activityFormat>"
        f"{_filled('hx:commercialSupport', draft.support)}"
        "</hx:healthcareEducation></hx:healthcareMetadata></lom:lom>"
        f"<m:XtensibleInfo>{_filled('ex:CreditClaimDate', draft.claim_by)}"
        f"{f'<ex:MOCRegistrations>{boards}</ex:MOCRegistrations>' if boards else ''}"
        f"{_element('ex:activityRecordAction', draft.action)}"
        f"{_element('ex:closeActivityRecord', 'true' if draft.closed else 'false')}"
        "</m:XtensibleInfo></m:MedicalEducationMetrics>"
    )


def _identifier(catalog: str, entry: str) -> str:
    if not entry:
        return ""
    return f"<lom:identifier>{_element('lom:catalog', catalog)}{_element('lom:entry', entry)}</lom:identifier>"


def _registration(entry: RegistrationDraft) -> str:
    return (
        f"<ex:MOCRegistration>{_element('ex:boardName', entry.board)}{_element('ex:mocPoints', entry.points)}"
        f"{_element('ex:MOCCreditType', entry.kind)}{_filled('ex:CreditClaimDate', entry.claim_by)}"
        f"{_filled('ex:DiplomateID', entry.diplomate_id)}</ex:MOCRegistration>"
    )
