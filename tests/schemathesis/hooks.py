"""What Schemathesis must be taught to speak with PARS and to judge its answers.

Importing this registers it all; `SCHEMATHESIS_HOOKS=tests.schemathesis.hooks schemathesis run ...` does so too.
"""

from __future__ import annotations

import json
import re
from typing import Any

import schemathesis
from hypothesis import strategies as st
from lxml import etree

from mockpars.web.openapi import describe
from tests import support

KNOWN: dict[str, tuple[str, ...]] = {
    "sandbox": ("default", "fuzz", "nobody"),
    "physician": ("PH-0001", "james-holloway", "PH-9999"),
    "activity": (support.ACTIVITY_ID, support.PROVIDER_ACTIVITY_ID),
    "credit_id": ("ccid:mockpars:100000001", "ccid:mockpars:100000002", "ccid:mockpars:1"),
    "exchange": ("1", "2", "99999999"),
    "armed": ("1", "2"),
}
"""Values of path parameters that lead somewhere; made-up ones hardly ever do."""

_MARK = "\ue000"
"""Stands for a character that XML cannot hold until the message is written; it is then sent as it is."""

ACCOUNT = {"User": support.USER, "Password": support.PASSWORD, "ProviderId": support.PROVIDER}


def _offset(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


# XML Schema takes no offset beyond fourteen hours, RFC 3339 up to twenty-four.
_DATE_TIMES = st.builds(
    lambda moment, zone: moment.isoformat() + zone,
    st.datetimes(),
    st.one_of(st.just("Z"), st.integers(-14 * 60, 14 * 60).map(_offset)),
)
schemathesis.openapi.format("date-time", _DATE_TIMES)


@schemathesis.serializer("application/xml", "text/xml")
def write_xml(context: Any, value: Any) -> bytes | None:
    """A body in the order of its properties, as xs:sequence wants it."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, dict):
        return json.dumps(value).encode()  # what is no element at all is sent as it is
    written = etree.tostring(_as_xml(value, message_schema(context.case.operation)), encoding="utf-8")
    return written.replace(_MARK.encode(), b"\x01")


def message_schema(operation: Any) -> dict[str, Any]:
    """The schema of an operation's message, as the description has it."""
    body = describe()["paths"][operation.path][operation.method.lower()]["requestBody"]
    name = body["content"]["application/xml"]["schema"]["$ref"].rpartition("/")[2]
    found: dict[str, Any] = describe()["components"]["schemas"][name]
    return found


def _as_xml(value: Any, schema: dict[str, Any], name: str = "x") -> etree._Element:
    names = schema.get("xml", {})
    space = names.get("namespace", "")
    element = etree.Element(f"{{{space}}}{names.get('name', name)}" if space else names.get("name", name))
    if not isinstance(value, dict):
        element.text = _clean(value if isinstance(value, str) else json.dumps(value))
        return element
    known: dict[str, Any] = schema.get("properties", {})
    for key in [key for key in known if key in value] + [key for key in value if key not in known]:
        part = known.get(key, {})
        entries = value[key] if isinstance(value[key], list) else [value[key]]
        inner = part.get("items", part) if isinstance(value[key], list) else part
        element.extend([_as_xml(entry, inner, _name(key)) for entry in entries])
    return element


def _name(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum()).lstrip("0123456789") or "x"


def _clean(text: str) -> str:
    """What XML cannot hold is marked, as lxml would refuse to write it."""
    text = text.replace(_MARK, "?")
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else _MARK for c in text)


@schemathesis.deserializer("application/xml", "text/xml")
def read_xml(context: Any, response: Any) -> Any:
    """An answer as the data its schema describes; without this Schemathesis would not check XML answers at all."""
    responses = describe()["paths"][context.operation.path][context.operation.method.lower()]["responses"]
    described = responses.get(str(response.status_code), responses["500"])
    name = described["content"]["application/xml"]["schema"]["$ref"].rpartition("/")[2]
    return _as_data(etree.fromstring(response.content), describe()["components"]["schemas"][name])


def _as_data(element: etree._Element, schema: dict[str, Any]) -> Any:
    """What is wrongly named or placed comes back under its full name, which no schema allows."""
    if schema.get("type") == "integer":
        return int(element.text or "") if (element.text or "").isdecimal() else element.text
    if schema.get("type") != "object":
        return element.text or ""
    known: dict[str, Any] = schema.get("properties", {})
    found: dict[str, Any] = {}
    for child in element:
        name = etree.QName(child)
        part = known.get(name.localname, {})
        items = part.get("items", part)
        if items.get("xml", {}).get("namespace", "") != (name.namespace or ""):
            found[str(child.tag)] = child.text or ""
        elif part.get("type") == "array":
            found.setdefault(name.localname, []).append(_as_data(child, items))
        else:
            found[name.localname] = _as_data(child, part)
    return found


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The right account, else every message would end at the credentials; a wrong one stays where it is the mistake."""
    if not isinstance(body, dict) or "Data" not in body:
        return body
    known = message_schema(context.operation)["properties"]
    return {
        name: ACCOUNT[name] if name in ACCOUNT and _fits(value, known[name]) else value for name, value in body.items()
    }


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a made-up user, password or provider is as described, and there at all."""
    if not isinstance(value, str) or not value:
        return False
    return len(value) <= schema["maxLength"] and re.search(schema["pattern"], value) is not None


@schemathesis.hook
def before_generate_path_parameters(context: Any, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Most of the time one that leads somewhere."""

    def lead(made: dict[str, Any] | None, picks: list[int]) -> dict[str, Any] | None:
        for name, pick in zip(made or (), picks, strict=False):
            if made is not None and pick < len(KNOWN.get(name, ())):
                made = {**made, name: KNOWN[name][pick]}
        return made

    return st.builds(lead, strategy, st.lists(st.integers(0, 3), min_size=4, max_size=4))
