"""The suite as a function: judge a server at a URL, for tests of servers that are right or wrong on purpose."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from fnmatch import fnmatchcase

from mockpars.contract.command_run import make_tools
from mockpars.contract.library import Case, Library
from mockpars.contract.results import Run
from mockpars.contract.runner import Tools, run_cases
from mockpars.contract.targets.mock import MockTarget


class Judge:
    """Reads contracts/ and builds the schemas once; `judge` may then be called for many servers."""

    def __init__(self, library: Library | None = None) -> None:
        self.library = library or Library()
        self._tools: Tools | None = None

    def cases(self, patterns: Iterable[str] = ("*",)) -> list[Case]:
        """The cases whose id fits a pattern."""
        wanted = tuple(patterns)
        return [
            case for case in self.library.cases.values() if any(fnmatchcase(case.id, pattern) for pattern in wanted)
        ]

    def judge(self, url: str, patterns: Iterable[str] = ("*",), *, timeout: float = 30) -> Run:
        """Runs cases over a server that has the control API."""
        run = secrets.token_hex(3)
        target = MockTarget(url, self.library, run, timeout=timeout)
        if self._tools is None:
            self._tools = make_tools(target, self.library, None)
        try:
            return run_cases(target, self._tools, self.cases(patterns), run)
        finally:
            target.close()
