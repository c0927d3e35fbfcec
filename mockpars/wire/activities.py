"""Activity messages: from MedicalEducationMetrics to what is claimed, and the stored document back (A2 to A7)."""

from __future__ import annotations

from lxml import etree

from mockpars.domain.model import ActivitySubmission, MocRegistration
from mockpars.errors import Detail, SchemaInvalid
from mockpars.immutable import immutable
from mockpars.wire.dates import plain_date
from mockpars.wire.names import ACCME, ACTIVITIES, EX, HX, LOM, METRICS
from mockpars.wire.places import line_of, locator, path_of

PROVIDER_CATALOG = "Provider Activity ID"
ACCME_CATALOG = "ACCME Activity ID"

_GENERAL = f"{{{LOM}}}lom/{{{LOM}}}general"
_EDUCATION = f"{{{LOM}}}lom/{{{HX}}}healthcareMetadata/{{{HX}}}healthcareEducation"
_CREDITS = f"{{{HX}}}credits"

WIRE_NAMES: dict[str, str] = {
    "provider_id": f"{{{EX}}}ProviderID",
    "is_registered": f"{{{LOM}}}identifier",
    "starts_on": f"{{{HX}}}startDateTime",
    "credit_amount": f"{{{HX}}}numberOfCredits",
    "activity_format": f"{{{HX}}}activityFormat",
    "commercial_support": f"{{{HX}}}commercialSupport",
    "credit_claim_by": f"{{{EX}}}CreditClaimDate",
    "points": f"{{{EX}}}mocPoints",
    "unknown_credit_types": f"{{{EX}}}MOCCreditType",
    "diplomate_id": f"{{{EX}}}MOCRegistrations",
}
"""Which element of an activity each judged fact is about."""


@immutable
class ActivityQuestion:
    """GetActivity's question: one of the two IDs, or both (A5, D15)."""

    activity_id: str | None
    provider_activity_id: str | None


def read_submissions(payload: etree._Element) -> list[ActivitySubmission]:
    """Reads every activity of a message, in order. Raises SchemaInvalid for one that nothing identifies."""
    return [_submission(metrics) for metrics in payload.iterchildren(METRICS)]


def read_question(payload: etree._Element) -> ActivityQuestion:
    """Reads GetActivity's question."""
    return ActivityQuestion(
        _text(payload, f"{{{ACCME}}}AccmeActivityID"), _text(payload, f"{{{ACCME}}}ProviderActivityID")
    )


def stored_document(text: str, activity_id: int) -> str:
    """The activity as it was sent, with the ID that PARS gave it among its identifiers (A5)."""
    metrics = etree.fromstring(text)
    general = metrics.find(_GENERAL)
    if general is None:
        raise AssertionError("every stored activity passed the schema")
    for identifier in general.findall(f"{{{LOM}}}identifier"):
        if (identifier.findtext(f"{{{LOM}}}catalog") or "").strip() == ACCME_CATALOG:
            general.remove(identifier)
    added = etree.Element(f"{{{LOM}}}identifier")
    etree.SubElement(added, f"{{{LOM}}}catalog").text = ACCME_CATALOG
    etree.SubElement(added, f"{{{LOM}}}entry").text = str(activity_id)
    general.insert(0, added)
    root = etree.Element(ACTIVITIES, nsmap={"accme": ACCME})
    root.append(metrics)
    return etree.tostring(root, encoding="unicode")


def _submission(metrics: etree._Element) -> ActivitySubmission:
    general, education = metrics.find(_GENERAL), metrics.find(_EDUCATION)
    extension = metrics[-1]  # the schema ends an activity with XtensibleInfo
    if general is None or education is None:
        raise AssertionError("the schema demands both")
    identifiers = {
        _text(entry, f"{{{LOM}}}catalog"): _text(entry, f"{{{LOM}}}entry")
        for entry in general.iterchildren(f"{{{LOM}}}identifier")
    }
    action = (_text(extension, f"{{{EX}}}activityRecordAction") or "Add").capitalize()
    _check_identified(general, identifiers, action)
    claim_by = _text(extension, f"{{{EX}}}CreditClaimDate")
    return ActivitySubmission(
        action=action,
        provider_activity_id=identifiers.get(PROVIDER_CATALOG) or "",
        activity_id=identifiers.get(ACCME_CATALOG),
        title=_text(general, f"{{{LOM}}}title/{{{LOM}}}string") or "",
        starts_on=plain_date(_text(education, f"{{{HX}}}startDateTime") or ""),
        ends_on=plain_date(_text(education, f"{{{HX}}}endDateTime") or ""),
        credit_claim_by=plain_date(claim_by) if claim_by else None,
        credit_type=_text(education, f"{_CREDITS}/{{{HX}}}activityCertification") or "",
        credit_amount=_text(education, f"{_CREDITS}/{{{HX}}}numberOfCredits") or "",
        activity_format=_text(education, f"{{{HX}}}activityFormat/{{{LOM}}}string") or "",
        commercial_support=_text(education, f"{{{HX}}}commercialSupport"),
        registrations=tuple(_registration(entry) for entry in extension.iter(f"{{{EX}}}MOCRegistration")),
        closed=_text(extension, f"{{{EX}}}closeActivityRecord") in ("true", "1"),
        document=etree.tostring(metrics, encoding="unicode", with_tail=False),
        provider_id=_text(extension, f"{{{EX}}}ProviderID"),
        locate=locator(metrics, WIRE_NAMES),
    )


def _check_identified(general: etree._Element, identifiers: dict[str | None, str | None], action: str) -> None:
    if identifiers.get(PROVIDER_CATALOG) or (action != "Add" and identifiers.get(ACCME_CATALOG)):
        return
    raise SchemaInvalid(
        "An activity is not identified.",
        f"Send a lom:identifier with lom:catalog {PROVIDER_CATALOG!r} and your ID in lom:entry.",
        [
            Detail(
                f"{action} names no {PROVIDER_CATALOG}",
                "a lom:identifier",
                line_of(general),
                path_of(general),
            )
        ],
    )


def _registration(element: etree._Element) -> MocRegistration:
    claim_by = _text(element, f"{{{EX}}}CreditClaimDate")
    return MocRegistration(
        board=(_text(element, f"{{{EX}}}boardName") or "").upper(),
        points=_text(element, f"{{{EX}}}mocPoints") or "",
        credit_types=tuple((entry.text or "").strip() for entry in element.iter(f"{{{EX}}}MOCCreditType")),
        credit_claim_by=plain_date(claim_by) if claim_by else None,
        diplomate_id=_text(element, f"{{{EX}}}DiplomateID"),
    )


def _text(element: etree._Element, path: str) -> str | None:
    found = element.findtext(path)
    return None if found is None else found.strip()
