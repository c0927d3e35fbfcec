"""`python -m mockpars.client`: a completion event as JSON on stdin, what became of it as JSON on stdout.

docs/client-protocol.md describes both. Exit codes: 0 accepted (or a status that is no rejection), 1 rejected, or
stopped by guard or match, 2 nothing usable came back, 3 the event or the settings cannot be used.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from decimal import Decimal

from mockpars.client.errors import InvalidValue, NotConfigured
from mockpars.client.events import handle
from mockpars.client.pars import ParsClient
from mockpars.client.report import ACCEPTED, ERROR, NOT_SUBMITTED, REJECTED, Report, Reporter

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
            found = handle(Reporter(client), event)
    except (NotConfigured, ValueError, InvalidValue) as error:
        print(f"mockpars.client: {error}", file=sys.stderr)
        _answer(Report(ERROR, reason=str(error)))
        return _UNUSABLE
    _answer(found)
    return _EXIT.get(found.outcome, _UNUSABLE)


def _answer(report: Report) -> None:
    sys.stdout.write(json.dumps(report.as_json()) + "\n")


if __name__ == "__main__":
    sys.exit(main())
