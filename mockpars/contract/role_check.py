"""Asking a target who it knows: one LearnerMatchRequest per role."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from mockpars.contract.library import Case, Library, Step
from mockpars.contract.messages import compose
from mockpars.contract.reading import Rules, read
from mockpars.contract.scope import CaseScope, clock_names
from mockpars.contract.targets.base import Person, Session
from mockpars.contract.targets.factory import open_target
from mockpars.contract.trouble import BudgetSpent

_SEND = {"operation": "LearnerMatchRequest", "body": "match"}
_CASE = Case("role-check", "Each person of the roles file is known as the role says", "", (), (), (Step(send=_SEND),))


def check_people(given: Namespace, library: Library, people: Mapping[str, Person]) -> list[str]:
    """What does not fit, a sentence each. Raises ContractError."""
    target = open_target(Namespace(**{**vars(given), "roles": given.check}), library, "roles")
    rules = Rules.load(library.root, given.extraction)
    problems = []
    try:
        session = target.open(_CASE, 0)
        for name, person in people.items():
            wanted = library.roles[name].get("must", {}).get("match")
            if wanted is None:
                continue
            try:
                problems += _ask(library, rules, session, name, person, wanted)
            except BudgetSpent as error:
                problems.append(f"{name}: {error.reason}")
                break
        session.close(failed=False)
    finally:
        target.close()
    return problems


def _ask(library: Library, rules: Rules, session: Session, name: str, person: Person, wanted: int) -> list[str]:
    account = session.account
    scope = CaseScope(
        {
            **clock_names(session.now),
            "user": account.user,
            "password": account.password,
            "provider_id": account.provider_id,
            "learner": person,
        }
    )
    answer = session.send(compose(library, _SEND, scope))[0]
    reading = read(answer.http, answer.body, "LearnerMatchRequest", rules)
    if reading.match == wanted:
        return []
    said = answer.problem or (f"HTTP {answer.http}" if reading.match is None else f"match {reading.match}")
    return [f"{name}: {said}, expected match {wanted}."]
