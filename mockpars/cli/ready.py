"""`mockpars ready`: for health checks of containers and for scripts that wait."""

from __future__ import annotations

import argparse
import sys

from mockpars.cli.calling import NoAnswer, add_server_arguments, base_url, get


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which server."""
    add_server_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """0 when the server is ready, 1 when it is not there."""
    try:
        status, _ = get(given, "/_mockpars/ready")
    except NoAnswer as error:
        print(error.reason, file=sys.stderr)
        return 1
    print(f"{base_url(given)} is {'ready' if status == 200 else f'not ready: it answered {status}'}")
    return 0 if status == 200 else 1
