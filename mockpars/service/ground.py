"""The ground a sandbox can start from: what another one held when something happened there, laid anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockpars.domain.model import ActivitySubmission, LearnerRecord, Physician
from mockpars.errors import MockparsError
from mockpars.immutable import immutable
from mockpars.service.activities import save_activities
from mockpars.service.arming import arm
from mockpars.service.sandbox import Sandbox
from mockpars.service.sandboxes import FIRST_ACTIVITY
from mockpars.service.scenarios import Scenarios, read_scenario


class BadGround(MockparsError):
    """A ground that cannot be laid, such as an activity that PARS would not register."""


@immutable
class Ground:
    """Activities under the IDs they had, learner records under theirs, physicians beside the seed, armed scenarios."""

    activities: tuple[tuple[int, ActivitySubmission], ...] = ()
    records: tuple[LearnerRecord, ...] = ()
    physicians: tuple[Physician, ...] = ()
    armed: tuple[dict[str, Any], ...] = ()

    @property
    def first_activity(self) -> int:
        """The first ID that a sandbox on this ground can give to an activity of its own."""
        return max([FIRST_ACTIVITY, *(number + 1 for number, _ in self.activities)])


def lay(sandbox: Sandbox, ground: Ground) -> None:
    """Lays a ground in a sandbox that was just made with its `first_activity`. Raises BadGround and UnknownScenario."""
    _add_physicians(sandbox, ground.physicians)
    for number, sent in ground.activities:
        _register(sandbox, number, sent)
    for record in ground.records:
        if sandbox.physician(record.physician_id) is None:
            raise BadGround(f"{record.credit_id} is a record of {record.physician_id}, whom nobody knows here.")
        if not sandbox.store.records.restore(sandbox.world.id, record):
            raise BadGround(f"{record.credit_id} cannot stand beside another record of the ground.")
    for body in ground.armed:
        read_scenario(body["scenario"])
        arm(sandbox, body, None)


def _add_physicians(sandbox: Sandbox, physicians: tuple[Physician, ...]) -> None:
    for physician in physicians:
        if physician.scenario:
            read_scenario(physician.scenario)
        if sandbox.physician(physician.id) or not sandbox.store.physicians.add(sandbox.world.id, physician):
            raise BadGround(f"There are two physicians {physician.id}.")
    if physicians:
        sandbox.store.worlds.mark(sandbox.world.id, own_physicians=True)
        sandbox.world = replace(sandbox.world, own_physicians=True)


def _register(sandbox: Sandbox, wanted: int, sent: ActivitySubmission) -> None:
    """Registers an activity by the rules, then gives it the ID it had."""
    store, world = sandbox.store, sandbox.world.id
    added = replace(sent, action="Add", activity_id=None)
    if sandbox.activity(str(wanted), None) or sandbox.activity(None, sent.provider_activity_id):
        raise BadGround(f"Activity {wanted} stands there twice.")
    (result,) = save_activities(sandbox, sandbox.world.provider_id, [added], Scenarios(sandbox, "SaveActivity"))
    given = None if result.activity_id is None else store.activities.find(world, result.activity_id)
    if given is None:
        raise BadGround(f"PARS would not register activity {wanted}: {result.findings[0].message}")
    store.activities.delete(world, given.id, sandbox.now)
    store.activities.save(world, replace(given, id=wanted), sent.document, sandbox.now)
