"""What a target is: it opens a session per case, and a session sends messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mockpars.contract.library import MOCK, SANDBOX, Case, State, Step
from mockpars.contract.messages import Message
from mockpars.contract.trouble import ContractError

Person = Mapping[str, Any]
"""first_name, last_name, date_of_birth, npi, profession, licences by state, boards by name."""


class RoleMissing(ContractError):
    """Nobody on this target plays a role."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `http` is 0 where there was none, and `problem` says why. Header names are in lower case."""

    http: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    url: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who sends: the web-services account."""

    user: str
    password: str = field(repr=False)
    provider_id: str = "0008273"


class Session(Protocol):
    """One case's time with a target."""

    account: Account
    now: datetime
    mark: str

    def send(self, message: Message) -> list[Answer]:
        """The answers to one message, several when it is sent at once. Raises ContractError."""

    def advance(self, by: str) -> None:
        """Moves the target's clock: `overnight` or an ISO-8601 duration."""

    def control(self, step: Mapping[str, Any]) -> Answer:
        """Calls the control API of the case's sandbox."""

    def close(self, *, failed: bool) -> None:
        """Ends the session and clears away what it made."""


class Target(Protocol):
    """Something to judge. `kind` is mock or sandbox; a strict one must answer by our response schema."""

    name: str
    kind: str
    strict: bool
    workers: int

    def reason_to_omit(self, case: Case, states: list[State]) -> str | None:
        """Why this case cannot run here, or None."""

    def person(self, role: str) -> Person:
        """Who plays a role. Raises RoleMissing."""

    def open(self, case: Case, number: int) -> Session:
        """A session for a case. Raises ContractError."""

    def close(self) -> None:
        """Ends what the target started."""


def reason_by_kind(kind: str, case: Case, states: list[State]) -> str | None:
    """Why a kind of target cannot take a case, from the case alone."""
    if kind not in case.targets:
        return case.because or f"it is not for the {kind}"
    if kind == MOCK:
        return None
    if case.clock:
        return f"it needs the clock to stand at {case.clock}, and the clock of this target is real"
    steps: list[Step] = [step for state in states for step in state.steps] + list(case.steps)
    if any(step.advance for step in steps):
        return "it waits for the night, and the clock of this target cannot be advanced"
    if any(step.control for step in steps):
        return "it uses the control API, which this target does not have"
    return None


__all__ = [
    "MOCK",
    "SANDBOX",
    "Account",
    "Answer",
    "Person",
    "RoleMissing",
    "Session",
    "Target",
    "reason_by_kind",
]
