"""Reading answers: by local names, so that a prefix or namespace of another kind does no harm; never a DOCTYPE."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # TreeBuilder and Element only: parsing is expat's, under our own rules
from collections.abc import Iterator
from datetime import date
from xml.parsers import expat

from mockpars.client.errors import Fault, FaultDetail
from mockpars.client.results import Accepted, Delivery, LearnerStatus, Problem, Rejected


class NotAnAnswer(Exception):
    """What came is not XML as PARS writes it."""


def parse(body: bytes) -> ET.Element:
    """The root of an answer, with namespaces taken off. Raises NotAnAnswer, also for a document type declaration."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise NotAnAnswer("it has a document type declaration, which PARS never sends")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: builder.start(name.rpartition("\n")[2], {})
    parser.EndElementHandler = lambda name: builder.end(name.rpartition("\n")[2])
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotAnAnswer(f"it is not whole, well-formed XML ({error})") from None
    return builder.close()


def read_match(root: ET.Element) -> int:
    """The integer of a match (L2). Raises NotAnAnswer."""
    value = (root.text or "").strip()
    if len(root) or not re.fullmatch(r"\d{1,9}", value, re.ASCII):
        raise NotAnAnswer("a match should be answered with a single integer")
    return int(value)


def read_saved_learner(root: ET.Element) -> Accepted | Rejected:
    """What became of the one learner record that was sent (L4). Raises NotAnAnswer."""
    return _read_saved(_expect(root, "SaveLearnerActivityResponse"), "LearnerRecord")


def read_saved_activity(root: ET.Element) -> Accepted | Rejected:
    """What became of the one activity that was sent (A1). Raises NotAnAnswer."""
    return _read_saved(_expect(root, "SaveActivityResponse"), "Activity")


def read_activity(root: ET.Element) -> Accepted | Rejected:
    """The ID of a stored activity, or why there is none (A5). Raises NotAnAnswer."""
    return _read_saved(_expect(root, "GetActivityResponse"), "Activity")


def read_status(root: ET.Element) -> LearnerStatus:
    """Where a learner record stands (L6). Raises NotAnAnswer."""
    _expect(root, "LearnerStatusResponse")
    deliveries = tuple(
        Delivery(_text(entry, "Destination"), _text(entry, "Kind"), _text(entry, "Status"), _problems(entry))
        for entry in root.iter("Delivery")
    )
    status = _text(root, "Status")
    if status not in ("Submitted", "Transmitted", "Approved", "Rejected"):
        raise NotAnAnswer(f"a status of {status[:40]!r} is not one that PARS has")
    return LearnerStatus(
        credit_id=_text(root, "CreditId"),
        status=status,
        activity_id=_text(root, "AccmeActivityID") or None,
        problems=_problems(root),
        deliveries=deliveries,
        completed_on=_date(_text(root, "CompletionDate")),
    )


def read_fault(operation: str, http_status: int, body: bytes) -> Fault | None:
    """The fault in an answer; None when there is none, as in the answers of a gateway."""
    try:
        root = parse(body)
    except NotAnAnswer:
        return None
    if root.tag != "Fault":
        return None
    details = tuple(
        FaultDetail(_text(entry, "Problem"), _text(entry, "Expected"), _text(entry, "Path"), _line(entry))
        for entry in root.iter("Detail")
    )
    return Fault(operation, http_status, _text(root, "Code"), _text(root, "Reason"), _text(root, "Fix"), details)


def _expect(root: ET.Element, name: str) -> ET.Element:
    if root.tag != name:
        raise NotAnAnswer(f"{name} should have come, not {root.tag[:60]}")
    return root


def _read_saved(root: ET.Element, entry_name: str) -> Accepted | Rejected:
    entry = next(root.iter(entry_name), root)
    result = _text(entry, "Result") or _text(root, "Result")
    activity_id = _text(entry, "AccmeActivityID") or None
    if result == "Accepted":
        return Accepted(activity_id, _text(entry, "CreditId") or None, _text(entry, "Status") or None)
    if result == "Rejected":
        return Rejected(_problems(entry) or _problems(root), activity_id)
    raise NotAnAnswer(f"a result of {result[:40]!r} is neither Accepted nor Rejected")


def _problems(parent: ET.Element) -> tuple[Problem, ...]:
    """The errors of an element itself, not of what lies deeper in it."""
    return tuple(
        Problem(int(code), _text(error, "Message"), _text(error, "Fix"), _text(error, "Field"))
        for errors in parent.findall("Errors")
        for error, code in _coded(errors)
    )


def _coded(errors: ET.Element) -> Iterator[tuple[ET.Element, str]]:
    for error in errors.findall("Error"):
        code = _text(error, "Code")
        if not re.fullmatch(r"\d{1,6}", code, re.ASCII):
            raise NotAnAnswer(f"an error code of {code[:20]!r} is no number")
        yield error, code


def _text(parent: ET.Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _line(detail: ET.Element) -> int | None:
    text = _text(detail, "Line")
    return int(text) if text.isascii() and text.isdigit() else None
