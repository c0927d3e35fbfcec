"""Schemas of XML for OpenAPI, read out of the XSDs that judge the messages, so that the two cannot disagree.

Only what the schemas under xsd/ use is understood; anything else is an error, not a guess. Properties stand in the
order of xs:sequence, and whoever writes a message from them must keep it. Attributes are left out: all are optional.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # these files are our own

Schema = dict[str, Any]
Key = tuple[str, str, str]
"""Kind of declaration (element, simpleType, ...), namespace and name."""

XS = "{http://www.w3.org/2001/XMLSchema}"
_BUILT_IN: dict[str, Schema] = {
    "string": {"type": "string"},
    "token": {"type": "string"},
    "language": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "dateTime": {"type": "string", "format": "date-time"},
    "gYear": {"type": "string"},
    "boolean": {"type": "string", "enum": ["true", "false"]},
    "int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
}
# What XML can hold. Space at either end of a token does not count, so it cannot be all there is.
_BARRED = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff"
_ANY = f"^[^{_BARRED}]*$"
_NOT_BLANK = f"^[^{_BARRED}\\s]([^{_BARRED}]*[^{_BARRED}\\s])?$"
_LENGTHS = {"minLength": "minLength", "maxLength": "maxLength", "length": "length"}
_BOUNDS = {"minInclusive": "minimum", "maxInclusive": "maximum"}


class Xsd:
    """The schemas of a folder, by what they declare."""

    def __init__(self, folder: Path, prefixes: dict[str, str]) -> None:
        """Reads every .xsd. `prefixes` are those to write with, by namespace."""
        self._prefixes = prefixes
        self._declared: dict[Key, tuple[ET.Element, dict[str, str], str]] = {}
        for path in sorted(folder.glob("*.xsd")):
            self._read(path)

    def _read(self, path: Path) -> None:
        spaces: dict[str, str] = {}
        root: ET.Element | None = None
        for event, found in ET.iterparse(path, events=("start-ns", "start")):  # noqa: S314 - our own files
            if event == "start-ns":
                spaces[found[0]] = found[1]
            elif root is None:
                root = found
        if root is None:
            raise ValueError(f"{path} is empty")
        target = root.get("targetNamespace", "")
        for node in root:
            if node.get("name"):
                key = (node.tag.removeprefix(XS), target, node.get("name", ""))
                self._declared[key] = (node, spaces, target)

    def element(self, namespace: str, name: str) -> Schema:
        """The schema of a global element, as a document or as part of one."""
        node, spaces, target = self._declared["element", namespace, name]
        return self._element(node, spaces, target)

    def _named(self, kind: str, name: str, spaces: dict[str, str]) -> tuple[ET.Element, dict[str, str], str]:
        prefix, _, local = name.rpartition(":")
        return self._declared[kind, spaces[prefix], local]

    def _element(self, node: ET.Element, spaces: dict[str, str], target: str) -> Schema:
        reference = node.get("ref")
        if reference is not None:
            return self._element(*self._named("element", reference, spaces))
        type_name = node.get("type")
        if type_name is not None:
            schema = self._type(type_name, spaces)
        else:
            inner = next(child for child in node if child.tag in (f"{XS}complexType", f"{XS}simpleType"))
            schema = self._anonymous(inner, spaces, target)
        xml = {"name": node.get("name", ""), "namespace": target}
        prefix = self._prefixes.get(target)
        return {**schema, "xml": xml | {"prefix": prefix} if prefix else xml}

    def _type(self, name: str, spaces: dict[str, str]) -> Schema:
        prefix, _, local = name.rpartition(":")
        if f"{{{spaces[prefix]}}}" == XS:
            return _BUILT_IN[local]
        for kind in ("simpleType", "complexType"):
            found = self._declared.get((kind, spaces[prefix], local))
            if found is not None:
                return self._anonymous(*found)
        raise KeyError(name)

    def _anonymous(self, node: ET.Element, spaces: dict[str, str], target: str) -> Schema:
        if node.tag == f"{XS}simpleType":
            return self._simple(node, spaces)
        content = node.find(f"{XS}simpleContent/{XS}extension")
        if content is not None:
            return self._type(content.get("base", ""), spaces)
        schema: Schema = {"type": "object", "additionalProperties": False, "properties": {}}
        for group in node:
            if group.tag not in (f"{XS}annotation", f"{XS}attribute"):
                self._fill(schema, group, spaces, target, optional=False)
        return schema

    def _fill(self, schema: Schema, group: ET.Element, spaces: dict[str, str], target: str, *, optional: bool) -> None:
        if group.tag == f"{XS}group":
            node, spaces, target = self._named("group", group.get("ref", ""), spaces)
            group = next(child for child in node if child.tag != f"{XS}annotation")
        if group.tag not in (f"{XS}sequence", f"{XS}all", f"{XS}choice"):
            raise ValueError(f"{group.tag} is not understood")
        optional = optional or group.get("minOccurs") == "0"
        members: list[str] = []
        for node in group:
            if node.tag == f"{XS}element":
                name = str(node.get("name") or node.get("ref")).rpartition(":")[2]
                schema["properties"][name] = self._repeated(node, spaces, target)
                if node.get("minOccurs") != "0":
                    members.append(name)
            elif node.tag != f"{XS}annotation":
                self._fill(schema, node, spaces, target, optional=optional)
        if group.tag == f"{XS}choice":
            schema.update(minProperties=1, maxProperties=1)
        elif members and not optional:
            schema.setdefault("required", []).extend(members)
        elif members:  # all of an optional sequence, or none of it
            schema.setdefault("dependentRequired", {}).update(dict.fromkeys(schema["properties"], members))

    def _repeated(self, node: ET.Element, spaces: dict[str, str], target: str) -> Schema:
        schema = self._element(node, spaces, target)
        most = node.get("maxOccurs", "1")
        if most == "1":
            return schema
        repeated: Schema = {"type": "array", "items": schema, "minItems": 1}
        return repeated if most == "unbounded" else repeated | {"maxItems": int(most)}

    def _simple(self, node: ET.Element, spaces: dict[str, str]) -> Schema:
        description = node.findtext(f"{XS}annotation/{XS}documentation")
        extra: Schema = {"description": " ".join(description.split())} if description else {}
        union = node.find(f"{XS}union")
        if union is not None:
            members = [self._type(name, spaces) for name in union.get("memberTypes", "").split()]
            return {"anyOf": members, **extra}
        restriction = node.find(f"{XS}restriction")
        if restriction is None:
            raise ValueError("a simple type that is neither a restriction nor a union")
        schema = {**self._type(restriction.get("base", ""), spaces), **extra}
        schema.update(_facets(restriction))
        if schema["type"] == "string" and not schema.keys() & {"pattern", "enum", "format"}:
            schema["pattern"] = _NOT_BLANK if schema.get("minLength") else _ANY
        return schema


def _facets(restriction: ET.Element) -> Schema:
    return dict(_each_facet(restriction))


def _each_facet(restriction: ET.Element) -> Iterator[tuple[str, Any]]:
    values = [node.get("value", "") for node in restriction.iter(f"{XS}enumeration")]
    if values:
        yield "enum", values
    for node in restriction:
        name, value = node.tag.removeprefix(XS), node.get("value", "")
        if name == "pattern":
            yield "pattern", f"^({value})$"
        elif name in _LENGTHS:
            yield _LENGTHS[name], int(value)
        elif name in _BOUNDS:
            yield _BOUNDS[name], int(value)
        elif name not in ("enumeration", "annotation", "whiteSpace"):
            raise ValueError(f"the facet {name} is not understood")
