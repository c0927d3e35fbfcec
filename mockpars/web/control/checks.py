"""Reading requests strictly: JSON that means one thing, and the small part of JSON Schema the endpoints use.

The schemas that describe the endpoints are the ones that judge them, so the description cannot promise anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from mockpars.web.control.refusals import Detail, Refused

Schema = dict[str, Any]

MOST_BYTES = 1024 * 1024
# Control characters and halves of surrogate pairs: JSON can write them, databases and XML cannot hold them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "object": ("an object", (dict,)),
    "array": ("a list", (list,)),
    "string": ("a string", (str,)),
    "integer": ("a whole number", (int,)),
    "boolean": ("true or false", (bool,)),
}


def read_json(body: bytes) -> Any:
    """Reads a body, an empty one as an empty object. Raises Refused (400 or 413)."""
    if len(body) > MOST_BYTES:
        raise Refused(413, "TooLarge", f"The body is larger than {MOST_BYTES} bytes.", "Send less at a time.")
    if not body.strip():
        return {}
    try:
        return json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_number
        )
    except UnicodeDecodeError:
        raise Refused(400, "Malformed", "The body is not UTF-8.", "Send JSON in UTF-8.") from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Refused(400, "Malformed", f"The body is not JSON: {reason}.", "Send one JSON object.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value  # 1.0 is a whole number, in JSON Schema


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def problems(value: Any, schema: Schema, at: str = "") -> Iterator[Detail]:
    """Everything about a value that its schema does not allow."""
    words, types = _KINDS[schema["type"]]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        yield _problem(at, f"is {_shown(value)}", words)
    elif isinstance(value, dict):
        yield from _object_problems(value, schema, at)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield _problem(at, f"has {len(value)} entries", f"at most {schema['maxItems']}")
            return
        for number, entry in enumerate(value):
            yield from problems(entry, schema["items"], f"{at}/{number}" if at else str(number))
    elif isinstance(value, str):
        yield from _text_problems(value, schema, at)
    elif isinstance(value, int) and not isinstance(value, bool):
        low, high = schema["minimum"], schema["maximum"]
        if not low <= value <= high:
            yield _problem(at, f"is {_shown(value)}", f"a whole number from {low} to {high}")


def _object_problems(value: Mapping[str, Any], schema: Schema, at: str) -> Iterator[Detail]:
    known: Mapping[str, Schema] = schema["properties"]
    prefix = f"{at}/" if at else ""
    for name in schema.get("required", ()):
        if name not in value:
            yield _problem(prefix + name, "is missing", known[name].get("description", ""))
    for name, entry in value.items():
        if name in known:
            yield from problems(entry, known[name], prefix + name)
        else:
            fields = ", ".join(known) or "no fields at all"
            yield _problem(_clean(prefix + name), "is not a field of this request", fields)


def _text_problems(value: str, schema: Schema, at: str) -> Iterator[Detail]:
    if _UNWRITABLE.search(value):
        yield _problem(at, "has control characters or broken Unicode in it", "text that people can read")
    elif "enum" in schema:
        if value not in schema["enum"]:
            yield _problem(at, f"is {_shown(value)}", "one of " + ", ".join(schema["enum"]))
    elif not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        expected = f"{schema.get('minLength', 0)} to {schema.get('maxLength')} characters"
        yield _problem(at, f"has {len(value)} characters", expected)
    elif "pattern" in schema and (not re.search(schema["pattern"], value) or value.endswith("\n")):
        yield _problem(at, f"is {_shown(value)}", str(schema.get("description", schema["pattern"])))


def query_problems(sent: Mapping[str, str], known: Mapping[str, Schema]) -> Iterator[Detail]:
    """Everything wrong with a query string's parameters; numbers are still text there."""
    for name, text in sent.items():
        if name not in known:
            fields = ", ".join(known) or "no parameters at all"
            yield _problem(_clean(name), "is not a parameter of this request", fields)
            continue
        schema = known[name]
        value: Any = text
        if schema["type"] == "integer" and re.fullmatch(r"\d{1,18}", text, re.ASCII):
            value = int(text)
        elif schema["type"] == "boolean" and text in ("true", "false"):
            value = text == "true"
        yield from problems(value, schema, name)


def _problem(at: str, problem: str, expected: str) -> Detail:
    entry = {"field": at or "body", "problem": problem}
    return entry | {"expected": expected} if expected else entry


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{_clean(value)}"'
    if isinstance(value, dict | list):
        return _KINDS["object" if isinstance(value, dict) else "array"][0]
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return "a number too large to show"
    return "null" if value is None else json.dumps(value)


def _clean(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", short)
