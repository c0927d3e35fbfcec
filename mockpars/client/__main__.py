"""`python -m mockpars.client`: a completion event as JSON on stdin, what became of it as JSON on stdout.

docs/client-protocol.md describes both. Exit codes: 0 accepted (or a status that is no rejection), 1 rejected, or
stopped by guard or match, 2 nothing usable came back, 3 the event or the settings cannot be used.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mockpars.client.errors import InvalidValue, NotConfigured
from mockpars.client.pars import ParsClient
from mockpars.client.report import ACCEPTED, ERROR, NOT_SUBMITTED, REJECTED, Report, Reporter
from mockpars.client.values import Completion

_EXIT = {ACCEPTED: 0, REJECTED: 1, NOT_SUBMITTED: 1, ERROR: 2}
_UNUSABLE = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; answers its exit code."""
    parser = argparse.ArgumentParser(prog="python -m mockpars.client", description=__doc__)
    parser.add_argument("--allow-production", action="store_true", help="mean it: talk to the real PARS")
    parser.add_argument("--verbose", action="store_true", help="log each call to stderr, without its content")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if given.verbose else logging.WARNING, stream=sys.stderr)
    try:
        event = json.loads(sys.stdin.buffer.read(), parse_float=Decimal)
        if not isinstance(event, dict):
            raise InvalidValue("The event is not a JSON object.")
        with ParsClient(allow_production=given.allow_production) as client:
            found = run(Reporter(client), event)
    except (NotConfigured, ValueError, InvalidValue) as error:
        print(f"mockpars.client: {error}", file=sys.stderr)
        _answer(Report(ERROR, reason=str(error)))
        return _UNUSABLE
    _answer(found)
    return _EXIT.get(found.outcome, _UNUSABLE)


def run(reporter: Reporter, event: Mapping[str, Any]) -> Report:
    """Does what an event asks. Raises InvalidValue."""
    if event.get("event", "completion") == "check-status":
        credit_id = event.get("credit_id")
        if not isinstance(credit_id, str) or not credit_id:
            raise InvalidValue("The event has no credit_id.")
        return reporter.check_status(credit_id)
    if event.get("event", "completion") not in ("completion", "correction"):
        return Report("Unsupported", reason="completion, correction and check-status are the events that are known.")
    stopped = _guard(event)
    if stopped:
        return Report(NOT_SUBMITTED, reason=stopped)
    completion, previous = Completion.from_event(event), _previous(event)
    if previous and event.get("event") == "correction":
        return reporter.correct(completion, previous)
    # Delivered twice: what is on file already is looked at, not submitted again.
    return reporter.check_status(previous) if previous else reporter.report(completion)


def _previous(event: Mapping[str, Any]) -> str:
    """The credit ID of a completion that was accepted before, or nothing."""
    previous = event.get("previous")
    found = previous.get("credit_id") if isinstance(previous, dict) else None
    return found if isinstance(found, str) else ""


def _guard(event: Mapping[str, Any]) -> str:
    """Why an event is not for PARS at all (R1), or nothing."""
    routing, learner = event.get("_routing"), event.get("learner")
    if isinstance(routing, dict) and routing.get("route_accme_pars") is not True:
        return "The event is not routed to PARS."
    if isinstance(learner, dict):
        missing = [name for name in ("npi", "date_of_birth") if not str(learner.get(name) or "").strip()]
        if missing:
            return f"The learner has no {' and no '.join(missing)}."
    return ""


def _answer(report: Report) -> None:
    sys.stdout.write(json.dumps(report.as_json()) + "\n")


if __name__ == "__main__":
    sys.exit(main())
