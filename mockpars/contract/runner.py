"""Running cases over a target: states first, then the steps, every answer read, judged and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mockpars.contract.expectations import Seen, compare, decoded, matches_record, stored
from mockpars.contract.expressions import Scope, interpolate
from mockpars.contract.invariants import broken_invariants
from mockpars.contract.library import Case, Library, State, Step, steps_of
from mockpars.contract.messages import Message, compose
from mockpars.contract.opinion import Opinion
from mockpars.contract.reading import Reading, Rules, read
from mockpars.contract.results import CaseResult, Exchange, Run
from mockpars.contract.scope import CaseScope, clock_names
from mockpars.contract.scrub import Scrubber
from mockpars.contract.targets.base import Answer, RoleMissing, Session, Target
from mockpars.contract.trouble import BudgetSpent
from mockpars.errors import MockparsError

DEFAULT_ROLE = "matching-physician"
_LONGEST_REQUEST = 20_000

Observer = Callable[[CaseResult], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """What judging needs, made once per run. `scrubber` cleans what is kept of an exchange."""

    library: Library
    rules: Rules
    opinion: Opinion
    scrubber: Callable[[Session, Mapping[str, Any]], Scrubber]
    record: Callable[[Session, Exchange, int, Mapping[str, Any]], None] = field(default=lambda *_: None)


def run_cases(target: Target, tools: Tools, cases: Iterable[Case], run: str, observe: Observer = lambda _: None) -> Run:
    """Runs the cases; results come in the order of the cases, `observe` is called as each ends."""
    outcome = Run(target.name, target.kind, run, datetime.now(UTC))
    started = time.perf_counter()
    numbers = {case_id: number for number, case_id in enumerate(tools.library.cases, 1)}

    def one(case: Case) -> CaseResult:
        result = run_case(target, tools, case, numbers.get(case.id, 0))
        observe(result)
        return result

    if target.workers > 1:
        with ThreadPoolExecutor(target.workers) as pool:
            outcome.results = list(pool.map(one, cases))
    else:
        outcome.results = [one(case) for case in cases]
    outcome.seconds = time.perf_counter() - started
    return outcome


def run_case(target: Target, tools: Tools, case: Case, number: int) -> CaseResult:
    """Runs one case; whatever goes wrong becomes its result."""
    result = CaseResult(case, "pass")
    started = time.perf_counter()
    try:
        states = steps_of(tools.library, case)
        reason = target.reason_to_omit(case, states)
        if reason:
            result.status, result.reason = "omit", reason
        else:
            _run_in_session(target, tools, case, states, number, result)
    except RoleMissing as error:
        result.status, result.reason = "omit", error.reason
    except BudgetSpent as error:
        result.status, result.reason = "skip", error.reason
    except MockparsError as error:
        result.status, result.reason = "error", str(error)
    result.seconds = time.perf_counter() - started
    return result


def _run_in_session(
    target: Target, tools: Tools, case: Case, states: list[State], number: int, result: CaseResult
) -> None:
    needs = {name: role for state in states for name, role in state.needs.items()} | dict(case.needs)
    people = {name: target.person(role) for name, role in needs.items()}
    session = target.open(case, number)
    try:
        _Play(target, tools, session, case, states, people, needs, result).perform()
    finally:
        session.close(failed=result.status != "pass")


class _Play:
    """One case being run in one session."""

    def __init__(
        self, target: Target, tools: Tools, session: Session, case: Case, states: list[State],
        people: Mapping[str, Any], needs: Mapping[str, str], result: CaseResult,
    ) -> None:  # fmt: skip
        self._target = target
        self._tools = tools
        self._session = session
        self._case = case
        self._states = states
        self._result = result
        self._people: dict[str, Any] = dict(people)
        self._cast = {role: people[name] for name, role in needs.items()}
        account = session.account
        names = {
            **clock_names(session.now),
            "user": account.user,
            "password": account.password,
            "provider_id": account.provider_id,
            "mark": session.mark,
            "run": session.mark.rstrip("-").rpartition("-")[2],
            **self._people,
        }
        self._scope = CaseScope(names)

    def perform(self) -> None:
        """The states, then the steps."""
        if "learner" not in self._people:
            self._cast_default()
        for state in self._states:
            self._scope.define(state.values)
        self._scope.define(self._case.values)
        for state in self._states:
            if not self._steps(state.steps, state.name):
                self._result.status = "error"
                self._result.reason = f"The state {state.name} could not be brought about."
                return
        if not self._steps(self._case.steps, "step"):
            self._result.status = "fail"

    def _cast_default(self) -> None:
        try:
            person = self._target.person(DEFAULT_ROLE)
        except RoleMissing as error:
            self._scope.store("learner", _Nobody(error))
        else:
            self._cast[DEFAULT_ROLE] = person
            self._scope.store("learner", person)

    def _steps(self, steps: Iterable[Step], label: str) -> bool:
        for number, step in enumerate(steps, 1):
            problems = self._step(step, f"{label} {number}")
            self._result.problems += [f"{label} {number}: {problem}" for problem in problems]
            if problems:
                return False
        return True

    def _step(self, step: Step, label: str) -> list[str]:
        if step.advance:
            self._session.advance(step.advance)
            for name, value in clock_names(self._session.now).items():
                if name == "now":
                    self._scope.store(name, value)
            return []
        if step.control:
            return self._control(step.control)
        assert step.send is not None  # noqa: S101  # the schema sees to it
        message = compose(self._tools.library, step.send, self._scope)
        answers = self._session.send(message)
        seen = [self._keep(label, message, answer, number) for number, answer in enumerate(answers, 1)]
        return self._judge(step, message, seen)

    def _control(self, control: Mapping[str, Any]) -> list[str]:
        path = self._put(control["path"])
        answer = self._session.control({**control, "path": path, "json": self._put(control.get("json"))})
        text = decoded(answer)
        wanted = control.get("http")
        fine = answer.http == wanted if wanted else 200 <= answer.http < 300
        problems = [] if fine else [f"The control API answered {answer.http} to {path}: {text[:300]}"]
        problems += [
            f"{path} does not show {word!r}."
            for word in map(self._put, control.get("contains", ()))
            if word not in text
        ]
        problems += [f"{path} shows {word!r}." for word in map(self._put, control.get("absent", ())) if word in text]
        return problems

    def _put(self, value: Any) -> Any:
        """Expressions put into whatever JSON holds."""
        if isinstance(value, str):
            return interpolate(value, self._scope)
        if isinstance(value, Mapping):
            return {key: self._put(entry) for key, entry in value.items()}
        return [self._put(entry) for entry in value] if isinstance(value, list) else value

    def _judge(self, step: Step, message: Message, seen: list[Seen]) -> list[str]:
        problems: list[str] = []
        for one in seen:
            problems += self._judge_shape(step, message, one)
        if "any_order" in step.expect:
            problems += _in_any_order(seen, step.expect["any_order"], self._scope)
        else:
            for one in seen:
                problems += compare(one, step.expect, self._scope)
        if not problems:
            found, missing = stored(seen[0], step.expect.get("stores", {}))
            for name, value in found.items():
                self._scope.store(name, value)
            problems += missing
        return problems

    def _judge_shape(self, step: Step, message: Message, seen: Seen) -> list[str]:
        """The second opinion on the answer; on a target that may differ it is drift and no problem."""
        if seen.answer.http == 0 or message.method in ("HEAD", "OPTIONS"):
            return []
        found = []
        if step.expect.get("valid", True):
            expected = None if seen.answer.http >= 400 else message.operation.answer
            found = self._tools.opinion.problems(seen.answer.body, expected)
        if seen.ours:
            leaks = broken_invariants(seen.answer, step.expect, message.secrets)
            return [f"The answer breaks its schema: {problem}" for problem in found] + leaks
        self._result.drift += [f"{message.operation.name}: {problem}" for problem in found]
        return broken_invariants(seen.answer, {"valid": False, **step.expect}, message.secrets)

    def _keep(self, label: str, message: Message, answer: Answer, number: int) -> Seen:
        reading: Reading = read(answer.http, answer.body, message.operation.name, self._tools.rules)
        seen = Seen(answer, reading, self._target.strict)
        scrubber = self._tools.scrubber(self._session, self._cast)
        exchange = Exchange(
            case=self._case.id,
            step=label,
            operation=message.operation.name,
            method=message.method,
            url=scrubber.text(answer.url or message.path),
            request_headers=scrubber.headers(dict(message.headers)),
            request=scrubber.text(message.text)[:_LONGEST_REQUEST],
            http=answer.http,
            headers=scrubber.headers(answer.headers),
            answer=scrubber.text(decoded(answer)),
            seconds=answer.seconds,
            problem=answer.problem,
        )
        self._result.exchanges.append(exchange)
        self._result.readings.append(reading)
        self._tools.record(self._session, exchange, number, self._cast)
        return seen


class _Nobody(Mapping[str, Any]):
    """Stands where nobody plays the default role: a case that needs the learner is omitted, others run."""

    def __init__(self, error: RoleMissing) -> None:
        self._error = error

    def __getitem__(self, name: str) -> Any:
        raise self._error

    def __contains__(self, name: object) -> bool:
        raise self._error

    def __iter__(self) -> Any:
        raise self._error

    def __len__(self) -> int:
        return 0


def _in_any_order(seen: list[Seen], expect: list[Mapping[str, Any]], scope: Scope) -> list[str]:
    if len(seen) != len(expect):
        return [f"{len(seen)} answers, expected {len(expect)}."]
    left = list(expect)
    for one in seen:
        fitting = next((wanted for wanted in left if not matches_record(one, wanted, scope)), None)
        if fitting is None:
            return [f"One answer is {one.reading.outcome} {list(one.reading.codes)}, expected one of {left}."]
        left.remove(fitting)
    return []
