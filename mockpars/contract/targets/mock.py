"""A target with the control API: one sandbox per case, each with a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from mockpars.contract.library import MOCK, Case, Library, State
from mockpars.contract.messages import Message
from mockpars.contract.targets import people
from mockpars.contract.targets.base import Account, Answer, Person, RoleMissing, reason_by_kind
from mockpars.contract.targets.http import HttpClient
from mockpars.contract.trouble import ContractError, TargetUnreachable

DEFAULT_CLOCK: Final = "2026-05-20T15:00:00Z"


class MockTarget:
    """A server of mockpars at a base URL. `token` is the control API's, where it asks for one."""

    kind = MOCK
    strict = True
    workers = 4
    tidy = True

    def __init__(
        self,
        base: str,
        library: Library,
        run: str,
        token: str = "",
        timeout: float = 30,
    ) -> None:
        self.base = base.rstrip("/")
        self.name = self.base
        self.run = run
        self.token = token
        self.client = HttpClient(timeout)
        self._library = library

    def reason_to_omit(self, case: Case, states: list[State]) -> str | None:
        """Why this case cannot run here, or None."""
        return reason_by_kind(self.kind, case, states)

    def person(self, role: str) -> Person:
        """The physician of the seed who plays a role. Raises RoleMissing."""
        entry = self._library.roles.get(role)
        if entry is None or "mock" not in entry:
            raise RoleMissing(f"roles.yaml does not say who plays {role} on a mock")
        return people.cast(role, entry["mock"])

    def open(self, case: Case, number: int) -> MockSession:
        """A new sandbox for a case."""
        clock = case.clock or DEFAULT_CLOCK
        name = f"contract-{self.run}-{number}"
        wanted = {"name": name, "clock": clock, "ttl": "PT1H"}
        answer = self.client.call("POST", f"{self.base}/_mockpars/sandboxes", wanted, self.token)
        if answer.http not in (200, 201):
            said = answer.problem or answer.body.decode("utf-8", "replace")[:300]
            raise TargetUnreachable(f"The control API made no sandbox: HTTP {answer.http}, {said}")
        said = json.loads(answer.body)
        account = Account(said["user"], said["password"], said["provider_id"])
        return MockSession(self, name, account, datetime.fromisoformat(clock).astimezone(UTC), number)

    def close(self) -> None:
        """Closes the connections."""
        self.client.close()


class MockSession:
    """One sandbox of a mock."""

    def __init__(self, target: MockTarget, name: str, account: Account, now: datetime, number: int) -> None:
        self.account = account
        self.now = now
        self.mark = f"MOCKPARS-CONTRACT-{target.run}-{number}-"
        self._target = target
        self._control = f"{target.base}/_mockpars/sandboxes/{name}"
        self._base = f"{target.base}/sandboxes/{name}"

    def send(self, message: Message) -> list[Answer]:
        """The answers to one message."""
        return self._target.client.send(self._base, message)

    def advance(self, by: str) -> None:
        """Moves the sandbox's clock."""
        answer = self._call("POST", "/clock/advance", {"by": by})
        if answer.http != 200:
            raise ContractError(f"The clock did not advance by {by}: HTTP {answer.http} {answer.body[:300]!r}")
        said = json.loads(answer.body)
        now = said.get("now") if isinstance(said, dict) else None
        if isinstance(now, str):
            self.now = datetime.fromisoformat(now).astimezone(UTC)

    def control(self, step: Mapping[str, Any]) -> Answer:
        """Calls the control API of the sandbox."""
        return self._call(step.get("method", "GET"), step["path"], step.get("json"))

    def close(self, *, failed: bool) -> None:
        """Deletes the sandbox; one that judged a failure stays for an hour, to be looked at."""
        if self._target.tidy and not failed:
            self._call("DELETE", "", None)

    def _call(self, method: str, path: str, body: Any) -> Answer:
        return self._target.client.call(method, self._control + path, body, self._target.token)
