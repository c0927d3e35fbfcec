"""What the schemas say, as tables for messages to people: which children an element takes, and which values.

libxml2 tells what broke, but neither a type's name nor more than ten candidates, so the schemas are read
once more. Only refused messages need this; it is built on first use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

from mockpars.immutable import immutable
from mockpars.resources import data_path
from mockpars.wire.names import split

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
# Those that describe requests: answers reuse the envelope's namespace for other things.
_FILES: Final = (
    "types.xsd",
    "envelope.xsd",
    "activities.xsd",
    "metrics.xsd",
    "lom.xsd",
    "healthcare-lom.xsd",
    "activity-extension.xsd",
    "learner-records.xsd",
)


@immutable
class Value:
    """What a simple type takes: its local name, the words of its documentation, its enumeration if any."""

    type: str
    expected: str
    choices: tuple[str, ...] = ()


@immutable
class Child:
    """An element as a child of another: whether it must stand there, whether often, and its type's name."""

    required: bool
    repeats: bool
    type: str | None


@dataclass(slots=True)
class Outline:
    """`children` by parent and `values` by type, both under Clark names; built by `load`."""

    children: dict[str, dict[str, Child]] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)

    def value(self, parent: str | None, tag: str) -> Value | None:
        """Return what the element `tag` takes inside `parent`; None where it takes elements or is unknown."""
        child = self.children.get(parent or "", {}).get(tag)
        return self.values.get(child.type) if child and child.type else None

    def local_names(self) -> frozenset[str]:
        """Return the local name of every element of every request."""
        return frozenset(split(tag)[1] for children in self.children.values() for tag in children)


@cache
def outline() -> Outline:
    """Return the outline of the shipped schemas."""
    return load(data_path("xsd"))


def load(folder: Path) -> Outline:
    """Read the outline of the request schemas in a folder."""
    found = Outline()
    schemas = [etree.parse(str(folder / name)).getroot() for name in _FILES]
    globals_ = {_name(node): node for schema in schemas for node in schema if node.get("name")}
    for schema in schemas:
        for node in schema.iter(f"{_XS}simpleType"):
            found.values[_name(node)] = Value(
                node.get("name", ""),
                node.findtext(f"{_XS}annotation/{_XS}documentation", ""),
                tuple(each.get("value", "") for each in node.iter(f"{_XS}enumeration")),
            )
        for node in schema.iter(f"{_XS}complexType"):
            extension = node.find(f"{_XS}simpleContent/{_XS}extension")
            base = found.values.get(_resolve(extension, "base")) if extension is not None else None
            if base and node.get("name"):
                found.values[_name(node)] = base
    for schema in schemas:
        for element in schema.iter(f"{_XS}element"):
            if element.get("name"):
                _add_children(found, element, globals_)
    return found


def _add_children(found: Outline, element: etree._Element, globals_: dict[str, etree._Element]) -> None:
    for node in _particles(element, globals_):
        model = node.getparent()
        required = node.get("minOccurs") != "0" and model is not None and model.tag != f"{_XS}choice"
        target = globals_[_resolve(node, "ref")] if node.get("ref") else node
        type_ = _resolve(target, "type") if target.get("type") else _inline_type(target)
        children = found.children.setdefault(_name(element), {})
        children[_name(target)] = Child(required, node.get("maxOccurs", "1") != "1", type_)


def _particles(node: etree._Element, globals_: dict[str, etree._Element]) -> Iterator[etree._Element]:
    """Yield the element particles right below an element, through groups and the complex type it names."""
    named = globals_.get(_resolve(node, "type")) if node.get("type") else None
    if node.tag == f"{_XS}element" and named is not None and named.tag == f"{_XS}complexType":
        yield from _particles(named, globals_)
    for child in node:
        if child.tag == f"{_XS}element":
            yield child
        elif child.tag == f"{_XS}group" and child.get("ref"):
            yield from _particles(globals_[_resolve(child, "ref")], globals_)
        else:
            yield from _particles(child, globals_)


def _inline_type(element: etree._Element) -> str | None:
    """Return the base of an element whose own complex type only adds attributes to a value."""
    extension = element.find(f"{_XS}complexType/{_XS}simpleContent/{_XS}extension")
    return None if extension is None else _resolve(extension, "base")


def _name(node: etree._Element) -> str:
    target = node.getroottree().getroot().get("targetNamespace", "")
    return f"{{{target}}}{node.get('name')}"


def _resolve(node: etree._Element, attribute: str) -> str:
    """Return the Clark name that a QName attribute such as `t:Text` stands for."""
    prefix, _, local = node.get(attribute, "").rpartition(":")
    return f"{{{node.nsmap.get(prefix or None, '')}}}{local}"
