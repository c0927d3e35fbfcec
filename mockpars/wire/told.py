"""What an answer of PARS tells, line by line: so that two answers can be compared without their numbers and words."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from mockpars.errors import BrokenRequest
from mockpars.wire.names import BLL, split
from mockpars.wire.safety import parse_xml

_RECORDS = {"LearnerRecord": "Learner record", "Activity": "Activity"}


def told(body: str) -> list[tuple[str, str]]:
    """Each thing an answer is about, and what became of it; nothing where it is no answer of PARS."""
    try:
        root = parse_xml(body.encode("utf-8", "replace"))
    except BrokenRequest:
        return []
    namespace, local = split(str(root.tag))
    if local == "int":
        return [("Matches", (root.text or "").strip())]
    if namespace != BLL:
        return []
    if local == "Fault":
        return list(_fault(root))
    if local == "LearnerStatusResponse":
        return list(_status(root))
    return list(_results(root))


def _fault(root: etree._Element) -> Iterator[tuple[str, str]]:
    yield "Fault", _text(root, "Code")
    paths = sorted({path.text or "" for path in root.iter(f"{{{BLL}}}Path")})
    if paths:
        yield "Where", ", ".join(paths)


def _results(root: etree._Element) -> Iterator[tuple[str, str]]:
    yield "Result", _text(root, "Result")
    own = root.find(f"{{{BLL}}}Errors")
    if own is not None and len(own):
        yield "Errors", _errors(root)
    for container in root:
        local = split(str(container.tag))[1]
        if local in ("LearnerRecords", "Activities"):
            for number, record in enumerate(container, 1):
                name = _RECORDS.get(split(str(record.tag))[1], "Entry")
                yield f"{name} {number}", _verdict(_text(record, "Result"), record)


def _status(root: etree._Element) -> Iterator[tuple[str, str]]:
    yield "Status", _verdict(_text(root, "Status"), root)
    for delivery in root.iter(f"{{{BLL}}}Delivery"):
        yield f"Delivery to {_text(delivery, 'Destination')}", _verdict(_text(delivery, "Status"), delivery)


def _verdict(word: str, element: etree._Element) -> str:
    errors = _errors(element)
    return f"{word}: {errors}" if errors else word


def _errors(element: etree._Element) -> str:
    found = element.find(f"{{{BLL}}}Errors")
    return ", ".join(_error(entry) for entry in found) if found is not None else ""


def _error(entry: etree._Element) -> str:
    field = _text(entry, "Field")
    return f"{_text(entry, 'Code')} ({field})" if field else _text(entry, "Code")


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{{{BLL}}}{name}") or "").strip()
