"""The messages to PARS, built element by element so that every value is escaped (T5, A2, L1)."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # only builds here; answers are read by answers.py
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from mockpars.client.settings import ClientSettings
from mockpars.client.values import Completion, Course, Learner, MocRegistration

_BLL = "http://schemas.datacontract.org/2004/07/BLL.Service"
_AR = {"xmlns:ar": "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"}
_ACCME = {"xmlns:accme": "http://docs.accme.org/schemas/ACCMEActivities/v3/"}
_ACTIVITY = {
    "xmlns": "http://ns.medbiq.org/metrics/v2/",
    **_ACCME,
    "xmlns:ex": "http://www.accme.org/ACCMEActivityExtension/v3",
    "xmlns:lom": "http://ltsc.ieee.org/xsd/LOM",
    "xmlns:hx": "http://ns.medbiq.org/lom/extend/v1/",
}


class Messages:
    """Makes the messages of one account."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings

    def match(self, learner: Learner) -> bytes:
        """LearnerMatchRequest."""
        root = ET.Element("ar:LearnerMatchRequest", _AR)
        _add_identity(root, learner)
        return self._submit(root)

    def save_learner(self, completion: Completion, activity_id: str, today: date) -> bytes:
        """SaveLearnerActivity with one record; dates are dates (L12)."""
        record = self._record(completion.learner, completion.course.course_id, activity_id)
        _add(record, "ar:DateTimeCreated", today)
        _add(record, "ar:CompletedDateTime", completion.completed_on)
        credits = ET.SubElement(record, "ar:Credits")
        for claimed in completion.credits:
            credit = ET.SubElement(credits, "ar:Credit")
            _add(credit, "ar:CreditType", claimed.credit_type)
            _add(credit, "ar:CreditAmount", claimed.amount)
            _add(credit, "ar:CertifyingBoard", claimed.board)
            _add(credit, "ar:CertifyingBoardID", claimed.diplomate_id)
        return self._submit(_wrapped(record))

    def delete_learner(self, learner: Learner, course_id: str, activity_id: str, completed_on: date) -> bytes:
        """SaveLearnerActivity that deletes the learner's record of an activity (L10, L11)."""
        record = self._record(learner, course_id, activity_id)
        _add(record, "ar:CompletedDateTime", completed_on)
        _add(record, "ar:LearnerRecordAction", "Delete")
        return self._submit(_wrapped(record))

    def status_by_credit(self, credit_id: str) -> bytes:
        """GetLearnerStatusByCreditId."""
        root = ET.Element("ar:LearnerStatusByCreditIdRequest", _AR)
        _add(root, "ar:CreditId", credit_id)
        return self._submit(root)

    def status_by_learner(self, activity_id: str, born: date, completed_on: date, unique_id: str) -> bytes:
        """GetLearnerStatus (L9)."""
        root = ET.Element("ar:LearnerStatusRequest", _AR)
        _add(root, "ar:moduleID", activity_id)
        _add(root, "ar:BirthDate", born)
        _add(root, "ar:CompletionDate", completed_on)
        _add(root, "ar:UniqueID", unique_id)
        return self._submit(root)

    def get_activity(self, activity_id: str | None, course_id: str | None) -> bytes:
        """GetActivity, by PARS's ID or by ours (A5)."""
        root = ET.Element("accme:ActivityRequest", _ACCME)
        if activity_id is not None:
            _add(root, "accme:AccmeActivityID", activity_id)
        else:
            _add(root, "accme:ProviderActivityID", course_id)
        return self._submit(root)

    def save_activity(self, course: Course, action: str) -> bytes:
        """SaveActivity with one activity, shaped as the reference's sample (A2, A3)."""
        root = ET.Element("accme:ACCMEActivities", _ACTIVITY)
        metrics = ET.SubElement(root, "MedicalEducationMetrics")
        period = ET.SubElement(metrics, "ReportDescription")
        _add(period, "ReportingStartDate", date(course.starts_on.year, 1, 1))
        _add(period, "ReportingEndDate", date(course.starts_on.year, 12, 31))
        lom = ET.SubElement(metrics, "lom:lom")
        _add_general(lom, course)
        _add_education(lom, course)
        more = ET.SubElement(metrics, "XtensibleInfo")
        _add(more, "ex:CreditClaimDate", course.credit_claim_by)
        _add(more, "ex:ForPublicList", _boolean(course.on_public_list))
        _add_registrations(more, course.registrations)
        _add(more, "ex:activityRecordAction", action)
        _add(more, "ex:closeActivityRecord", "false")
        return self._submit(root, course.starts_on.year)

    def _record(self, learner: Learner, course_id: str, activity_id: str) -> ET.Element:
        record = ET.Element("ar:LearnerRecord")
        _add_identity(record, learner)
        _add(record, "ar:ProviderID", self._settings.provider_id)
        _add(record, "ar:ProviderActivityID", course_id)
        _add(record, "ar:AccmeActivityID", activity_id)
        return record

    def _submit(self, data: ET.Element, reporting_year: int | None = None) -> bytes:
        envelope = ET.Element("SubmitMessage", {"xmlns": _BLL})
        _add(envelope, "User", self._settings.user)
        _add(envelope, "Password", self._settings.password)
        _add(envelope, "ProviderId", self._settings.provider_id)
        _add(envelope, "ReportingYear", reporting_year)
        ET.SubElement(envelope, "Data").append(data)
        written: bytes = ET.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return written


def _wrapped(record: ET.Element) -> ET.Element:
    root = ET.Element("ar:ACCMELearnerRecords", _AR)
    root.append(record)
    return root


def _add(parent: ET.Element, name: str, value: str | date | Decimal | int | None) -> None:
    if value is not None:
        ET.SubElement(parent, name).text = format(value, "f") if isinstance(value, Decimal) else str(value)


def _add_identity(parent: ET.Element, learner: Learner) -> None:
    _add(parent, "ar:FirstName", learner.first_name)
    _add(parent, "ar:LastName", learner.last_name)
    _add(parent, "ar:DateOfBirth", learner.date_of_birth)
    _add(parent, "ar:MedicalEducationNumber", learner.npi)


def _add_general(lom: ET.Element, course: Course) -> None:
    general = ET.SubElement(lom, "lom:general")
    identifier = ET.SubElement(general, "lom:identifier")
    _add(identifier, "lom:catalog", "Provider Activity ID")
    _add(identifier, "lom:entry", course.course_id)
    _add(ET.SubElement(general, "lom:title"), "lom:string", course.title)


def _add_education(lom: ET.Element, course: Course) -> None:
    education = ET.SubElement(ET.SubElement(lom, "hx:healthcareMetadata"), "hx:healthcareEducation")
    credits = ET.SubElement(education, "hx:credits")
    _add(credits, "hx:activityCertification", "AMA PRA Category 1")
    _add(credits, "hx:numberOfCredits", course.credit_hours)
    _add(education, "hx:startDateTime", course.starts_on)
    _add(education, "hx:endDateTime", course.ends_on)
    _add(education, "hx:activitySponsorship", "direct")
    _add(ET.SubElement(education, "hx:activityFormat"), "lom:string", course.activity_format)
    _add(education, "hx:commercialSupport", "yes" if course.commercial_support else "no")


def _add_registrations(parent: ET.Element, registrations: Iterable[MocRegistration]) -> None:
    entries = list(registrations)
    if not entries:
        return
    all_of_them = ET.SubElement(parent, "ex:MOCRegistrations")
    for entry in entries:
        one = ET.SubElement(all_of_them, "ex:MOCRegistration")
        _add(one, "ex:boardName", entry.board)
        _add(one, "ex:mocPoints", entry.points)
        for kind in entry.credit_types:
            _add(one, "ex:MOCCreditType", kind)
        _add(one, "ex:CreditClaimDate", entry.credit_claim_by)
        _add(one, "ex:DiplomateID", entry.diplomate_id)


def _boolean(value: bool) -> str:
    return "true" if value else "false"
