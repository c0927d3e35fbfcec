"""`mockpars openapi`."""

from __future__ import annotations

import argparse
import json
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(given: argparse.Namespace) -> int:
    """Prints the description as JSON."""
    from mockpars.web.openapi import describe

    json.dump(describe(), sys.stdout, indent=2, ensure_ascii=True)
    print()
    return 0
