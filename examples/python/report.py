#!/usr/bin/env python3
"""Reports one completion with `mockpars.client` as a library; `python -m mockpars.client` does the same and more.

A completion event as JSON on stdin, what became of it as JSON on stdout (docs/client-protocol.md); settings by the
ACCME_ variables of the environment. Needs `pip install 'mockpars[client]'`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from mockpars.client import InvalidValue, ParsClient, Report, Reporter, handle


def report(event: dict[str, Any]) -> Report:
    """Guard, register the course once, match, save, ask for the status; corrections and status reads too."""
    with ParsClient() as client:
        # A long-running program keeps one Reporter, and fills its `activities` from its own table of courses.
        return handle(Reporter(client), event)


def main() -> int:
    """Runs once; 0 when the completion was accepted."""
    try:
        found = report(json.load(sys.stdin))
    except InvalidValue as error:
        found = Report("Error", reason=f"The event cannot be used: {error}")
    print(json.dumps(found.as_json()))
    return 0 if found.outcome == "Accepted" else 1


if __name__ == "__main__":
    sys.exit(main())
