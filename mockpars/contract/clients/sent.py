"""What a client sent, read from the redacted texts of the journal: learner records, activities, questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree


@dataclass(frozen=True, slots=True)
class Record:
    """One learner record of a SaveLearnerActivity. `answered` says what PARS said of it, None where it never saw it."""

    npi: str
    name: str
    activity_id: str | None
    provider_activity_id: str | None
    completed: str
    dates: tuple[str, ...]
    amounts: tuple[str, ...]
    content: tuple[Any, ...]
    delete: bool = False
    birth_given: bool = True
    identity: str | None = None
    answered: str | None = None
    codes: tuple[int, ...] = ()
    forced: bool = False
    credit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """One activity of a SaveActivity."""

    provider_activity_id: str
    activity_id: str | None
    action: str
    dates: tuple[str, ...]
    content: str
    answered: str | None = None
    codes: tuple[int, ...] = ()
    forced: bool = False


def parsed(request: str) -> ET.Element | None:
    """The message as XML; None where it is none."""
    try:
        return xmltree.parse(request) if request.strip() else None
    except xmltree.NotXml:
        return None


def text_of(element: ET.Element, name: str) -> str:
    """The text of the first element of that local name beneath, empty where there is none."""
    return next(((found.text or "").strip() for found in named(element, name)), "")


def named(element: ET.Element, name: str) -> Iterable[ET.Element]:
    """Elements of a local name, in order."""
    return (found for found in xmltree.elements(element) if xmltree.local(found.tag) == name)


def records(root: ET.Element | None, verdict: Mapping[str, Any]) -> list[Record]:
    """The learner records of a message, with what PARS said of each."""
    if root is None:
        return []
    said = _said(verdict)
    return [_record(element, said(number)) for number, element in enumerate(named(root, "LearnerRecord"))]


def registrations(root: ET.Element | None, verdict: Mapping[str, Any]) -> list[Registration]:
    """The activities of a message, with what PARS said of each."""
    if root is None:
        return []
    said = _said(verdict)
    return [
        _registration(element, said(number)) for number, element in enumerate(named(root, "MedicalEducationMetrics"))
    ]


def identity(root: ET.Element | None, verdict: Mapping[str, Any]) -> Record | None:
    """The learner of a LearnerMatchRequest."""
    found = None if root is None else next(iter(named(root, "LearnerMatchRequest")), None)
    return None if found is None else _record(found, _said(verdict)(0))


def question(root: ET.Element | None, query: str) -> dict[str, str]:
    """What a status read asks for, by local name, whether it was POSTed or in the URL."""
    if root is None:
        return {name: values[0] for name, values in parse_qs(query).items()}
    return {xmltree.local(element.tag): (element.text or "").strip() for element in xmltree.elements(root)}


def _said(verdict: Mapping[str, Any]) -> Any:
    told: Sequence[Mapping[str, Any]] = verdict.get("records", ())
    return lambda number: told[number] if number < len(told) else {}


def _codes(said: Mapping[str, Any]) -> tuple[tuple[int, ...], bool]:
    findings = said.get("findings", ())
    forced = bool(findings) and all(str(finding["rule"]).startswith("scenario.") for finding in findings)
    return tuple(finding["code"] for finding in findings), forced


def _record(element: ET.Element, said: Mapping[str, Any]) -> Record:
    codes, forced = _codes(said)
    completed = text_of(element, "CompletedDateTime")
    name = f"{text_of(element, 'FirstName')} {text_of(element, 'LastName')}"
    amounts = tuple(text_of(credit, "CreditAmount") for credit in named(element, "Credit"))
    content = tuple(
        sorted(
            (text_of(c, "CreditType"), text_of(c, "CreditAmount"), text_of(c, "CertifyingBoard"))
            for c in named(element, "Credit")
        )
    )
    return Record(
        npi=text_of(element, "MedicalEducationNumber"),
        name=name,
        activity_id=text_of(element, "AccmeActivityID") or None,
        provider_activity_id=text_of(element, "ProviderActivityID") or None,
        completed=completed,
        dates=tuple(filter(None, (completed, text_of(element, "DateTimeCreated")))),
        amounts=amounts,
        content=(name, completed, content, said.get("identity")),
        delete=text_of(element, "LearnerRecordAction").lower() == "delete",
        birth_given=bool(text_of(element, "DateOfBirth")),
        identity=said.get("identity"),
        answered=said.get("result"),
        codes=codes,
        forced=forced,
        credit_id=said.get("credit_id"),
    )


_DATES = ("ReportingStartDate", "ReportingEndDate", "startDateTime", "endDateTime", "CreditClaimDate")


def _registration(element: ET.Element, said: Mapping[str, Any]) -> Registration:
    codes, forced = _codes(said)
    ids = {text_of(entry, "catalog").lower(): text_of(entry, "entry") for entry in named(element, "identifier")}
    return Registration(
        provider_activity_id=said.get("provider_activity_id") or ids.get("provider activity id", ""),
        activity_id=said.get("activity_id") or ids.get("accme activity id"),
        action=text_of(element, "activityRecordAction").lower() or "add",
        dates=tuple((date.text or "").strip() for name in _DATES for date in named(element, name)),
        content=ET.tostring(element, encoding="unicode"),
        answered=said.get("result"),
        codes=codes,
        forced=forced,
    )
