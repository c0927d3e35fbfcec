"""XML as the suite needs it: finding elements by local name, writing them with chosen prefixes, refusing DTDs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from mockpars.contract.trouble import ContractError, DataInvalid

PREFIXES: Final[Mapping[str, str]] = {
    "b": "http://schemas.datacontract.org/2004/07/BLL.Service",
    "accme": "http://docs.accme.org/schemas/ACCMEActivities/v3/",
    "ar": "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/",
    "m": "http://ns.medbiq.org/metrics/v2/",
    "lom": "http://ltsc.ieee.org/xsd/LOM",
    "hx": "http://ns.medbiq.org/lom/extend/v1/",
    "ex": "http://www.accme.org/ACCMEActivityExtension/v3",
}
"""The prefixes that snippets in cases may use."""

_DEFAULT: Final = "b"
_SEGMENT: Final = re.compile(r"([\w.-]+)(?:\[(\d+)\])?")


class NotXml(ContractError):
    """Bytes that are no XML, or none that the suite is willing to read."""


def parse(data: bytes | str) -> ET.Element:
    """The root of a document. Raises NotXml, also for a document type, which no answer of a service has."""
    plain = data if isinstance(data, str) else data.replace(b"\x00", b"").decode("latin-1")
    if re.search(r"<!DOCTYPE", plain, re.IGNORECASE):
        raise NotXml("The document has a document type declaration, which is not read.")
    try:
        return ET.fromstring(data)  # noqa: S314  # without a document type there are no entities to expand
    except (ET.ParseError, ValueError, LookupError) as error:
        raise NotXml(f"Not well-formed XML: {error}.") from None


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def namespace(tag: str) -> str:
    """The namespace of a tag, empty for none."""
    return tag[1:].rpartition("}")[0] if tag.startswith("{") else ""


def elements(root: ET.Element) -> Iterator[ET.Element]:
    """The root and all beneath it, in document order; the parser leaves comments out."""
    return root.iter()


def find_all(root: ET.Element, path: str) -> list[ET.Element]:
    """Elements by `Name`, `Name[2]`, `Parent/Name` or `Parent[2]/Name`; each step goes to any depth beneath."""
    if not all(_SEGMENT.fullmatch(segment) for segment in path.split("/")):
        raise DataInvalid(f"{path!r} is no place in a message.", "Write Name, Name[2] or Parent/Name.")
    here = [root]
    for depth, segment in enumerate(path.split("/")):
        found = _SEGMENT.fullmatch(segment)
        assert found is not None  # noqa: S101  # checked above
        seen: dict[int, ET.Element] = {}
        for start in here:
            for element in elements(start):
                if local(element.tag) == found[1] and (depth == 0 or element is not start):
                    seen.setdefault(id(element), element)
        here = list(seen.values())
        if found[2]:
            number = int(found[2])
            here = here[number - 1 : number]
    return here


def find(root: ET.Element, path: str) -> ET.Element:
    """The first such element. Raises DataInvalid where there is none."""
    found = find_all(root, path)
    if not found:
        raise DataInvalid(f"The message has no {path}.", "Use add to put in what is not there.")
    return found[0]


def parent_of(root: ET.Element, child: ET.Element) -> ET.Element:
    """The element that holds another. Raises DataInvalid for the root."""
    for element in elements(root):
        if child in list(element):
            return element
    raise DataInvalid("The root of a message has no parent.")


def snippet(text: str) -> list[ET.Element]:
    """The elements of a snippet that uses PREFIXES. Raises DataInvalid."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    try:
        return list(parse(f"<snippet {declared}>{text}</snippet>"))
    except NotXml as error:
        raise DataInvalid(f"A snippet is no XML: {text}: {error.reason}") from None


def write(root: ET.Element, prefixes: Mapping[str, str] | None = None) -> str:
    """The document as text without declaration; `prefixes` renames the usual ones, "" makes one the default."""
    renamed = {_DEFAULT: "", **(prefixes or {})}
    known = {uri: renamed.get(prefix, prefix) for prefix, uri in PREFIXES.items()}
    for element in elements(root):
        for tag in (element.tag, *element.attrib):
            uri = namespace(tag)
            if uri and uri not in known:
                known[uri] = f"n{len(known)}"
    used = {namespace(tag) for element in elements(root) for tag in (element.tag, *element.attrib)}
    default = _default_at(root, [uri for uri in known if uri in used and not known[uri]])
    declared = "".join(
        f" xmlns{':' if known[uri] else ''}{known[uri]}={quoteattr(uri)}"
        for uri in known
        if uri in used and (known[uri] or uri == default)
    )
    parts: list[str] = []
    _write(root, known, declared, default, parts)
    return "".join(parts)


def _default_at(root: ET.Element, unprefixed: list[str]) -> str:
    """What a root may declare as the default; where another comes to hold, `_write` says so on the way."""
    own = namespace(root.tag)
    return own if not own or own in unprefixed else next(iter(unprefixed), "")


def _write(element: ET.Element, known: Mapping[str, str], declared: str, default: str, parts: list[str]) -> None:
    uri, name = namespace(element.tag), local(element.tag)
    if not uri and default:
        declared, default = f'{declared} xmlns=""', ""
    elif uri and not known[uri] and default != uri:
        declared, default = f"{declared} xmlns={quoteattr(uri)}", uri
    tag = f"{known[uri]}:{name}" if uri and known[uri] else name
    attributes = "".join(f" {_attribute(key, known)}={quoteattr(value)}" for key, value in element.items())
    if not len(element) and not element.text:
        parts.append(f"<{tag}{declared}{attributes}/>")
    else:
        parts.append(f"<{tag}{declared}{attributes}>{escape(element.text or '')}")
        for child in element:
            _write(child, known, "", default, parts)
            parts.append(escape(child.tail or ""))
        parts.append(f"</{tag}>")


def _attribute(key: str, known: Mapping[str, str]) -> str:
    uri = namespace(key)
    return f"{known[uri]}:{local(key)}" if uri else key
