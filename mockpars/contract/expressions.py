"""The expressions of cases: dates relative to the case's clock, numbers, names. A parser of its own, never eval.

expr   := term (("+" | "-") term)* ("|" filter)*
term   := factor ("*" factor)*
factor := NUMBER [unit] | NAME ("." NAME)* | "date" "(" expr "," expr "," expr ")" | "(" expr ")" | "-" factor
unit   := day week month year hour minute second, or their plurals
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from mockpars.contract.trouble import ExpressionInvalid

Value = str | int | Decimal | date | datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A distance in time: calendar months, and a fixed part."""

    months: int
    rest: timedelta


Scope = Mapping[str, Any]
"""Names to values; a value may itself be a mapping, reached by a dot."""


class Over(Mapping[str, Any]):
    """Some names over others, none of which is computed before it is asked for."""

    def __init__(self, names: Scope, others: Scope) -> None:
        self._names, self._others = names, others

    def __getitem__(self, name: str) -> Any:
        return self._names[name] if name in self._names else self._others[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names or name in self._others

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._names, *self._others)))

    def __len__(self) -> int:
        return len(dict.fromkeys((*self._names, *self._others)))


_TOKEN: Final = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*().,|]))")
_BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_WHOLE: Final = re.compile(r"\{([^{}]*)\}")
_UNITS: Final[Mapping[str, tuple[int, timedelta]]] = {
    "day": (0, timedelta(days=1)),
    "week": (0, timedelta(weeks=1)),
    "month": (1, timedelta()),
    "year": (12, timedelta()),
    "hour": (0, timedelta(hours=1)),
    "minute": (0, timedelta(minutes=1)),
    "second": (0, timedelta(seconds=1)),
}


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not unicodedata.combining(mark)))


_FILTERS: Final[Mapping[str, Callable[[Any], Value]]] = {
    "upper": lambda value: show(value).upper(),
    "lower": lambda value: show(value).lower(),
    "title": lambda value: show(value).title(),
    "plain": lambda value: _plain(show(value)),
    "reversed": lambda value: show(value)[::-1],
    "first": lambda value: show(value)[:1],
    "year": lambda value: _as_date(value, "year").year,
}


def evaluate(text: str, scope: Scope) -> Value:
    """The value of a string: typed where it is one expression alone, else text with each expression put in."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        return _value(whole.group(1), scope)
    return interpolate(text, scope)


def interpolate(text: str, scope: Scope) -> str:
    """Puts in the value of each {expression}; {{ and }} are literal braces. Raises ExpressionInvalid."""
    if "{" not in text and "}" not in text:
        return text

    def put(found: re.Match[str]) -> str:
        if found.group(1) is None:
            return found.group(0)[0]
        return show(_value(found.group(1), scope))

    return _BRACES.sub(put, text)


def show(value: object) -> str:
    """A value as it stands in a message: ISO dates, instants in UTC with Z, numbers as written."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Span | Mapping):
        raise ExpressionInvalid("A span of time or a group of values cannot stand in a text alone.")
    return str(value)


def _value(source: str, scope: Scope) -> Value:
    parser = _Parser(_tokens(source), source, scope)
    value = parser.expression()
    parser.end()
    return value  # type: ignore[no-any-return]  # the parser is dynamic; Spans are refused by show()


@lru_cache(maxsize=2048)
def _tokens(source: str) -> tuple[str, ...]:
    found, position, text = [], 0, source.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionInvalid(f"{{{source}}}: {text[position:]!r} is no part of an expression.")
        found.append(match.group().strip())
        position = match.end()
    return tuple(found)


class _Parser:
    """Reads one expression from left to right, computing as it goes."""

    def __init__(self, tokens: tuple[str, ...], source: str, scope: Scope) -> None:
        self._tokens = tokens
        self._source = source
        self._scope = scope
        self._at = 0

    def expression(self) -> Any:
        value = self._sum()
        while self._take("|"):
            name = self._next("a filter")
            if name not in _FILTERS:
                raise self._wrong(f"there is no filter {name!r}; known: {', '.join(_FILTERS)}")
            value = _FILTERS[name](value)
        return value

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._wrong(f"{self._tokens[self._at]!r} is not expected there")

    def _sum(self) -> Any:
        value = self._product()
        while (sign := self._peek()) in ("+", "-"):
            self._at += 1
            other = self._product()
            try:
                value = _add(value, other, 1 if sign == "+" else -1)
            except (TypeError, ValueError, InvalidOperation, OverflowError) as error:
                raise self._wrong(str(error)) from None
        return value

    def _product(self) -> Any:
        value = self._factor()
        while self._take("*"):
            value = _number(value) * _number(self._factor())
        return value

    def _factor(self) -> Any:
        word = self._next("a value")
        if word == "-":
            return -_number(self._factor())
        if word == "(":
            value = self.expression()
            self._expect(")")
            return value
        if word[0].isdigit():
            unit = (self._peek() or "").removesuffix("s")
            if unit in _UNITS:
                self._at += 1
                months, rest = _UNITS[unit]
                return Span(months * int(word), rest * int(word))
            return Decimal(word)
        if word == "date" and self._peek() == "(":
            return self._date()
        return self._name(word)

    def _date(self) -> date:
        self._expect("(")
        parts = [int(_number(self.expression()))]
        while self._take(","):
            parts.append(int(_number(self.expression())))
        self._expect(")")
        try:
            return date(*parts)
        except (TypeError, ValueError) as error:
            raise self._wrong(str(error)) from None

    def _name(self, token: str) -> Any:
        path, value = token, self._look_up(self._scope, token, token)
        while self._take("."):
            part = self._next("a name")
            path = f"{path}.{part}"
            value = self._look_up(value, part, path)
        return value

    def _look_up(self, scope: Any, name: str, path: str) -> Any:
        if not isinstance(scope, Mapping) or name not in scope:
            known = ", ".join(sorted(scope)) if isinstance(scope, Mapping) else "none"
            raise self._wrong(f"{path} has no value here; known: {known}")
        return scope[name]

    def _peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str) -> str:
        token = self._peek()
        if token is None:
            raise self._wrong(f"{wanted} is missing at the end")
        self._at += 1
        return token

    def _take(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._wrong(f"{token!r} is missing")

    def _wrong(self, problem: str) -> ExpressionInvalid:
        return ExpressionInvalid(f"{{{self._source}}}: {problem}.")


def _add(value: Any, other: Any, sign: int) -> Any:
    if isinstance(other, Span):
        return _move(value, other, sign)
    return _number(value) + sign * _number(other)


def _move(value: Any, span: Span, sign: int) -> date | datetime:
    start = value if isinstance(value, datetime) else _as_date(value, "span")
    months = start.year * 12 + start.month - 1 + sign * span.months
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last)) + sign * span.rest


def _as_date(value: Any, purpose: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ExpressionInvalid(f"{show(value)!r} is no date, and {purpose} needs one.") from None


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ExpressionInvalid(f"{show(value)!r} is no number.") from None
