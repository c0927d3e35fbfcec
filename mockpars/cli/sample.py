"""`mockpars sample NAME`: a message of the reference, with credentials, ready to send."""

from __future__ import annotations

import argparse
import os
import re
import sys
from xml.sax.saxutils import escape

from mockpars.errors import MockparsError
from mockpars.resources import data_path
from mockpars.settings import Settings, load

_CREDENTIALS = ("user", "password", "provider")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sample's name, and the account when it is not the default."""
    parser.add_argument("name", nargs="?", help="an operation such as SaveActivity; without it, the names are listed")
    for name in _CREDENTIALS:
        parser.add_argument(f"--{name}", help=f"[MOCKPARS_{name.upper()}; default: that of the server]")


def run(given: argparse.Namespace) -> int:
    """Prints the sample, or the names."""
    if given.name is None:
        print("\n".join(names()))
    else:
        sys.stdout.write(sample(given.name, load(given, os.environ)))
    return 0


def names() -> list[str]:
    """What samples there are."""
    return sorted(path.stem for path in (data_path("seed") / "samples").glob("*.xml"))


def sample(name: str, settings: Settings) -> str:
    """A message with the account of these settings in it. Raises MockparsError for an unknown name."""
    known = {entry.lower(): entry for entry in names()}
    if name.lower() not in known:
        raise MockparsError(f'There is no sample "{name}".', f"There are: {', '.join(known.values())}.")
    text = (data_path("seed") / "samples" / f"{known[name.lower()]}.xml").read_text(encoding="utf-8")
    values = {entry: escape(getattr(settings, entry)) for entry in _CREDENTIALS}
    return re.sub(r"{(\w+)}", lambda found: values[found[1]], text)
