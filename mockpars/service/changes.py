"""What happened in a sandbox between two instants of its clock, for a page that was asked afterwards."""

from __future__ import annotations

from datetime import datetime

from mockpars.domain.timeline import transitions
from mockpars.service.overnight import Fired
from mockpars.service.sandbox import Sandbox

MOST_RECORDS = 200


def between(sandbox: Sandbox, before: datetime, after: datetime) -> tuple[list[Fired], bool]:
    """The transitions of live records in that time, in order, and whether there were more than are listed."""
    records = sandbox.store.records.unsettled(sandbox.world.id, before, after, MOST_RECORDS + 1)
    fired = [
        Fired(record.credit_id, step)
        for record in records[:MOST_RECORDS]
        for step in transitions(record.accepted_at, record.deliveries)
        if before < step.at <= after
    ]
    fired.sort(key=lambda entry: entry.transition.at)
    return fired, len(records) > MOST_RECORDS
