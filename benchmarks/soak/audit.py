"""The locked dependencies against the advisories and yanks that a package index knows: `make advisories`.

    python -m benchmarks.soak.audit [--index URL] [LOCK ...]

It reads what PyPI publishes as JSON for each release, which pip-audit reads too. An index may have that for the newest
release of a project alone; then an older one counts as not looked at. And it first asks about a release that has known
advisories: an index that knows of none there would say nothing about ours either. A copy may be older than PyPI.

Exit status: 0 all were looked at and nothing is known against them, 1 something is, 2 any could not be looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-dev.lock")
CONTROL = ("pycrypto", "2.6.1")
"""Abandoned, with advisories since 2017 that no release mends."""
TIMEOUT = 30.0
Ask = Callable[[str], Any]


@dataclass(frozen=True)
class Looked:
    """What the index says about a pinned release. `seen` is false where it says nothing about that release."""

    name: str
    version: str
    seen: bool
    newest: str = ""
    yanked: bool = False
    advisories: list[str] = field(default_factory=list)


def pinned(lock: Path) -> Iterator[tuple[str, str]]:
    """Name and version of each line that pins one."""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", line):
            yield found[1], found[2]


def look(ask: Ask, name: str, version: str) -> Looked:
    """What is known about one release; from the project's page where the release has none and is the newest."""
    project = ask(f"{name}/json")
    if project is None:
        return Looked(name, version, seen=False)
    newest = str(project["info"]["version"])
    files = project.get("releases", {}).get(version) or []
    found = project if newest == version else ask(f"{name}/{version}/json")
    if found is None or "vulnerabilities" not in found:
        return Looked(name, version, False, newest, any(file.get("yanked") for file in files))
    known = [one for one in found["vulnerabilities"] if not one.get("withdrawn")]
    advisories = sorted({f"{one['id']} ({', '.join(one.get('aliases') or ['no alias'])})" for one in known})
    return Looked(name, version, True, newest, any(file.get("yanked") for file in files), advisories)


def asking(index: str) -> Ask:
    """Asks an index by the address of its simple pages; None where it has no such page. Raises OSError."""
    root = re.sub(r"/(\+?simple)?/*$", "", index.rstrip("/") + "/")

    def ask(path: str) -> Any:
        request = Request(f"{root}/pypi/{path}", headers={"Accept": "application/json"})  # noqa: S310 - see main
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - see main
                return json.load(answer)
        except HTTPError as error:
            if error.code == 404:
                return None
            raise
        except (ValueError, HTTPException) as error:
            raise OSError(f"no JSON at {path}: {error}") from None

    return ask


def configured() -> str:
    """The index that pip uses here."""
    if named := os.environ.get("PIP_INDEX_URL"):
        return named
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    told = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - this Python's own pip
    return told.stdout.strip() or "https://pypi.org/simple"


def main(arguments: list[str] | None = None) -> int:
    """Looks at every pinned release once, and prints a line for each lock file and for each that needs one."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--index", default="", help="another index than pip's, by the address of its simple pages")
    options.add_argument("locks", nargs="*", metavar="LOCK", help=f"lock files [{' '.join(LOCKS)}]")
    given = options.parse_args(arguments)
    index = given.index or configured()
    if not index.startswith(("https://", "http://")):
        options.error("the index is no web address")
    ask = asking(index)
    try:
        if not look(ask, *CONTROL).advisories:
            print(f"The index knows of no advisory for {' '.join(CONTROL)}, which has some: it has no such data.")
            return 2
        locks = {name: list(pinned(ROOT / name)) for name in given.locks or LOCKS}
        known = {pin: look(ask, *pin) for pin in sorted({pin for pins in locks.values() for pin in pins})}
    except OSError as error:
        print(f"The index could not be asked: {getattr(error, 'code', '') or type(error).__name__}.")
        return 2
    for name, pins in locks.items():
        seen = [known[pin] for pin in pins if known[pin].seen]
        bad = sum(bool(one.advisories or one.yanked) for one in (known[pin] for pin in pins))
        print(f"{name}: {len(pins)} pinned, {len(seen)} looked at, {bad} with advisories or yanked")
    return max((_report(one) for one in known.values()), default=2)


def _report(one: Looked) -> int:
    """Prints what there is to say about a release, and answers the exit status it asks for."""
    for advisory in one.advisories:
        print(f"  {one.name} {one.version}: {advisory}")
    if one.yanked:
        print(f"  {one.name} {one.version}: yanked")
    if not one.seen:
        print(f"  {one.name} {one.version}: not looked at, no data for it; the newest is {one.newest or 'unknown'}")
        return 2
    return int(bool(one.advisories or one.yanked))


if __name__ == "__main__":
    raise SystemExit(main())
