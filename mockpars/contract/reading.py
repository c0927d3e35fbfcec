"""What an answer says, whatever its shape: outcome, codes, IDs, statuses, found by rules that are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree
from mockpars.contract.library import read_yaml
from mockpars.contract.trouble import DataInvalid

ANSWERED, FAULT = "Answered", "Fault"
_CODE: Final = re.compile(r"\s*(\d{3})\s*")
_INTEGER: Final = re.compile(r"\s*(-?\d{1,9})\s*")


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What an answer says about one record of a message."""

    outcome: str | None = None
    codes: tuple[int, ...] = ()
    status: str | None = None
    action: str | None = None
    activity_id: str | None = None
    provider_activity_id: str | None = None
    credit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says. `problem` is set where it is no XML; `texts` holds leaves by local name, in order."""

    outcome: str
    codes: tuple[int, ...] = ()
    fields: Mapping[int, str] = field(default_factory=dict)
    match: int | None = None
    status: str | None = None
    deliveries: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    records: tuple[RecordReading, ...] = ()
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: str = ""
    problem: str | None = None


class Rules:
    """The names to look for, from contracts/extraction.yaml and a team's own file before it."""

    def __init__(self, tables: Iterable[Mapping[str, Any]]) -> None:
        self._names: dict[str, list[str]] = {}
        self._statuses: dict[str, str] = {}
        for table in tables:
            for key, names in table.items():
                if key == "statuses":
                    for status, words in names.items():
                        self._statuses.update({word.lower(): status for word in words if word not in self._statuses})
                else:
                    self._names.setdefault(key, []).extend(str(name).lower() for name in names)

    @classmethod
    def load(cls, root: Path, own: Path | None = None) -> Rules:
        """The suite's rules, and a team's own in front. Raises DataInvalid."""
        paths = [*([own] if own else []), root / "extraction.yaml"]
        tables = [read_yaml(path) for path in paths]
        for path, table in zip(paths, tables, strict=True):
            if not isinstance(table, Mapping):
                raise DataInvalid(f"{path} holds no extraction rules.")
        return cls(tables)

    def names(self, key: str) -> list[str]:
        """The names under one key, those to prefer first."""
        return self._names.get(key, [])

    def outcome(self, word: str) -> str | None:
        """Accepted or Rejected, for a word that means it."""
        plain = word.strip().lower()
        if plain in self.names("accepted"):
            return "Accepted"
        return "Rejected" if plain in self.names("rejected") else None

    def status(self, word: str) -> str | None:
        """One of the four statuses, for a word that means it."""
        return self._statuses.get(word.strip().lower())


def read(http: int, body: bytes, operation: str, rules: Rules) -> Reading:
    """Reads an answer; one that is no XML has a `problem` and the outcome that its HTTP status says."""
    plain = FAULT if http >= 400 else ANSWERED
    try:
        root = xmltree.parse(body)
    except xmltree.NotXml as error:
        return Reading(plain, problem=error.reason if body else "The answer is empty.")
    reader = _Reader(root, rules)
    if http >= 400:
        return reader.fault()
    if operation == "LearnerMatchRequest":
        match = reader.match()
        if match is not None:
            return Reading(ANSWERED, match=match, texts=reader.texts, root=xmltree.local(root.tag))
    return reader.judgement(plain)


class _Reader:
    """Looks for things in one document."""

    def __init__(self, root: ET.Element, rules: Rules) -> None:
        self._root = root
        self._rules = rules
        self._name = xmltree.local(root.tag)
        self._groups: dict[str, list[ET.Element]] = {}
        self._indexes: dict[tuple[int, frozenset[int]], dict[str, list[str]]] = {}

    @cached_property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Leaves and attributes by local name."""
        found: dict[str, list[str]] = {}
        for name, text in _leaves(self._root):
            found.setdefault(name, []).append(text)
        return {name: tuple(texts) for name, texts in found.items()}

    def fault(self) -> Reading:
        codes = self._first(self._root, "code")
        return Reading(FAULT, codes=self._codes(self._root), fault=codes, texts=self.texts, root=self._name)

    def match(self) -> int | None:
        leaves = list(_leaves(self._root))
        for wanted in self._rules.names("match"):
            for name, text in leaves:
                if name.lower() == wanted and (found := _INTEGER.fullmatch(text)):
                    return int(found[1])
        integers = [found[1] for _, text in leaves if (found := _INTEGER.fullmatch(text))]
        return int(integers[0]) if len(integers) == 1 else None

    def judgement(self, plain: str) -> Reading:
        records = tuple(self._record(element) for element in self._outermost("record"))
        deliveries = self._deliveries()
        kinds = ("credit_id", "activity_id", "provider_activity_id")
        return Reading(
            outcome=self._outcome(records) or plain,
            codes=self._codes(self._root),
            fields=self._fields(),
            status=self._status(self._root, without=self._outermost("delivery")),
            deliveries=deliveries,
            records=records,
            ids={kind: tuple(self._all(self._root, kind)) for kind in kinds},
            texts=self.texts,
            root=self._name,
        )

    def _outcome(self, records: tuple[RecordReading, ...]) -> str | None:
        inside = self._outermost("record")
        found = self._word(self._root, "outcome", self._rules.outcome, inside)
        outcomes = [record.outcome for record in records if record.outcome]
        if found or not outcomes:
            return found
        return "Accepted" if all(outcome == "Accepted" for outcome in outcomes) else "Rejected"

    def _record(self, element: ET.Element) -> RecordReading:
        outcome = self._word(element, "outcome", self._rules.outcome, [])
        codes = self._codes(element)
        return RecordReading(
            outcome=outcome or ("Rejected" if codes else None),
            codes=codes,
            status=self._status(element),
            action=self._first(element, "action"),
            activity_id=self._first(element, "activity_id"),
            provider_activity_id=self._first(element, "provider_activity_id"),
            credit_id=self._first(element, "credit_id"),
        )

    def _status(self, element: ET.Element, without: Iterable[ET.Element] = ()) -> str | None:
        return self._word(element, "status", self._rules.status, without)

    def _deliveries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for element in self._outermost("delivery"):
            destination, status = self._first(element, "destination"), self._status(element)
            if destination and status:
                found[destination] = status
        return found

    def _word(self, element: ET.Element, key: str, read_word: Any, without: Iterable[ET.Element]) -> str | None:
        for text in self._all(element, key, without):
            if (found := read_word(text)) is not None:
                return str(found)
        return None

    def _fields(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for element in xmltree.elements(self._root):
            leaves = {name.lower(): text for name, text in _own_leaves(element)}
            number = next((leaves[name] for name in self._rules.names("code") if name in leaves), "")
            name = next((leaves[name] for name in self._rules.names("field") if name in leaves), "")
            if (code := _CODE.fullmatch(number)) and name:
                found.setdefault(int(code[1]), name)
        return found

    def _codes(self, element: ET.Element) -> tuple[int, ...]:
        numbers = (_CODE.fullmatch(text) for text in self._all(element, "code"))
        return tuple(sorted({int(found[1]) for found in numbers if found}))

    def _first(self, element: ET.Element, key: str) -> str | None:
        return next(iter(self._all(element, key)), None)

    def _all(self, element: ET.Element, key: str, without: Iterable[ET.Element] = ()) -> list[str]:
        index = self._index(element, frozenset(map(id, without)))
        return [text for wanted in self._rules.names(key) for text in index.get(wanted, ())]

    def _index(self, element: ET.Element, without: frozenset[int]) -> dict[str, list[str]]:
        """Texts by lower-case name beneath an element, kept because every rule asks again."""
        if (found := self._indexes.get((id(element), without))) is None:
            found = self._indexes[id(element), without] = {}
            for name, text in _leaves(element, without):
                if text:
                    found.setdefault(name.lower(), []).append(text)
        return found

    def _outermost(self, key: str) -> list[ET.Element]:
        """Elements beneath the root of the preferred name that has any with something in them."""
        if key not in self._groups:
            self._groups[key] = self._find_outermost(key)
        return self._groups[key]

    def _find_outermost(self, key: str) -> list[ET.Element]:
        named: dict[str, list[ET.Element]] = {}
        for element in xmltree.elements(self._root):
            if element is not self._root and (len(element) or element.attrib):
                named.setdefault(xmltree.local(element.tag).lower(), []).append(element)
        return next((named[wanted] for wanted in self._rules.names(key) if wanted in named), [])


def _leaves(element: ET.Element, without: frozenset[int] = frozenset()) -> Iterator[tuple[str, str]]:
    if id(element) in without:
        return
    yield from _attributes(element)
    if not len(element):
        yield xmltree.local(element.tag), (element.text or "").strip()
    for child in element:
        yield from _leaves(child, without)


def _own_leaves(element: ET.Element) -> Iterator[tuple[str, str]]:
    yield from _attributes(element)
    for child in element:
        if not len(child):
            yield xmltree.local(child.tag), (child.text or "").strip()


def _attributes(element: ET.Element) -> Iterator[tuple[str, str]]:
    for key, value in element.items():
        if not key.startswith("{http://www.w3.org/"):
            yield xmltree.local(key), value.strip()
