"""Which target a command means: mock, a URL, sandbox, or replay:FILE."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from mockpars.contract.library import Library
from mockpars.contract.targets.base import Target
from mockpars.contract.targets.http import HttpClient
from mockpars.contract.targets.mock import MockTarget
from mockpars.contract.trouble import TargetUnreachable, UsageWrong


def open_target(given: Namespace, library: Library, run: str) -> Target:
    """The target that the options name, ready to use. Raises ContractError."""
    name: str = given.target
    if name == "mock":
        from mockpars.contract.targets.served import ServedMock

        return ServedMock(library, run)
    if name.startswith("replay:"):
        from mockpars.contract.targets.replay import ReplayTarget

        return ReplayTarget(Path(name.removeprefix("replay:")), library)
    if name == "sandbox":
        from mockpars.contract.targets.sandbox import real_sandbox

        return real_sandbox(given, library, run, os.environ)
    if name.startswith(("http://", "https://")):
        return _at_url(name, given, library, run)
    raise UsageWrong(f"There is no target {name!r}.", "Known: mock, a URL, sandbox, replay:FILE.")


def _at_url(url: str, given: Namespace, library: Library, run: str) -> Target:
    """A server with our control API is a mock; any other is treated as the real sandbox is."""
    from mockpars.contract.targets.guard import refuse_production
    from mockpars.contract.targets.sandbox import foreign

    base = url.rstrip("/")
    refuse_production(base)
    client = HttpClient(timeout=10)
    try:
        answer = client.call("GET", f"{base}/_mockpars/ready")
    finally:
        client.close()
    if answer.http == 0:
        raise TargetUnreachable(f"{base} does not answer: {answer.problem}.")
    if answer.http == 200:
        token = getattr(given, "token", None) or os.environ.get("MOCKPARS_TOKEN", "")
        return MockTarget(base, library, run, token)
    return foreign(base, given, library, run, os.environ)
