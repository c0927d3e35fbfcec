"""The SaveActivity message by which `pars.activity()` registers a course, as a client would."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # only builds
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FIRST_TYPES = {
    "ABA": "Lifelong Learning",
    "ABIM": "Medical Knowledge",
    "ABOHNS": "Self-Assessment",
    "ABOS": "Self-Assessment",
    "ABP": "Lifelong Learning and Self-Assessment",
    "ABPATH": "Lifelong Learning",
    "ABS": "Self-Assessment",
    "ABTS": "Self-Assessment",
}
"""An MOC credit type that each board gives (D22), for tests that do not care which."""


@dataclass(slots=True)
class Registration:
    """What to register. `moc` maps boards to points, or to a credit type and points."""

    course_id: str
    title: str
    credits: float | str
    starts: str
    ends: str
    claim_by: str
    activity_format: str
    moc: Mapping[str, Any] = field(default_factory=dict)


def message(account: Mapping[str, str], wanted: Registration) -> bytes:
    """The whole SubmitMessage."""
    envelope = ET.Element("SubmitMessage", {"xmlns": "http://schemas.datacontract.org/2004/07/BLL.Service"})
    for name, key in (("User", "user"), ("Password", "password"), ("ProviderId", "provider_id")):
        ET.SubElement(envelope, name).text = account[key]
    names = {
        "xmlns": "http://ns.medbiq.org/metrics/v2/",
        "xmlns:accme": "http://docs.accme.org/schemas/ACCMEActivities/v3/",
        "xmlns:ex": "http://www.accme.org/ACCMEActivityExtension/v3",
        "xmlns:lom": "http://ltsc.ieee.org/xsd/LOM",
        "xmlns:hx": "http://ns.medbiq.org/lom/extend/v1/",
    }
    root = ET.SubElement(ET.SubElement(envelope, "Data"), "accme:ACCMEActivities", names)
    metrics = ET.SubElement(root, "MedicalEducationMetrics")
    _add(metrics, "ReportDescription", ReportingStartDate=wanted.starts, ReportingEndDate=wanted.ends)
    lom = ET.SubElement(metrics, "lom:lom")
    general = ET.SubElement(lom, "lom:general")
    _add(general, "lom:identifier", **{"lom:catalog": "Provider Activity ID", "lom:entry": wanted.course_id})
    _add(general, "lom:title", **{"lom:string": wanted.title})
    _add_education(lom, wanted)
    more = _add(metrics, "XtensibleInfo", **{"ex:CreditClaimDate": wanted.claim_by})
    _add_moc(more, wanted.moc)
    ET.SubElement(more, "ex:activityRecordAction").text = "Add"
    written: bytes = ET.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return written


def _add_education(lom: ET.Element, wanted: Registration) -> None:
    education = ET.SubElement(ET.SubElement(lom, "hx:healthcareMetadata"), "hx:healthcareEducation")
    _add(
        education,
        "hx:credits",
        **{"hx:activityCertification": "AMA PRA Category 1", "hx:numberOfCredits": str(wanted.credits)},
    )
    ET.SubElement(education, "hx:startDateTime").text = wanted.starts
    ET.SubElement(education, "hx:endDateTime").text = wanted.ends
    ET.SubElement(education, "hx:activitySponsorship").text = "direct"
    _add(education, "hx:activityFormat", **{"lom:string": wanted.activity_format})
    ET.SubElement(education, "hx:commercialSupport").text = "no"


def _add_moc(more: ET.Element, moc: Mapping[str, Any]) -> None:
    if not moc:
        return
    registrations = ET.SubElement(more, "ex:MOCRegistrations")
    for board, points in moc.items():
        kind, amount = points if isinstance(points, tuple) else (FIRST_TYPES[board.upper()], points)
        values = {"ex:boardName": board, "ex:mocPoints": str(amount), "ex:MOCCreditType": kind}
        if board == "ABOS":
            values["ex:DiplomateID"] = "95001"  # any; without one PARS answers 322
        _add(registrations, "ex:MOCRegistration", **values)


def _add(parent: ET.Element, tag: str, **texts: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    for name, text in texts.items():
        ET.SubElement(element, name).text = text
    return element
