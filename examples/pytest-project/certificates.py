"""The program under test: it reports a completion to PARS. Yours will be another, in any language."""

from __future__ import annotations

from typing import Any

from mockpars.client import Completion, ParsClient, Report, Reporter


def report_completion(event: dict[str, Any]) -> Report:
    """Reports one completion; the ACCME_ variables in the environment say where to and as whom."""
    with ParsClient() as client:
        return Reporter(client).report(Completion.from_event(event))


def status_of(credit_id: str) -> str | None:
    """Where a reported completion stands."""
    with ParsClient() as client:
        return Reporter(client).check_status(credit_id).status
