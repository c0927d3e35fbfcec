"""A wrong client as a command: `python -m tests.impostors.command takes-any-answer-for-success`, by the protocol."""

from __future__ import annotations

import json
import os
import sys

from tests.impostors.right_client import Settings, exit_code
from tests.impostors.wrong_clients import WRONG_CLIENTS


def main() -> int:
    """Reads an event, answers as that client would."""
    (chosen,) = [entry for entry in WRONG_CLIENTS if entry.name == sys.argv[1]]
    answer = chosen.client(Settings.of(os.environ)).handle(json.load(sys.stdin))
    print(json.dumps(answer))
    return exit_code(answer)


if __name__ == "__main__":
    sys.exit(main())
