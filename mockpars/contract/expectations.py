"""Comparing what an answer says with what a case expects; every difference is a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from mockpars.contract import xmltree
from mockpars.contract.expressions import Scope, interpolate, show
from mockpars.contract.reading import ANSWERED, FAULT, Reading, RecordReading
from mockpars.contract.targets.base import Answer

_HTTP_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer with its reading. `ours` says whether its shape must be ours (a mock) or may differ."""

    answer: Answer
    reading: Reading
    ours: bool

    @property
    def text(self) -> str:
        """The body as text."""
        return decoded(self.answer)


def decoded(answer: Answer) -> str:
    """An answer's body as text, by its byte-order mark or as UTF-8."""
    body = answer.body
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig", "replace")


def compare(seen: Seen, expect: Mapping[str, Any], scope: Scope) -> list[str]:
    """The differences between an answer and what was expected; none where they agree."""
    if seen.answer.http == 0 and expect.get("http") != 0:
        return [seen.answer.problem or "There was no answer."]
    problems = _http(seen, expect)
    for name, judge in _JUDGES.items():
        if name in expect:
            problems += judge(seen, expect[name], scope)
    return problems


def stored(seen: Seen, wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What `stores` keeps of an answer, and what it did not find."""
    found: dict[str, str] = {}
    missing = []
    for name, what in wanted.items():
        plain, _, number = what.partition("[")
        values = _extract(seen.reading, plain)
        at = int(number.rstrip("]") or 1) - 1 if number else 0
        if at < len(values):
            found[name] = values[at]
        else:
            missing.append(f"The answer holds no {what} to keep as {name}.")
    return found, missing


def _extract(reading: Reading, what: str) -> list[str]:
    if what in reading.ids:
        return list(reading.ids[what])
    single = {"status": reading.status, "match": reading.match, "outcome": reading.outcome, "fault": reading.fault}
    if what in single:
        return [] if single[what] is None else [str(single[what])]
    return list(reading.texts.get(what, ()))


def matches_record(seen: Seen, expect: Mapping[str, Any], scope: Scope) -> list[str]:
    """For answers in any order: an answer as a whole judged as one record."""
    reading = seen.reading
    first = reading.records[0] if len(reading.records) == 1 else RecordReading()
    whole = RecordReading(
        outcome=reading.outcome,
        codes=reading.codes,
        status=reading.status,
        action=first.action,
        activity_id=first.activity_id,
        provider_activity_id=first.provider_activity_id,
    )
    return _record(whole, expect, scope, "The answer")


def _http(seen: Seen, expect: Mapping[str, Any]) -> list[str]:
    http, wanted = seen.answer.http, expect.get("http")
    if wanted is None:
        outcome = expect.get("outcome")
        if outcome == FAULT:
            return [] if 400 <= http < 500 else [f"HTTP {http}, expected 4xx."]
        wanted = _HTTP_OK
    allowed = wanted if isinstance(wanted, list) else [wanted]
    if http in allowed:
        return []
    if not seen.ours and all(400 <= status < 500 for status in allowed) and 400 <= http < 500:
        return []  # which 4xx a gateway answers is not documented; the run reports it as drift
    return [f"HTTP {http}, expected {' or '.join(map(str, allowed))}."]


def _outcome(seen: Seen, expect: str, scope: Scope) -> list[str]:
    found = seen.reading.outcome
    if expect == ANSWERED and found in (ANSWERED, "Accepted", "Rejected") and seen.answer.http < 400:
        return []
    return [] if found == expect else [f"Outcome {found}{_why(seen)}, expected {expect}."]


def _why(seen: Seen) -> str:
    reading = seen.reading
    if reading.problem:
        return f" ({reading.problem})"
    if reading.codes:
        return f" with {', '.join(map(str, reading.codes))}"
    return f" ({reading.fault})" if reading.fault else ""


def _codes(seen: Seen, expect: list[int], scope: Scope) -> list[str]:
    return _same_codes(seen.reading.codes, expect, "Codes")


def _same_codes(found: tuple[int, ...], expect: list[int], what: str) -> list[str]:
    if set(found) == set(expect):
        return []
    return [f"{what} {_list(found)}, expected {_list(expect)}."]


def _list(codes: Any) -> str:
    return ", ".join(map(str, codes)) or "none"


def _fields(seen: Seen, expect: Mapping[str, str], scope: Scope) -> list[str]:
    if not seen.ours:
        return []
    found = seen.reading.fields
    return [
        f"Code {code} names the field {found.get(int(code), '(none)')}, expected {name}."
        for code, name in expect.items()
        if found.get(int(code)) != name
    ]


def _match(seen: Seen, expect: int, scope: Scope) -> list[str]:
    found = seen.reading.match
    return [] if found == expect else [f"Match {_shown(found)}{_why(seen)}, expected {expect}."]


def _match_not(seen: Seen, expect: int, scope: Scope) -> list[str]:
    found = seen.reading.match
    if found is None:
        return [f"No match integer{_why(seen)}, expected one other than {expect}."]
    return [f"Match {found}, expected another."] if found == expect else []


def _status(seen: Seen, expect: str, scope: Scope) -> list[str]:
    found = seen.reading.status
    return [] if found == expect else [f"Status {_shown(found)}{_why(seen)}, expected {expect}."]


def _deliveries(seen: Seen, expect: Mapping[str, str], scope: Scope) -> list[str]:
    found = seen.reading.deliveries
    return [
        f"Delivery to {name}: {found.get(name, '(none)')}, expected {status}."
        for name, status in expect.items()
        if found.get(name) != status
    ]


def _fault(seen: Seen, expect: str, scope: Scope) -> list[str]:
    if not seen.ours:
        return []
    found = seen.reading.fault
    return [] if found == expect else [f"Fault code {_shown(found)}, expected {expect}."]


def _records(seen: Seen, expect: list[Mapping[str, Any]], scope: Scope) -> list[str]:
    found = seen.reading.records
    if len(found) != len(expect):
        return [f"{len(found)} records in the answer, expected {len(expect)}."]
    problems = []
    for number, (record, wanted) in enumerate(zip(found, expect, strict=True), 1):
        problems += _record(record, wanted, scope, f"Record {number}")
    return problems


def _record(found: RecordReading, expect: Mapping[str, Any], scope: Scope, what: str) -> list[str]:
    problems = []
    known = {entry.name for entry in fields(RecordReading)}
    for name, wanted in expect.items():
        if name == "codes":
            problems += _same_codes(found.codes, wanted, f"{what}: codes")
            continue
        value = getattr(found, name) if name in known else None
        text = interpolate(wanted, scope) if isinstance(wanted, str) else show(wanted)
        if value != text:
            problems.append(f"{what}: {name} {_shown(value)}, expected {text}.")
    return problems


def _record_count(seen: Seen, expect: int, scope: Scope) -> list[str]:
    found = len(seen.reading.records)
    return [] if found == expect else [f"{found} records in the answer, expected {expect}."]


def _values(seen: Seen, expect: Mapping[str, Any], scope: Scope) -> list[str]:
    problems = []
    for name, wanted in expect.items():
        text = interpolate(str(wanted), scope)
        found = _texts(seen, name)
        if text not in found and (found or seen.ours):
            problems.append(f"{name} is {', '.join(found[:3]) or '(not there)'}, expected {text}.")
    return problems


def _values_not(seen: Seen, expect: Mapping[str, Any], scope: Scope) -> list[str]:
    return [
        f"{name} is {interpolate(str(wanted), scope)}, expected another."
        for name, wanted in expect.items()
        if interpolate(str(wanted), scope) in _texts(seen, name)
    ]


def _texts(seen: Seen, name: str) -> tuple[str, ...]:
    """The texts of elements by local name, or by a place such as title/string."""
    if "/" not in name and "[" not in name:
        return seen.reading.texts.get(name, ())
    try:
        root = xmltree.parse(seen.answer.body)
    except xmltree.NotXml:
        return ()
    return tuple((element.text or "").strip() for element in xmltree.find_all(root, name))


def _contains(seen: Seen, expect: list[str], scope: Scope) -> list[str]:
    wanted = [interpolate(text, scope) for text in expect]
    return [f"The answer does not contain {text!r}." for text in wanted if text not in seen.text]


def _absent(seen: Seen, expect: list[str], scope: Scope) -> list[str]:
    unwanted = [interpolate(text, scope) for text in expect]
    return [f"The answer contains {text!r}." for text in unwanted if text in seen.text]


def _headers(seen: Seen, expect: Mapping[str, str | None], scope: Scope) -> list[str]:
    problems = []
    for name, wanted in expect.items():
        found = seen.answer.headers.get(name.lower())
        if wanted is None:
            problems += [f"Header {name} is {found!r}, expected none."] if found is not None else []
        elif found is None or (wanted != "*" and interpolate(wanted, scope).lower() not in found.lower()):
            problems.append(f"Header {name} is {found!r}, expected {wanted!r}.")
    return problems


def _shown(value: object) -> str:
    return "(none)" if value is None else str(value)


_JUDGES: Final[Mapping[str, Callable[[Seen, Any, Scope], list[str]]]] = {
    "outcome": _outcome,
    "codes": _codes,
    "fields": _fields,
    "match": _match,
    "match_not": _match_not,
    "status": _status,
    "deliveries": _deliveries,
    "fault": _fault,
    "records": _records,
    "record_count": _record_count,
    "values": _values,
    "values_not": _values_not,
    "contains": _contains,
    "absent": _absent,
    "headers": _headers,
}
