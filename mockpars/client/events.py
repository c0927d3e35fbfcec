"""Completion events: what comes on stdin of the command line, and from whatever calls a client (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockpars.client.errors import InvalidValue
from mockpars.client.report import NOT_SUBMITTED, Report, Reporter
from mockpars.client.values import Completion


def handle(reporter: Reporter, event: Mapping[str, Any]) -> Report:
    """Does what an event asks: completion, correction or check-status. Raises InvalidValue.

    A completion that was accepted before (its `previous` has a credit ID) is looked at, not submitted again; a
    correction deletes that record first.
    """
    kind = event.get("event", "completion")
    if kind == "check-status":
        credit_id = event.get("credit_id")
        if not isinstance(credit_id, str) or not credit_id:
            raise InvalidValue("The event has no credit_id.")
        return reporter.check_status(credit_id)
    if kind not in ("completion", "correction"):
        return Report("Unsupported", reason="completion, correction and check-status are the events that are known.")
    stopped = _guard(event)
    if stopped:
        return Report(NOT_SUBMITTED, reason=stopped)
    completion, previous = Completion.from_event(event), _previous(event)
    if previous and kind == "correction":
        return reporter.correct(completion, previous)
    return reporter.check_status(previous) if previous else reporter.report(completion)


def _previous(event: Mapping[str, Any]) -> str:
    """The credit ID of a completion that was accepted before, or nothing."""
    previous = event.get("previous")
    found = previous.get("credit_id") if isinstance(previous, Mapping) else None
    return found if isinstance(found, str) else ""


def _guard(event: Mapping[str, Any]) -> str:
    """Why an event is not for PARS at all (R1), or nothing."""
    routing, learner = event.get("_routing"), event.get("learner")
    if isinstance(routing, Mapping) and routing.get("route_accme_pars") is not True:
        return "The event is not routed to PARS."
    if isinstance(learner, Mapping):
        missing = [name for name in ("npi", "date_of_birth") if not str(learner.get(name) or "").strip()]
        if missing:
            return f"The learner has no {' and no '.join(missing)}."
    return ""
