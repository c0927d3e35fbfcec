"""Schema errors for people: libxml2's log turned into what is wrong, where, and what was expected.

One mistake is one Detail, however many lines libxml2 wrote about it. Passwords are never repeated, and of
dates of birth only the shape is, since these sentences end up in answers, logs and support tickets (R4).
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import groupby
from typing import Final, Protocol, cast

from lxml import etree

from mockpars.errors import Detail
from mockpars.wire.names import (
    BIRTH_DATE,
    BLL,
    DATE_OF_BIRTH,
    OPERATION_OF,
    PASSWORD,
    PREFIXES,
    ROOT_OF,
    SUBMIT_MESSAGE,
    readable,
    split,
)
from mockpars.wire.outline import Child, Value, outline
from mockpars.wire.places import path_of

_MOST: Final = 25  # Details in one answer.
_CHOICES: Final = 8  # Members of an enumeration in one sentence.
_LONGEST: Final = 60  # Characters of a value that are repeated.
_LONGEST_PATH: Final = 1000
_BIRTH: Final = frozenset({DATE_OF_BIRTH, BIRTH_DATE})

_Codes = etree.ErrorTypes
_MISPLACED: Final = _Codes.SCHEMAV_ELEMENT_CONTENT
_NIL: Final = frozenset({_Codes.SCHEMAV_CVC_ELT_3_1, _Codes.SCHEMAV_CVC_ELT_3_2_1, _Codes.SCHEMAV_CVC_ELT_3_2_2})
_STRAY_TEXT: Final = frozenset({_Codes.SCHEMAV_CVC_COMPLEX_TYPE_2_1, _Codes.SCHEMAV_CVC_COMPLEX_TYPE_2_3})
_ELEMENTS_IN_VALUE: Final = frozenset({_Codes.SCHEMAV_CVC_TYPE_3_1_2, _Codes.SCHEMAV_CVC_COMPLEX_TYPE_2_2})
_ATTRIBUTE: Final = re.compile(r"attribute '(?:\{[^}]*\})?([^']+)'")
_CANDIDATES: Final = re.compile(r"Expected is (?:one of )?\( (.*?) \)\.", re.DOTALL)
_STEP: Final = re.compile(r"(?:([^:/\[]+):)?([^:/\[]+)(?:\[(\d+)\])?")
_DATES: Final = re.compile("Date|Year")
_WRITTEN: Final = re.compile(r"[12]\d{3}-\d{2}-\d{2}")
_TIMED: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")


class _Entry(Protocol):
    """A line of libxml2's error log; lxml's stubs leave it out, and that a log can be iterated."""

    type: int
    message: str
    path: str | None
    line: int


class Report:
    """The mistakes of one message, in document order; the first 25 are explained and the rest are counted."""

    def __init__(self) -> None:
        self._details: list[Detail] = []
        self._more = 0

    def add(self, log: etree._ErrorLog, base: etree._Element, *, beside: str | None = None) -> None:
        """Take up the errors of validating `base`, the message or a part of it.

        With `beside`, errors inside elements of that name are left to whoever judges those.
        """
        for (path, _), entries in groupby(cast("Iterable[_Entry]", log), key=_place):
            if len(self._details) >= _MOST:
                self._more += 1
                continue
            node = _resolve(base, path)
            if beside and any(each.tag == beside for each in (node, *node.iterancestors())):
                continue
            self._details.append(_explain(next(entries), node))

    def details(self) -> tuple[Detail, ...]:
        """Return one Detail for each mistake, and one more saying how many were left out."""
        if not self._more:
            return tuple(self._details)
        left_out = Detail(f"... and {self._more:,} more.", "Correct these first, then send it again.")
        return (*self._details, left_out)


def wrong_operation(operation: str, payload: etree._Element) -> Detail:
    """Say that a message, valid or not, belongs to another operation than the one it was sent to."""
    name = readable(payload.tag)
    return Detail(
        f"{name} is the message of {OPERATION_OF[payload.tag]}, but it was sent to {operation}.",
        f"{readable(ROOT_OF[operation])} inside Data, or this message sent to {OPERATION_OF[payload.tag]}.",
        line_of(payload),
        path_of(payload),
    )


def wrong_root(root: etree._Element) -> Detail:
    """Say that a document is not a SubmitMessage, and what it seems to be instead."""
    namespace, local = split(root.tag)
    expected = f"SubmitMessage in the namespace {BLL}"
    if local == split(SUBMIT_MESSAGE)[1]:
        problem = f"SubmitMessage is in {_named(namespace)}."
    elif root.tag in OPERATION_OF:
        problem = f"{readable(root.tag)} stands alone, without its envelope."
        expected += ", with this inside its Data"
    else:
        problem = f"The document is {_short(local)} in {_named(namespace)}."
    return Detail(problem, expected, line_of(root), _where(root))


def line_of(node: etree._Element) -> int | None:
    """Return the line an element begins in, counted from 1, or None for one that was not parsed."""
    line: object = node.sourceline
    return line if isinstance(line, int) and line > 0 else None


def _place(entry: _Entry) -> tuple[str, str]:
    """Tell mistakes apart: libxml2 may write a facet and a type error about one value."""
    attribute = _ATTRIBUTE.search(entry.message)
    kind = attribute[1] if attribute else ""
    if entry.type in _STRAY_TEXT:
        kind = " text"
    return entry.path or "", kind


def _resolve(base: etree._Element, path: str) -> etree._Element:
    """Return the element of libxml2's path, which begins at `base`; the deepest one found if it is odd.

    Not by XPath: the path uses the document's prefixes, which may be bound differently further down.
    """
    node = base
    for prefix, local, index in _STEP.findall(path.partition("/")[2].partition("/")[2]):
        same = [
            child for child in node
            if local == "*" or (split(child.tag)[1] == local and (child.prefix or "") == prefix)
        ]  # fmt: skip
        position = int(index or 1) - 1
        if position >= len(same):
            break
        node = same[position]
    return node


def _explain(entry: _Entry, node: etree._Element) -> Detail:
    if entry.type == _MISPLACED:
        candidates = _CANDIDATES.search(entry.message)
        names = re.sub(r"##other|\s", "", candidates[1]).split(",") if candidates else []
        problem, expected = _structure_problem(node, names, missing="Missing child" in entry.message)
    elif entry.type in _STRAY_TEXT:
        problem, expected = f"Text stands directly inside {readable(node.tag)}.", "elements only"
    elif entry.type in _NIL:
        problem, expected = _attribute_problem(node, "nil")
    elif attribute := _ATTRIBUTE.search(entry.message):
        problem, expected = _attribute_problem(node, attribute[1])
    elif entry.type in _ELEMENTS_IN_VALUE:
        problem = f"{readable(node.tag)} holds elements, but takes a value only."
        expected = _wanted(_value(node))
    else:
        problem, expected = _value_problem(node)
    return Detail(problem, expected or None, line_of(node) or entry.line or None, _where(node))


def _attribute_problem(node: etree._Element, attribute: str) -> tuple[str, str]:
    name = readable(node.tag)
    if attribute == "language":
        return f'The attribute "language" of {name} is not a language code.', "a language code, such as en-US"
    return f'{name} has an attribute "{_short(attribute)}", which it does not take.', "the element without it"


def _structure_problem(node: etree._Element, candidates: list[str], *, missing: bool) -> tuple[str, str]:
    """Explain an element that may not stand where it does (`node`), or one that lacks children."""
    if missing:
        needed = _required(node, candidates)
        if not needed:
            choice = _list([readable(name) for name in candidates], "or")
            return f"{readable(node.tag)} lacks an element.", choice
        return f"{readable(node.tag)} has no {_list(needed, 'and no')}.", _list(needed, "and")
    parent = node.getparent()
    takes = outline().children.get("" if parent is None else parent.tag, {})
    within = "the document" if parent is None else readable(parent.tag)
    if node.tag not in takes:
        return _unknown_problem(node, within, takes)
    name = readable(node.tag)
    if parent is not None and (needed := _required(parent, candidates)):
        lost = _list(needed, "and")
        return f"{lost} {'is' if len(needed) == 1 else 'are'} missing in {within}, before {name}.", lost
    if not takes[node.tag].repeats and next(node.itersiblings(node.tag, preceding=True), None) is not None:
        return f"{name} stands a second time in {within}.", f"{name} once"
    order = ", ".join(readable(tag) for tag in takes)
    if not any(child.required for child in takes.values()) or not candidates:
        return f"{name} cannot stand here: {within} already holds what it takes.", f"one of {order}"
    return f"{name} is in the wrong place in {within}.", f"this order: {order}"


def _unknown_problem(node: etree._Element, within: str, takes: dict[str, Child]) -> tuple[str, str]:
    namespace, local = split(node.tag)
    locals_ = {split(tag)[1]: tag for tag in takes}
    if local in locals_:
        right = split(locals_[local])[0]
        return f"{_short(local)} is in {_named(namespace)}.", f"{local} in the namespace {right}"
    near = get_close_matches(local, locals_, n=1) or [each for each in locals_ if each.casefold() == local.casefold()]
    shown = readable(node.tag) if namespace in PREFIXES else local
    problem = f"{within} does not take an element {_short(shown)}."
    if near:
        return problem, f"{readable(locals_[near[0]])}, perhaps?"
    return problem, _one_of([readable(tag) for tag in takes]) if takes else "a value without elements"


def _required(parent: etree._Element, candidates: list[str]) -> list[str]:
    """Return what `parent` must hold and does not: of libxml2's candidates, or of all where those are cut."""
    takes = outline().children.get(parent.tag, {})
    present = {child.tag for child in parent}
    names = [tag for tag in candidates if tag in takes]
    # libxml2 lists ten candidates at most.
    names += [tag for tag in takes if tag not in names] if len(names) >= 10 else []
    return [readable(tag) for tag in names if takes[tag].required and tag not in present]


def _value(node: etree._Element) -> Value | None:
    parent = node.getparent()
    return outline().value(None if parent is None else parent.tag, node.tag)


def _value_problem(node: etree._Element) -> tuple[str, str]:
    name, value, text = readable(node.tag), _value(node), (node.text or "").strip()
    expected = _wanted(value)
    if not text:
        return f"{name} is empty.", expected
    if node.tag == PASSWORD:
        return f"{name} has {len(node.text or ''):,} characters.", expected
    if value and _DATES.search(value.type):
        return _date_problem(node, name, value, text)
    if len(text) > _LONGEST and not (value and value.choices):
        return f'{name} has {len(text):,} characters: "{_short(text)}".', expected
    near = get_close_matches(text, value.choices, n=1) if value else []
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f'{name} is "{_short(text)}".{hint}', expected


def _date_problem(node: etree._Element, name: str, value: Value, text: str) -> tuple[str, str]:
    secret = node.tag in _BIRTH
    shown = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", text)) if secret else text
    if value.type in {"CalendarDate", "DateOrMonthDay"} and _TIMED.match(text):
        return f'{name} carries a time ("{_short(shown)}").', "the date only, as YYYY-MM-DD (L12)"
    if _WRITTEN.fullmatch(text):
        return f"{name} is {'a date' if secret else text} that the calendar does not have.", value.expected
    return f'{name} is not a date, but {"of the shape " if secret else ""}"{_short(shown)}".', value.expected


def _wanted(value: Value | None) -> str:
    if value is None:
        return ""
    return _one_of(value.choices) if value.choices else value.expected


def _one_of(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) > _CHOICES:
        return f"one of {', '.join(names[:_CHOICES])} and {len(names) - _CHOICES} more (see xsd/)"
    return f"one of {', '.join(names)}" if len(names) > 1 else "".join(names)


def _list(names: list[str], word: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def _named(namespace: str) -> str:
    return f'the namespace "{_short(namespace)}"' if namespace else "no namespace"


def _where(node: etree._Element) -> str:
    return _short(path_of(node), _LONGEST_PATH)


def _short(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
