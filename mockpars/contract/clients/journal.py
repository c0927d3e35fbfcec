"""The journal of a sandbox as evidence: read over the control API or from a file, oldest exchange first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from mockpars.contract.clients import sent
from mockpars.contract.targets.http import HttpClient
from mockpars.contract.trouble import DataInvalid, TargetUnreachable

UNANSWERED = frozenset({"too-many-requests", "server-error", "bad-gateway", "unavailable", "html-page"})
"""Faults by which the gateway says that PARS never took the message."""
UNCLEAR = frozenset({"timeout", "reset", "gateway-timeout", "truncated", "answer-lost", "wrong-content-type"})
"""Faults after which a client cannot know whether PARS took the message."""
_PAGE = 500


@dataclass(frozen=True)
class Entry:
    """One exchange. `at` is the sandbox's time, `wall` real time."""

    number: int
    at: datetime
    wall: datetime
    operation: str
    outcome: str
    status: int
    method: str
    path: str
    query: str
    scheme: str
    digest: str
    headers: Mapping[str, str]
    fault: str
    fault_argument: str
    verdict: Mapping[str, Any]
    request: str

    @property
    def clear(self) -> bool:
        """Whether PARS answered and the answer reached the client whole."""
        return self.fault in ("", "latency") and self.outcome not in ("Fault", "Refused")

    @property
    def refused(self) -> str:
        """The Fault code of a broken request, empty for any other."""
        return str(self.verdict.get("refused", {}).get("code", "")) if self.outcome == "Refused" else ""

    @property
    def match(self) -> int | None:
        """What a LearnerMatchRequest was answered, if that reached the client."""
        return int(self.outcome.removeprefix("Match ")) if self.clear and self.outcome.startswith("Match ") else None

    @cached_property
    def root(self) -> Any:
        """The message as XML, None where it is none."""
        return sent.parsed(self.request)

    @cached_property
    def records(self) -> list[sent.Record]:
        """The learner records of a SaveLearnerActivity."""
        return sent.records(self.root, self.verdict) if self.operation == "SaveLearnerActivity" else []

    @cached_property
    def registrations(self) -> list[sent.Registration]:
        """The activities of a SaveActivity."""
        return sent.registrations(self.root, self.verdict) if self.operation == "SaveActivity" else []

    @property
    def answers(self) -> list[sent.Record | sent.Registration]:
        """What PARS judged one by one: learner records, activities."""
        return [*self.records, *self.registrations]

    @property
    def people(self) -> list[sent.Record]:
        """The learners that a message names: of its records, or of a match."""
        return [*self.records, *([self.learner] if self.learner else [])]

    @cached_property
    def learner(self) -> sent.Record | None:
        """The learner of a LearnerMatchRequest."""
        return sent.identity(self.root, self.verdict) if self.operation == "LearnerMatchRequest" else None

    @cached_property
    def question(self) -> dict[str, str]:
        """What a status read asks for."""
        return sent.question(self.root, self.query) if self.operation.startswith("GetLearnerStatus") else {}


@dataclass
class Journal:
    """All exchanges of a sandbox, and from which number on they are the client's own."""

    entries: list[Entry]
    first_own: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            for activity in entry.registrations:
                if activity.activity_id and activity.provider_activity_id and activity.answered == "Accepted":
                    self._names[activity.provider_activity_id] = activity.activity_id

    @property
    def own(self) -> Iterator[Entry]:
        """The client's exchanges."""
        return (entry for entry in self.entries if entry.number >= self.first_own)

    def of(self, operation: str) -> Iterator[Entry]:
        """The client's exchanges of one operation."""
        return (entry for entry in self.own if entry.operation == operation)

    def before(self, entry: Entry) -> Iterator[Entry]:
        """Everything before an exchange, newest first."""
        return (other for other in reversed(self.entries) if other.number < entry.number)

    def after(self, entry: Entry) -> Iterator[Entry]:
        """Everything after an exchange, in order."""
        return (other for other in self.entries if other.number > entry.number)

    def activity(self, record: sent.Record) -> str:
        """One name for the activity of a record, whichever ID names it."""
        name = record.provider_activity_id or ""
        return record.activity_id or self._names.get(name, name)

    def key(self, record: sent.Record) -> tuple[str, str]:
        """What makes a record the same completion: who, and which activity (L5, 304)."""
        return record.npi, self.activity(record)

    def saved(self) -> Iterator[tuple[Entry, sent.Record]]:
        """Each learner record the client sent to be added."""
        for entry in self.of("SaveLearnerActivity"):
            for record in entry.records:
                if not record.delete:
                    yield entry, record


def read_url(base: str, sandbox: str, client: HttpClient, token: str = "", first_own: int = 0) -> Journal:
    """The journal of a sandbox of a server. Raises TargetUnreachable."""
    root = f"{base.rstrip('/')}/_mockpars/sandboxes/{sandbox}/journal"
    numbers: list[int] = []
    before = ""
    while True:
        page = _get(client, f"{root}?limit={_PAGE}{before}", token)
        numbers += [entry["id"] for entry in page["exchanges"]]
        if not page.get("next"):
            break
        before = f"&before={page['next']}"
    return journal((_get(client, f"{root}/{number}", token) for number in sorted(numbers)), first_own)


def read_file(path: Path) -> Journal:
    """A journal from a file of JSON: a list of exchanges, whole, or an object with them under `exchanges`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return journal(sorted(found["exchanges"] if isinstance(found, dict) else found, key=lambda entry: entry["id"]))
    except FileNotFoundError:
        raise DataInvalid(f"There is no file {path}.") from None
    except (ValueError, KeyError, TypeError) as error:
        fix = "Save what GET /_mockpars/sandboxes/NAME/journal/NUMBER answers for each exchange, as one list."
        raise DataInvalid(f"{path} holds no journal ({type(error).__name__}: {error}).", fix) from None


def journal(bodies: Iterable[Mapping[str, Any]], first_own: int = 0) -> Journal:
    """A journal from exchanges as the control API shows them, oldest first."""
    return Journal([_entry(body) for body in bodies], first_own)


def _get(client: HttpClient, url: str, token: str) -> Any:
    answer = client.call("GET", url, token=token)
    if answer.http != 200:
        said = answer.problem or answer.body.decode("utf-8", "replace")[:300]
        raise TargetUnreachable(f"The journal cannot be read at {url}: HTTP {answer.http} {said}")
    try:
        return json.loads(answer.body)
    except ValueError:
        raise TargetUnreachable(f"{url} answers no JSON, so it is no mockpars.") from None


def _entry(body: Mapping[str, Any]) -> Entry:
    name, _, argument = (body.get("fault") or "").partition(":")
    at = datetime.fromisoformat(body["at"])
    return Entry(
        number=body["id"],
        at=at,
        wall=datetime.fromisoformat(body["wall"]) if body.get("wall") else at,
        operation=body["operation"],
        outcome=body["outcome"],
        status=body["status"],
        method=body.get("method") or "",
        path=body.get("path") or "",
        query=body.get("query") or "",
        scheme=body.get("scheme") or "",
        digest=body.get("digest") or "",
        headers={key.lower(): value for key, value in (body.get("headers") or {}).items()},
        fault=name,
        fault_argument=argument,
        verdict=body.get("verdict") or {},
        request=body.get("request") or "",
    )
