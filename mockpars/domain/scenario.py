"""The one catalogue of scenarios: named ways to make something happen (persona, header, control API, studio)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from mockpars.domain.model import MOC_BOARDS
from mockpars.domain.rejection import CATALOGUE
from mockpars.immutable import immutable

Effect = Literal["reject", "decide", "delay-delivery", "fault"]


@immutable
class ScenarioKind:
    """An entry of the catalogue. `argument` says what may follow the name after a colon, if anything."""

    name: str
    title: str
    effect: Effect
    code: int | None = None
    argument: str | None = None
    default: str | None = None
    basis: str = "assumed"
    source: str = "T9"
    pattern: str = ""

    def accepts(self, argument: str) -> bool:
        """Whether this may follow the name after a colon."""
        return bool(self.pattern) and re.fullmatch(self.pattern, argument, re.ASCII) is not None


@immutable
class Scenario:
    """A scenario as asked for: a kind with its argument, and the reason a board gives."""

    kind: ScenarioKind
    argument: str | None = None
    reason: str | None = None

    @property
    def name(self) -> str:
        """The name as it was asked for, argument included."""
        return f"{self.kind.name}:{self.argument}" if self.argument else self.kind.name


_BOARD = "|".join(MOC_BOARDS)
_SECONDS = r"\d{1,3}(?:\.\d{1,3})?"
_RANGE = rf"{_SECONDS}(?:-{_SECONDS})?"
_NIGHTS = r"[2-9]|[12]\d|30"


def _kinds() -> Iterable[ScenarioKind]:
    for code, entry in CATALOGUE.items():
        if code != 310:  # 310 is a board's decision (L23)
            title = f"Answer {code}: {entry.meaning}"
            yield ScenarioKind(f"reject-{code}", title, "reject", code, basis=entry.basis, source=entry.source)
    yield from (
        _decision("board-approve", "Certifying boards approve, whatever is claimed", "L6"),
        _decision("board-reject", "Certifying boards reject with 310", "L23", 310),
        _decision("board-silent", "Certifying boards never answer", "L6"),
    )
    yield ScenarioKind(
        "state-reject", "State boards refuse the record", "decide", 310,
        "a state such as TX; all states without it", source="L22", pattern="[A-Z]{2}",
    )  # fmt: skip
    yield ScenarioKind(
        "overnight-slow", "Transmission waits for a later night", "delay-delivery", None,
        "nights, 2 to 30", "2", source="L6", pattern=_NIGHTS,
    )  # fmt: skip
    yield from _faults()


def _decision(name: str, title: str, source: str, code: int | None = None) -> ScenarioKind:
    argument = "a board such as ABIM; all boards without it"
    return ScenarioKind(name, title, "decide", code, argument, source=source, pattern=_BOARD)


def _faults() -> Iterable[ScenarioKind]:
    seconds = "seconds, or a range such as 0.5-2"
    for name, title, argument, default, pattern in (
        ("latency", "Answer late", seconds, "2", _RANGE),
        (
            "too-many-requests",
            "429 with Retry-After, from the gateway",
            "seconds to retry after",
            "30",
            r"\d{1,4}",
        ),
        ("server-error", "500 with an XML body", None, None, ""),
        ("bad-gateway", "502 with an HTML body", None, None, ""),
        ("unavailable", "503 with a JSON body, from the gateway", None, None, ""),
        ("gateway-timeout", "504 with an XML body", None, None, ""),
        ("html-page", "500 with a proxy's HTML error page", None, None, ""),
        ("reset", "The connection is reset before an answer", None, None, ""),
        ("truncated", "The answer's XML is cut in the middle", None, None, ""),
        ("wrong-content-type", "A right answer, labelled text/html", None, None, ""),
        ("timeout", "No answer for a long time, then the connection closes", "seconds", "60", _SECONDS),
        ("answer-lost", "The message is accepted and stored, but the answer is lost", None, None, ""),
    ):
        yield ScenarioKind(name, title, "fault", None, argument, default, pattern=pattern)


CATALOGUE_OF_SCENARIOS: dict[str, ScenarioKind] = {kind.name: kind for kind in _kinds()}
"""Every scenario by name."""


def find_scenario(name: str, reason: str | None = None) -> Scenario | None:
    """Reads a scenario's name, such as reject-303 or board-silent:ABIM; None when nobody knows it."""
    plain, _, argument = name.strip().partition(":")
    kind = CATALOGUE_OF_SCENARIOS.get(plain)
    if kind is None or (argument and not kind.accepts(argument)):
        return None
    return Scenario(kind, argument or kind.default, reason)
