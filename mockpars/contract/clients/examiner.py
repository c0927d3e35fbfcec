"""Holding exams: a fresh sandbox for each, the client called, its answer and the journal judged."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mockpars.contract.clients import exams as exams_module
from mockpars.contract.clients.adapters import Adapter, Reply
from mockpars.contract.clients.exams import Exam, Step
from mockpars.contract.clients.grading import codes_met, grade
from mockpars.contract.clients.journal import Journal, read_url
from mockpars.contract.clients.judging import UNSUPPORTED, judge
from mockpars.contract.clients.marks import Mark, bad, good
from mockpars.contract.library import Library
from mockpars.contract.messages import compose
from mockpars.contract.targets.mock import MockTarget
from mockpars.contract.trouble import ContractError, TargetUnreachable

CLOCK: Final = "2026-05-20T15:00:00Z"
_DATES: Final[Mapping[str, str]] = {"start": "2026-01-01", "end": "2026-12-31", "claim": "2026-12-31"}
_COMPLETED: Final = "2026-05-06"


@dataclass(slots=True)
class Sitting:
    """What came of one exam. `unsupported` where the client said that it does not do such things."""

    exam: Exam
    marks: list[tuple[str, Mark]] = field(default_factory=list)
    codes: list[tuple[int, Mark]] = field(default_factory=list)
    unsupported: bool = False
    journal: Journal | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was broken."""
        return all(mark.good for _, mark in self.marks)


@dataclass(frozen=True, slots=True)
class Examiner:
    """Holds exams on a mock. `limit` is what a client may take for one call, in seconds."""

    target: MockTarget
    library: Library
    adapter: Adapter
    limit: float = 30.0
    workers: int = 4

    def hold(self, exams: Iterable[Exam], observe: Callable[[Sitting], None] = lambda _: None) -> list[Sitting]:
        """All of them, in their order; several at a time."""

        def one(exam: Exam) -> Sitting:
            sitting = self.sit(exam)
            observe(sitting)
            return sitting

        with ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(one, exams))

    def sit(self, exam: Exam) -> Sitting:
        """One exam. Raises ContractError where the harness itself fails."""
        started = time.perf_counter()
        hall = Hall(self, exam)
        try:
            sitting = hall.perform()
        finally:
            hall.close()
        sitting.seconds = time.perf_counter() - started
        return sitting


class Hall:
    """The sandbox in which one exam is held."""

    def __init__(self, examiner: Examiner, exam: Exam) -> None:
        self._examiner = examiner
        self._exam = exam
        self._target = examiner.target
        self._name = f"exam-{secrets.token_hex(6)}"
        self._course = f"EXAM-{exam.id}"
        self._activity_id: str | None = None
        self._previous: dict[str, Any] | None = None
        wanted = {
            "name": self._name,
            "clock": CLOCK,
            "ttl": "PT1H",
            "user": "exam@example.org",
            "password": secrets.token_urlsafe(12),
        }
        self._sandbox = self._call("POST", f"{self._target.base}/_mockpars/sandboxes", wanted)
        self._control = f"{self._target.base}/_mockpars/sandboxes/{self._name}"

    def close(self) -> None:
        """Deletes the sandbox."""
        self._target.client.call("DELETE", self._control, None, self._target.token)

    def perform(self) -> Sitting:
        """Prepares, calls, judges."""
        exam = self._exam
        sitting = Sitting(exam)
        if exam.registered:
            self._register()
        for scenario in exam.arm:
            self._call("POST", f"{self._control}/scenarios", dict(scenario))
        first = self._next_number()
        for step in exam.steps:
            if step.advance:
                self._call("POST", f"{self._control}/clock/advance", {"by": step.advance})
                continue
            reply, found = self._step(step)
            if reply.answer and reply.answer.get("outcome") == UNSUPPORTED:
                sitting.unsupported = True
                return sitting
            sitting.marks += found
        sitting.journal = self._journal(first)
        sitting.marks += list(grade(sitting.journal))
        sitting.marks = [(name, replace(mark, exam=exam.id)) for name, mark in sitting.marks]
        sitting.codes = list(self._codes(sitting))
        return sitting

    def _step(self, step: Step) -> tuple[Reply, list[tuple[str, Mark]]]:
        learner = exams_module.person(step.learner or self._exam.learner)
        before = self._next_number()
        event = self._event(step, learner)
        reply = self._examiner.adapter.call(event, self._settings(), self._examiner.limit)
        journal = self._journal(before)
        if self._activity_id is None:
            told = [
                one.activity_id for entry in journal.own for one in entry.registrations if one.answered == "Accepted"
            ]
            self._activity_id = next(iter(told), None)
        answer = reply.answer or {}
        if answer.get("credit_id"):
            self._previous = {"credit_id": answer["credit_id"], "outcome": answer.get("outcome"), "npi": learner["npi"]}
        return reply, list(judge(step, reply, journal, learner, self._examiner.limit))

    def _codes(self, sitting: Sitting) -> Iterator[tuple[int, Mark]]:
        """A code was dealt with if it reached the client and nothing about it was done wrongly."""
        assert sitting.journal is not None  # noqa: S101  # set by the caller
        received = {code for code, _ in codes_met(sitting.journal)}
        judged = ("reports-truth", "reports-codes", "no-unchanged-retry", "save-only-on-one", "ends-in-time")
        wrong = [mark for name, mark in sitting.marks if name in judged and not mark.good]
        for code in sitting.exam.codes:
            if code in received and wrong:
                yield code, replace(bad(wrong[0].why, *wrong[0].exchanges), exam=sitting.exam.id)
            elif code in received:
                yield code, replace(good(f"{sitting.exam.title}."), exam=sitting.exam.id)

    def _event(self, step: Step, learner: Mapping[str, Any]) -> dict[str, Any]:
        dates = {**_DATES, **self._exam.dates}
        event: dict[str, Any] = {
            "event": step.event,
            "learner": {name: learner[name] for name in ("first_name", "last_name", "date_of_birth", "npi")},
            "course": {
                "course_id": self._course,
                "title": "HIPAA Privacy and Security for Physicians",
                "credit_hours": self._exam.hours,
                "credit_type": "AMA PRA Category 1",
                "format": "Internet Enduring Material",
                "commercial_support": "no",
                "start_date": dates["start"],
                "end_date": dates["end"],
                "credit_claim_date": dates["claim"],
                "completion_date": _COMPLETED,
            },
            "activity": {"provider_activity_id": self._course, "pars_activity_id": self._activity_id},
            "previous": self._previous if step.again or step.event == "correction" else None,
        }
        if step.event == "check-status":
            event["credit_id"] = (self._previous or {}).get("credit_id")
        for path, value in step.changes.items():
            group, _, name = path.partition(".")
            event[group][name] = value
        return event

    def _settings(self) -> dict[str, str]:
        return {
            "ACCME_PARS_USER": self._sandbox["user"],
            "ACCME_PARS_PASSWORD": self._sandbox["password"],
            "ACCME_PROVIDER_ID": self._sandbox["provider_id"],
            "ACCME_ENV": "sandbox",
            "ACCME_ACTIVITY_URL": self._sandbox["activity_service"],
            "ACCME_LEARNER_URL": self._sandbox["learner_service"],
        }

    def _register(self) -> None:
        dates = {**_DATES, **self._exam.dates}
        scope = {
            "user": self._sandbox["user"],
            "password": self._sandbox["password"],
            "provider_id": self._sandbox["provider_id"],
            "reporting_year": dates["start"][:4],
            "activity_start": dates["start"],
            "activity_end": dates["end"],
            "credit_claim_date": dates["claim"],
            "provider_activity_id": self._course,
            "hours": self._exam.hours,
        }
        message = compose(self._examiner.library, {"operation": "SaveActivity", "body": "activity"}, scope)
        answer = self._target.client.send(f"{self._target.base}/sandboxes/{self._name}", message)[0]
        found = [one for entry in self._journal(0).entries for one in entry.registrations if one.answered == "Accepted"]
        if not found:
            raise ContractError(f"The activity of exam {self._exam.id} was not registered: {answer.body[:300]!r}")
        self._activity_id = found[0].activity_id

    def _next_number(self) -> int:
        newest = self._call("GET", f"{self._control}/journal?limit=1", None)["exchanges"]
        return int(newest[0]["id"]) + 1 if newest else 0

    def _journal(self, first_own: int) -> Journal:
        return read_url(self._target.base, self._name, self._target.client, self._target.token, first_own)

    def _call(self, method: str, url: str, body: Any) -> Any:
        answer = self._target.client.call(method, url, body, self._target.token)
        if not 200 <= answer.http < 300:
            said = answer.problem or answer.body.decode("utf-8", "replace")[:300]
            raise TargetUnreachable(
                f"The control API of {self._target.base} did not do as asked ({url}): HTTP {answer.http} {said}"
            )
        return json.loads(answer.body) if answer.body else None
