"""The names that the expressions of one case may use, each computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mockpars.contract.expressions import evaluate
from mockpars.contract.trouble import ExpressionInvalid

CENTRAL = ZoneInfo("America/Chicago")  # the day of PARS is a day in US Central (L12)


class CaseScope(Mapping[str, Any]):
    """Names of the target, values of states and case, and what answers stored; the latest wins."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._known: dict[str, Any] = dict(names)
        self._pending: dict[str, Any] = {}
        self._computing: list[str] = []

    def define(self, values: Mapping[str, Any]) -> None:
        """Adds expressions by name; they see one another, whatever their order."""
        self._pending.update(values)

    def store(self, name: str, value: Any) -> None:
        """Keeps what an answer said."""
        self._known[name] = value
        self._pending.pop(name, None)

    def __getitem__(self, name: str) -> Any:
        if name in self._pending:
            if name in self._computing:
                raise ExpressionInvalid(f"{name} is defined by itself: {' -> '.join((*self._computing, name))}.")
            self._computing.append(name)
            try:
                value = self._pending[name]
                self._known[name] = evaluate(value, self) if isinstance(value, str) else value
                del self._pending[name]
            finally:
                self._computing.remove(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._known, **self._pending})

    def __len__(self) -> int:
        return len({**self._known, **self._pending})

    def __contains__(self, name: object) -> bool:
        return name in self._pending or name in self._known


def clock_names(now: datetime) -> dict[str, Any]:
    """What the clock gives: now, today in US Central, this_year."""
    today = now.astimezone(CENTRAL).date()
    return {"now": now.astimezone(UTC), "today": today, "this_year": today.year}
