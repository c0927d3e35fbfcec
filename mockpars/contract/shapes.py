"""The shape of an answer, without its values: element structure, namespaces, formats. What drift compares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree
from mockpars.contract.reading import Reading
from mockpars.contract.results import Exchange

_FORMATS: Final = (
    ("empty", re.compile(r"")),
    ("boolean", re.compile(r"true|false", re.IGNORECASE)),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("instant with Z", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")),
    ("instant with offset", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")),
    ("date and time without zone", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")),
    ("decimal", re.compile(r"-?\d+\.\d+")),
    ("ccid", re.compile(r"ccid:.*", re.IGNORECASE)),
    ("uuid", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)),
    ("word", re.compile(r"[A-Za-z]{1,24}")),
)
_DIGITS: Final = re.compile(r"-?\d+")


def shape(body: str) -> dict[str, Any]:
    """root, namespaces, and per path the formats of its text; a body that is no XML has root `not XML`."""
    try:
        root = xmltree.parse(body)
    except xmltree.NotXml:
        return {"root": "not XML" if body.strip() else "empty", "namespaces": [], "paths": {}}
    paths: dict[str, set[str]] = {}
    _collect(root, "", paths)
    namespaces = sorted({xmltree.namespace(element.tag) for element in xmltree.elements(root)})
    return {
        "root": xmltree.local(root.tag),
        "namespaces": namespaces,
        "paths": {path: sorted(formats) for path, formats in sorted(paths.items())},
    }


def format_of(text: str) -> str:
    """The format class of a value: its kind, and for whole numbers the digits."""
    plain = text.strip()
    if _DIGITS.fullmatch(plain):
        return f"{len(plain.lstrip('-'))} digits"
    return next((name for name, pattern in _FORMATS if pattern.fullmatch(plain)), "text")


def exchange_record(exchange: Exchange, reading: Reading) -> dict[str, Any]:
    """What reports keep of an exchange, so that two runs can be compared."""
    read = asdict(reading)
    return {
        "case": exchange.case,
        "step": exchange.step,
        "operation": exchange.operation,
        "http": exchange.http,
        "media": media(exchange.headers),
        "outcome": reading.outcome,
        "codes": list(reading.codes),
        "match": reading.match,
        "status": reading.status,
        "fault": read["fault"],
        "seconds": round(exchange.seconds, 4),
        "shape": shape(exchange.answer),
    }


def media(headers: Mapping[str, str]) -> str:
    """The Content-Type, for comparing."""
    return headers.get("content-type", "").replace(" ", "").lower()


def _collect(element: ET.Element, above: str, paths: dict[str, set[str]]) -> None:
    path = f"{above}/{xmltree.local(element.tag)}"
    formats = paths.setdefault(path, set())
    children = list(element)
    if not children:
        formats.add(format_of(element.text or ""))
    for key, value in element.items():
        paths.setdefault(f"{path}/@{xmltree.local(key)}", set()).add(format_of(value))
    for child in children:
        _collect(child, path, paths)
