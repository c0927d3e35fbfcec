"""A message from one valid base and named changes: what a case says under `send`."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree
from mockpars.contract.expressions import Over, Scope, interpolate, show
from mockpars.contract.trouble import DataInvalid


class _Done(str):
    """Text whose expressions are put in already, so that they are not read twice."""

    __slots__ = ()


def build(base: str, send: Mapping[str, Any], scope: Scope) -> str:
    """The body's text (no XML declaration). Raises DataInvalid where a change has no place to happen."""
    root = xmltree.parse(base)
    for path, copies in send.get("repeat", {}).items():
        _repeat(root, path, copies, scope)
    _change(root, send, scope)
    for path, uri in send.get("namespace", {}).items():
        element = xmltree.find(root, path)
        element.tag = f"{{{uri}}}{xmltree.local(element.tag)}" if uri else xmltree.local(element.tag)
    for path, attributes in send.get("attributes", {}).items():
        for name, value in attributes.items():
            xmltree.find(root, path).set(name, _Done(_text(value, scope)))
    _fill(root, scope)
    return xmltree.write(root, send.get("prefixes"))


def replace(text: str, send: Mapping[str, Any], scope: Scope) -> str:
    """The literal replacements that come last. Raises DataInvalid where the old text does not occur."""
    for old, new in send.get("replace", {}).items():
        wanted = interpolate(old, scope)
        if wanted not in text:
            raise DataInvalid(f"replace: the message does not contain {wanted!r}.")
        text = text.replace(wanted, _text(new, scope))
    return text


def _change(root: ET.Element, changes: Mapping[str, Any], scope: Scope) -> None:
    for path, value in changes.get("set", {}).items():
        element = xmltree.find(root, path)
        for child in list(element):
            element.remove(child)
        element.text = _Done(_text(value, scope))
    for path in changes.get("remove", ()):
        found = xmltree.find_all(root, path)
        if not found:
            raise DataInvalid(f"remove: the message has no {path}.")
        for element in found:
            xmltree.parent_of(root, element).remove(element)
    for place, text in changes.get("add", {}).items():
        _add(root, place, _snippet(str(text), scope))
    for path, name in changes.get("rename", {}).items():
        element = xmltree.find(root, path)
        uri = xmltree.namespace(element.tag)
        element.tag = f"{{{uri}}}{name}" if uri else str(name)


def _add(root: ET.Element, place: str, new: list[ET.Element]) -> None:
    word, _, path = place.rpartition(" ")
    if not word:
        xmltree.find(root, path).extend(new)
        return
    if word not in ("before", "after"):
        raise DataInvalid(f"add: {place!r} is no place.", "Write Parent, 'before Name' or 'after Name'.")
    neighbour = xmltree.find(root, path)
    parent = xmltree.parent_of(root, neighbour)
    at = list(parent).index(neighbour) + (word == "after")
    for offset, element in enumerate(new):
        parent.insert(at + offset, element)


def _repeat(root: ET.Element, path: str, copies: Any, scope: Scope) -> None:
    model = xmltree.find(root, path)
    parent = xmltree.parent_of(root, model) if model is not root else None
    if parent is None:
        raise DataInvalid("repeat: the root cannot be repeated.")
    at = list(parent).index(model)
    parent.remove(model)
    for offset, changes in enumerate(_copies(copies)):
        element = copy.deepcopy(model)
        indexed = Over({"index": offset + 1}, scope)
        _change(element, changes, indexed)
        parent.insert(at + offset, element)


def _copies(copies: Any) -> list[Mapping[str, Any]]:
    if isinstance(copies, int):
        return [{}] * copies
    if isinstance(copies, Mapping):
        return [{"set": copies.get("set", {})}] * copies["times"]
    return list(copies)


def _snippet(text: str, scope: Scope) -> list[ET.Element]:
    # Read as XML first and filled in afterwards, so that a name with an ampersand stays text.
    found = xmltree.snippet(text)
    for element in found:
        _fill(element, scope)
        for inner in element.iter():
            inner.text = _Done(inner.text or "")
    return found


def _fill(root: ET.Element, scope: Scope) -> None:
    for element in xmltree.elements(root):
        if element.text and not isinstance(element.text, _Done):
            element.text = interpolate(element.text, scope)
        for name, value in element.items():
            if not isinstance(value, _Done):
                element.set(name, interpolate(value, scope))


def _text(value: object, scope: Scope) -> str:
    return interpolate(value, scope) if isinstance(value, str) else show(value)
