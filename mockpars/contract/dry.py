"""A dry run: what would be sent, in order, with nothing going out. What answers would tell stands in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from mockpars.contract.library import Case, Library, State, Step, steps_of
from mockpars.contract.messages import Message, compose
from mockpars.contract.scope import CaseScope, clock_names
from mockpars.contract.scrub import Scrubber
from mockpars.contract.targets.base import RoleMissing, reason_by_kind
from mockpars.contract.targets.guard import Guard
from mockpars.contract.targets.sandbox import SandboxTarget
from mockpars.contract.trouble import TargetRefused
from mockpars.errors import MockparsError

_ROLE = "matching-physician"


def dry_run(target: SandboxTarget, library: Library, cases: Iterable[Case]) -> Iterator[str]:
    """A piece of text per case and message."""
    scrubber = Scrubber([target.account.password])
    requests = 0
    for number, case in enumerate(cases, 1):
        try:
            messages = list(_messages(target, library, case, number))
        except MockparsError as error:
            yield f"omit {case.id}: {error.reason}\n"
            continue
        yield f"run {case.id}: {len(messages)} requests\n"
        for message in messages:
            requests += message.at_once
            base = target.hosts.of(message.operation.service)
            yield f"  {message.method} {base}{message.path}\n"
            yield "".join(f"    {line}\n" for line in scrubber.text(message.text).splitlines())
    yield f"{requests} requests would be sent, and about as many to clear away what they save.\n"


def _messages(target: SandboxTarget, library: Library, case: Case, number: int) -> Iterator[Message]:
    states = steps_of(library, case)
    reason = reason_by_kind(target.kind, case, states)
    if reason:
        raise RoleMissing(reason)
    scope = _scope(target, case, states, number)
    guard: Guard = target.guard
    for step in [step for state in states for step in state.steps] + list(case.steps):
        yield _message(target, library, step, scope, guard)


def _message(target: SandboxTarget, library: Library, step: Step, scope: CaseScope, guard: Guard) -> Message:
    if step.send is None:
        raise TargetRefused("the step is no request")
    message = compose(library, step.send, scope)
    guard.check(target.hosts.of(message.operation.service), message)
    for name in step.expect.get("stores", {}):
        scope.store(name, f"[{name}]")
    return message


def _scope(target: SandboxTarget, case: Case, states: list[State], number: int) -> CaseScope:
    needs = {name: role for state in states for name, role in state.needs.items()} | dict(case.needs)
    needs.setdefault("learner", _ROLE)
    account = target.account
    scope = CaseScope(
        {
            **clock_names(datetime.now(UTC)),
            "user": account.user,
            "password": account.password,
            "provider_id": account.provider_id,
            "mark": f"MOCKPARS-CONTRACT-{target.run}-{number}-",
            "run": str(number),
            **{name: target.person(role) for name, role in needs.items()},
        }
    )
    for state in states:
        scope.define(state.values)
    scope.define(case.values)
    return scope
