"""Arming and disarming the scenarios of a sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockpars.domain.scenario import Scenario
from mockpars.service.activities import ACTIVITY_CODES
from mockpars.service.learners import LEARNER_CODES, MATCH_CODES
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenario_files import SavedScenario
from mockpars.store.armed import ArmedRow

ArmedScenario = ArmedRow
"""An armed scenario: `body` has scenario and, where wanted, operation, physician, activity, percent and reason."""


_FORCED = {
    "SaveActivity": ACTIVITY_CODES,
    "SaveLearnerActivity": LEARNER_CODES,
    "LearnerMatchRequest": MATCH_CODES,
}


def can_act(scenario: Scenario, operation: str) -> bool:
    """Whether a scenario can ever act on an operation: a match cannot answer 303, for one."""
    if scenario.kind.effect == "fault":
        return True
    if scenario.kind.effect == "reject":
        return scenario.kind.code in _FORCED.get(operation, ())
    return operation == "SaveLearnerActivity"


def all_armed(sandbox: Sandbox) -> list[ArmedScenario]:
    """In the order they were armed."""
    return sandbox.store.armed.all(sandbox.world.id)


def arm(sandbox: Sandbox, body: dict[str, Any], times: int | None) -> ArmedScenario:
    """Arms a scenario for so many requests, or until it is disarmed."""
    store, world = sandbox.store, sandbox.world.id
    with store.transaction():
        row = ArmedRow(store.worlds.take_armed(world), times, body)
        store.armed.add(world, row)
        store.worlds.mark(world, armed=True)
    return row


def arm_saved(sandbox: Sandbox, saved: Iterable[SavedScenario]) -> None:
    """Arms what files say is to be armed at start, in place of what they said at the last one."""
    for row in all_armed(sandbox):
        if row.body.get("file"):
            disarm(sandbox, row.id)
    for entry in saved:
        if entry.armed:
            arm(sandbox, {**entry.body, "file": entry.file}, entry.times)


def disarm(sandbox: Sandbox, number: int | None = None) -> int:
    """Disarms one, or all; answers how many there were."""
    store, world = sandbox.store, sandbox.world.id
    with store.transaction():
        gone = store.armed.remove(world, number)
        store.worlds.mark(world, armed=bool(store.armed.all(world)))
    return gone
