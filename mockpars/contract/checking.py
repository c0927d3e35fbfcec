"""Judging case files by contracts/case.schema.json, with messages that name file, case and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mockpars.contract.trouble import DataInvalid

_MOST_SHOWN = 10


def check_case_file(entries: object, path: Path, schema: Mapping[str, Any]) -> None:
    """A case file follows the schema, or DataInvalid says what does not."""
    if not isinstance(entries, list) or not entries:
        raise DataInvalid(f"{path.name} is no list of cases.")
    problems: list[str] = []
    validator = _validator(_Key(schema, "case"))
    for number, entry in enumerate(entries, 1):
        name = entry.get("id", f"number {number}") if isinstance(entry, Mapping) else f"number {number}"
        problems += [f"{path.name}: case {name}: {problem}" for problem in _problems(validator, entry)]
    _raise(problems)


def check_states(entries: object, file: str, schema: Mapping[str, Any]) -> None:
    """states.yaml follows the schema, or DataInvalid says what does not."""
    validator = _validator(_Key(schema, "states"))
    _raise([f"{file}: {problem}" for problem in _problems(validator, entries)])


class _Key:
    """A schema and the name of a definition in it; equal by identity, so that validators are made once."""

    def __init__(self, schema: Mapping[str, Any], name: str) -> None:
        self.schema, self.name = schema, name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (id(self.schema), self.name) == (id(other.schema), other.name)

    def __hash__(self) -> int:
        return hash((id(self.schema), self.name))


@lru_cache(maxsize=8)
def _validator(key: _Key) -> Any:
    from jsonschema import Draft202012Validator  # here, because it is slow to import

    return Draft202012Validator({"$ref": f"#/$defs/{key.name}", "$defs": key.schema["$defs"]})


def _problems(validator: Any, entry: object) -> list[str]:
    return [f"{_place(error.absolute_path)}{_say(error)}" for error in validator.iter_errors(entry)]


def _place(path: Sequence[object]) -> str:
    steps = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return f"{steps.lstrip('.')}: " if steps else ""


def _say(error: Any) -> str:
    message = str(error.message)
    if error.validator in ("oneOf", "anyOf") and error.context:
        deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
        message = f"{_place(deepest.relative_path)}{deepest.message}"
    return message if len(message) < 300 else f"{message[:300]} ..."


def _raise(problems: list[str]) -> None:
    if problems:
        more = f"\n... and {len(problems) - _MOST_SHOWN} more" if len(problems) > _MOST_SHOWN else ""
        raise DataInvalid("\n".join(problems[:_MOST_SHOWN]) + more, "See contracts/case.schema.json.")
