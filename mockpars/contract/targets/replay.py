"""A recording as a target: same case, same request in its turn, the recorded answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from mockpars.contract.library import MOCK, Case, Library, State
from mockpars.contract.messages import Message
from mockpars.contract.recording import Recording
from mockpars.contract.scrub import restore
from mockpars.contract.targets import people
from mockpars.contract.targets.base import Account, Answer, Person, RoleMissing
from mockpars.contract.trouble import ContractError

_ACCOUNT = Account("replayed-user", "replayed-password", "0008273")


class ReplayTarget:
    """Answers from a recording. The people are those of the mock, put where the recording says who stood there."""

    workers = 1

    def __init__(self, path: Path, library: Library) -> None:
        self.recording = Recording(path)
        self.kind: str = self.recording.header["kind"]
        self.strict = self.kind == MOCK
        self.name = f"recording of {self.recording.header['target']}, {self.recording.header['recorded']}"
        self._library = library

    def reason_to_omit(self, case: Case, states: list[State]) -> str | None:
        """A case that was not run when recording cannot be replayed."""
        if any(step.control for step in case.steps):
            return "it uses the control API, which a recording does not have"
        if case.id in self.recording.exchanges:
            return None
        said = self.recording.reasons.get(case.id)
        return said or "the recording does not hold it"

    def person(self, role: str) -> Person:
        """The mock's physician for a role."""
        entry = self._library.roles.get(role)
        if entry is None or "mock" not in entry:
            raise RoleMissing(f"roles.yaml does not say who plays {role}")
        return people.cast(role, entry["mock"])

    def open(self, case: Case, number: int) -> ReplaySession:
        """The recorded session of a case."""
        return ReplaySession(self, self.recording.exchanges[case.id])

    def close(self) -> None:
        """Nothing to end."""

    @cached_property
    def cast(self) -> dict[str, Person]:
        """Everybody by role."""
        found = {}
        for role in self._library.roles:
            try:
                found[role] = self.person(role)
            except RoleMissing:
                continue
        return found


class ReplaySession:
    """One case's recorded exchanges, handed out in their order."""

    def __init__(self, target: ReplayTarget, exchanges: list[Mapping[str, Any]]) -> None:
        self.account = _ACCOUNT
        self.now = datetime.fromisoformat(exchanges[0]["now"])
        self.mark = str(exchanges[0]["mark"])
        self._left = list(exchanges)
        self._cast = target.cast

    def send(self, message: Message) -> list[Answer]:
        """The recorded answers. Raises ContractError where the case has changed since."""
        taken, self._left = self._left[: message.at_once], self._left[message.at_once :]
        wrong = [entry for entry in taken if entry["operation"] != message.operation.name]
        if len(taken) < message.at_once or wrong:
            raise ContractError(
                f"The recording holds no answer to this {message.operation.name}.",
                "The case has changed since the recording was made: record again.",
            )
        return [self._answer(entry) for entry in taken]

    def advance(self, by: str) -> None:
        """The clock moves to where it stood at the next exchange."""
        if self._left:
            self.now = datetime.fromisoformat(self._left[0]["now"])

    def control(self, step: Mapping[str, Any]) -> Answer:
        """Control calls are not recorded. Raises ContractError."""
        raise ContractError("The case uses the control API, which a recording does not have.")

    def close(self, *, failed: bool) -> None:
        """Nothing to clear away."""

    def _answer(self, entry: Mapping[str, Any]) -> Answer:
        body = entry["answer"]
        if "[" in body:
            body = restore(body, self._cast, self.account.provider_id)
        return Answer(entry["http"], entry["headers"], body.encode(), entry["seconds"], entry["url"], entry["problem"])
