"""Ways to make a right server wrong: a rule changed or dropped, a function replaced, answers rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

from mockpars.domain.vocabulary import number

Change = Callable[[], AbstractContextManager[Any]]
"""Made when the impostor is: what to change, until it is undone."""
Rewrite = Callable[[int, dict[str, str], str, dict[str, Any]], tuple[int, dict[str, str], str]]
"""From status, headers (names in lower case), body and WSGI environment of a right answer to those of a wrong one."""

_RULES = (
    "mockpars.service.learners.COMPLETION",
    "mockpars.service.learners.CREDIT",
    "mockpars.service.learners.DELETION",
    "mockpars.service.learners.IDENTITY",
    "mockpars.service.learners.LOOKUP",
    "mockpars.service.activities.ACTIVITY",
    "mockpars.service.activities.REGISTRATION",
    "mockpars.service.activities.TARGET",
    "mockpars.service.activities.ENVELOPE",
    "mockpars.service.activities.LOOKUP",
    "mockpars.service.deliveries.DECISION",
)


@dataclass(frozen=True)
class Impostor:
    """A wrong server: one deviation, and the cases of which at least one must fail because of it."""

    name: str
    caught_by: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    rewrite: Rewrite | None = None


DAY = timedelta(days=1)


def server(name: str, caught_by: str, *changes: Change, rewrite: Rewrite | None = None) -> Impostor:
    """An impostor; the cases that must notice are named in one string, with blanks between."""
    return Impostor(name, tuple(caught_by.split()), changes, rewrite)


def changed(value: Any, **changes: Any) -> Any:
    """A dataclass with some fields changed."""
    return replace(value, **changes)


def worth(text: Any) -> Any:
    """A number as the rules read it. Checks of impostors are one-liners that compare it freely."""
    return number(text)


def _named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def put(path: str, new: Any) -> Change:
    """Puts something else in a module's place for it."""
    return lambda: patch(path, new)


def around(path: str, make: Callable[[Any], Any]) -> Change:
    """Replaces a function or method by what `make` makes of it. `path` may end in Class.method."""

    def change() -> AbstractContextManager[Any]:
        owner, _, name = path.rpartition(".")
        try:
            holder = import_module(owner)
        except ModuleNotFoundError:
            holder = _named(owner)
        return patch.object(holder, name, make(getattr(holder, name)))

    return change


def rule(stage: str, rule_id: str, **changes: Any) -> Change:
    """Changes one rule of a stage, such as its check (`broken`) or its code."""

    def change() -> AbstractContextManager[Any]:
        path = next(path for path in _RULES if path.endswith(stage))
        rules = _named(path)
        if rule_id not in {entry.id for entry in rules}:
            raise LookupError(f"there is no rule {rule_id} in {path}")
        return patch(path, tuple(replace(entry, **changes) if entry.id == rule_id else entry for entry in rules))

    return change


def unchecked(stage: str, rule_id: str) -> Change:
    """A rule of a stage that never finds anything."""
    return rule(stage, rule_id, broken=lambda value, facts: False)


def without(code: int) -> tuple[Change, ...]:
    """Drops every rule of a code."""

    def drop(path: str) -> Change:
        return lambda: patch(path, tuple(entry for entry in _named(path) if entry.code != code))

    return tuple(drop(path) for path in _RULES)


def forget_verdicts() -> None:
    """What right rules have judged is remembered in this process, and what wrong ones have."""
    for remembers in ("_is_wrong_completion", "_is_wrong_credit"):
        _named(f"mockpars.service.learners.{remembers}").cache_clear()


def rewriting(app: Any, rewrite: Rewrite) -> Any:
    """A WSGI application whose answers of the services are rewritten; the control API is left alone."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockpars"):
            answer: Iterable[bytes] = app(environ, start_response)
            return answer
        caught: list[Any] = []

        def start(line: str, headers: list[tuple[str, str]], failure: Any = None) -> Any:
            caught[:] = [int(line.split(" ")[0]), {name.lower(): value for name, value in headers}]
            return lambda data: None

        body = b"".join(app(environ, start)).decode("utf-8", "surrogateescape")
        status, sent, text = rewrite(caught[0], caught[1], body, environ)
        data = text.encode("utf-8", "surrogateescape")
        sent["content-length"] = str(len(data))
        start_response(f"{status} Rewritten", list(sent.items()))
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else data]

    return wrapped


def swap(old: str, new: str) -> Rewrite:
    """Replaces a pattern in every answer's body."""
    pattern = re.compile(old, re.DOTALL)

    def rewrite(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
        return status, headers, pattern.sub(new, body)

    return rewrite


def restatus(old: int, new: int) -> Rewrite:
    """Answers with one HTTP status in another's place."""

    def rewrite(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
        return (new if status == old else status), headers, body

    return rewrite


def rehead(name: str, value: str | None) -> Rewrite:
    """Sets or removes a header of every answer."""

    def rewrite(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
        kept = {key: entry for key, entry in headers.items() if key != name}
        return status, kept | ({name: value} if value is not None else {}), body

    return rewrite
