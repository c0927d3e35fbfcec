"""The real sandbox, or a stand-in for it: polite, resumable, clearing away what it makes, and never production."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mockpars.contract.library import SANDBOX, Case, Library, State
from mockpars.contract.messages import Message
from mockpars.contract.reading import Reading, RecordReading, Rules, read
from mockpars.contract.roles import read_people
from mockpars.contract.targets.base import Account, Answer, Person, RoleMissing, reason_by_kind
from mockpars.contract.targets.deletion import deletion, saves, without_credentials
from mockpars.contract.targets.guard import Guard, npis_in, refuse_plain_http, refuse_production
from mockpars.contract.targets.http import HttpClient
from mockpars.contract.targets.pace import Pace
from mockpars.contract.targets.progress import Made, Progress
from mockpars.contract.trouble import BudgetSpent, ContractError, TargetRefused, UsageWrong

# T1.
ACTIVITY_URL: Final = "https://pars03nsbgateways02.azure-api.net"
LEARNER_URL: Final = "https://pars03nsbgateways01.azure-api.net"
_VARIABLES: Final = ("ACCME_PARS_USER", "ACCME_PARS_PASSWORD", "ACCME_PROVIDER_ID", "ACCME_ENV")
# What a Delete of something that is not there answers: nothing is left, which is what was wanted.
_GONE: Final = frozenset({300, 302})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The base URL of each service."""

    activity: str
    learner: str

    def of(self, service: str) -> str:
        """The base URL of a service by its name in operations.yaml."""
        return self.activity if service == "activity" else self.learner

    def __str__(self) -> str:
        return self.activity if self.activity == self.learner else f"{self.activity} and {self.learner}"


def real_sandbox(given: Namespace, library: Library, run: str, environ: Mapping[str, str]) -> SandboxTarget:
    """ACCME's sandbox, or whatever --activity-url and --learner-url name. Raises TargetRefused, UsageWrong."""
    hosts = Hosts(
        (given.activity_url or ACTIVITY_URL).rstrip("/"),
        (given.learner_url or LEARNER_URL).rstrip("/"),
    )
    return _target(hosts, given, library, run, environ)


def foreign(base: str, given: Namespace, library: Library, run: str, environ: Mapping[str, str]) -> SandboxTarget:
    """A server at one base URL that is not ours."""
    return _target(Hosts(base, base), given, library, run, environ)


def _target(hosts: Hosts, given: Namespace, library: Library, run: str, environ: Mapping[str, str]) -> SandboxTarget:
    account = read_account(environ)
    for url in (hosts.activity, hosts.learner):
        refuse_production(url)
        refuse_plain_http(url)
    if not given.i_hold_the_credentials:
        raise TargetRefused(
            f"This would send messages to {hosts} with the credentials of {account.user}.",
            "If that is meant, say so with --i-hold-the-credentials; --dry-run shows what would be sent.",
        )
    people = read_people(Path(given.roles), library) if given.roles else {}
    return SandboxTarget(
        hosts,
        account,
        library,
        run,
        people=people,
        pace=Pace(given.rate, given.budget),
        progress=Progress(Path(given.state) if given.state else None, str(hosts)),
        rules=Rules.load(library.root, Path(given.extraction) if given.extraction else None),
        keep=given.keep,
    )


def read_account(environ: Mapping[str, str]) -> Account:
    """The account of the environment (R2). Raises UsageWrong, and TargetRefused for production."""
    missing = [name for name in _VARIABLES if not environ.get(name)]
    if missing:
        raise UsageWrong(f"{', '.join(missing)} must be set.", "They are the account that ACCME provisioned (R2).")
    if environ["ACCME_ENV"].strip().lower() != "sandbox":
        raise TargetRefused(
            f"ACCME_ENV is {environ['ACCME_ENV']!r}, and the suite runs with sandbox only.",
            "Set ACCME_ENV=sandbox, with the sandbox's credentials.",
        )
    return Account(*(environ[name] for name in _VARIABLES[:3]))


class SandboxTarget:
    """A service without our control API. Requests go out one at a time."""

    kind = SANDBOX
    strict = False
    workers = 1

    def __init__(
        self, hosts: Hosts, account: Account, library: Library, run: str, *, people: Mapping[str, Person], pace: Pace,
        progress: Progress, rules: Rules, keep: bool = False, timeout: float = 60,
    ) -> None:  # fmt: skip
        self.hosts = hosts
        self.name = f"sandbox at {hosts}"
        self.account = account
        self.run = run
        self.progress = progress
        self.pace = pace
        self.keep = keep
        self.rules = rules
        self._library = library
        self._people = people
        self.guard = Guard(str(person["npi"]) for person in people.values())
        self._client = HttpClient(timeout, proxied=True)

    def reason_to_omit(self, case: Case, states: list[State]) -> str | None:
        """Why this case cannot run here, or None."""
        return reason_by_kind(self.kind, case, states)

    def person(self, role: str) -> Person:
        """The test physician of a role. Raises RoleMissing."""
        if role not in self._people:
            raise RoleMissing(f"the roles file names nobody for {role}")
        return self._people[role]

    def open(self, case: Case, number: int) -> SandboxSession:
        """A session for a case; what it makes is marked with the run and the case."""
        return SandboxSession(self, case, number)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def send(self, message: Message, *, counted: bool = True) -> list[Answer]:
        """Sends one message, when it may go out. Raises TargetRefused, BudgetSpent."""
        base = self.hosts.of(message.operation.service)
        self.guard.check(base, message)
        self.pace.wait(message.at_once, counted=counted)
        return self._client.send(base, message)

    def trust_what_was_made(self) -> None:
        """Lets the people of the noted messages be sent again: they passed the guard when their records were made."""
        self.guard = self.guard.including(npi for entry in self.progress.made for npi in npis_in(entry.text))

    def clean(self, entries: list[Made]) -> list[str]:
        """Deletes what was saved, learner records before activities; what could not be deleted comes back as text."""
        left = []
        latest_first = sorted(entries, key=lambda entry: -entry.number)
        for entry in sorted(latest_first, key=lambda entry: entry.operation == "SaveActivity"):
            operation = self._library.operations[entry.operation]
            try:
                answer = self.send(deletion(operation, entry.text, self.account), counted=False)[0]
            except (ContractError, BudgetSpent) as error:
                left.append(f"{entry.case}: {error.reason}")
                continue
            reading = read(answer.http, answer.body, operation.name, self.rules)
            if reading.outcome == "Accepted" or _nothing_there(reading):
                self.progress.forget(entry)
            else:
                said = answer.problem or f"HTTP {answer.http} {reading.outcome} {list(reading.codes)}"
                left.append(f"{entry.case}: the Delete of its {operation.name} was answered {said}")
        return left


def _nothing_there(reading: Reading) -> bool:
    """Whether every record was deleted, or was not there."""
    told = reading.records or (RecordReading(reading.outcome, reading.codes),)
    return all(record.outcome == "Accepted" or (record.codes and set(record.codes) <= _GONE) for record in told)


class SandboxSession:
    """One case's time with a service that is not ours."""

    def __init__(self, target: SandboxTarget, case: Case, number: int) -> None:
        self.account = target.account
        self.now = datetime.now(UTC)
        self.mark = f"MOCKPARS-CONTRACT-{target.run}-{number}-"
        self._target = target
        self._case = case.id
        self._made: list[Made] = []

    def send(self, message: Message) -> list[Answer]:
        """The answers to one message; one that may save something is noted before it goes out."""
        noted = None
        if saves(message):
            text = without_credentials(message.text)
            noted = self._target.progress.note(self._case, message.operation.name, text)
            self._made.append(noted)
        try:
            answers = self._target.send(message)
        except ContractError:
            if noted:
                self._forget(noted)  # it never left
            raise
        if noted and all(self._surely_refused(message, answer) for answer in answers):
            self._forget(noted)
        return answers

    def advance(self, by: str) -> None:
        """There is no clock to move. Raises ContractError."""
        raise ContractError("The clock of this target cannot be advanced.")

    def control(self, step: Mapping[str, Any]) -> Answer:
        """There is no control API. Raises ContractError."""
        raise ContractError("This target has no control API.")

    def close(self, *, failed: bool) -> None:
        """Deletes what the case saved, whether it failed or not, unless all is to be kept."""
        if not self._target.keep:
            self._target.clean([entry for entry in self._made if entry in self._target.progress.made])

    def _surely_refused(self, message: Message, answer: Answer) -> bool:
        reading = read(answer.http, answer.body, message.operation.name, self._target.rules)
        if reading.problem or not answer.http or answer.http >= 500:
            return False  # accepted, and the answer lost: it happens
        accepted = any(record.outcome == "Accepted" for record in reading.records)
        return not accepted and reading.outcome in ("Rejected", "Fault")

    def _forget(self, entry: Made) -> None:
        self._target.progress.forget(entry)
        self._made.remove(entry)
