"""Where something stands in a document, in words for people; worked out only when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from lxml import etree

from mockpars.domain.model import Locate, Place
from mockpars.wire.names import readable


def path_of(element: etree._Element) -> str:
    """The path of an element, as in SubmitMessage/Data/ar:ACCMELearnerRecords/ar:LearnerRecord[2]."""
    steps = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        step = readable(str(node.tag))
        twins = [child for child in parent if child.tag == node.tag] if parent is not None else []
        steps.append(f"{step}[{twins.index(node) + 1}]" if len(twins) > 1 else step)
        node = parent
    return "/".join(reversed(steps))


def line_of(element: etree._Element) -> int | None:
    """The line an element stands in, counted from 1."""
    return cast("int | None", element.sourceline)  # the stubs say Any or int; lxml answers None for built elements


def locator(record: etree._Element, tags: Mapping[str, str]) -> Locate:
    """Finds fields in a record by their domain names; `credit/2/amount` is a field of its second Credit."""

    def locate(field: str) -> Place:
        scope, name = record, field
        if field.startswith("credit/"):
            _, position, name = field.split("/")
            scope = _nth(record, tags["credit"], int(position))
        found = next(scope.iter(tags[name]), None) if name in tags else None
        element = scope if found is None else found
        return Place(path_of(element), line_of(element))

    return locate


def _nth(record: etree._Element, tag: str, position: int) -> etree._Element:
    for count, element in enumerate(record.iter(tag), 1):
        if count == position:
            return element
    return record
