"""The cases as pytest items: `pytest --pars-target=...`, with nothing else to write. Loaded only when that is given."""

from __future__ import annotations

import secrets
from argparse import Namespace
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import pytest

from mockpars.contract.command_run import make_tools
from mockpars.contract.library import Case, Library
from mockpars.contract.results import CaseResult
from mockpars.contract.runner import Tools, run_case
from mockpars.contract.targets.base import Target
from mockpars.contract.targets.factory import open_target
from mockpars.errors import MockparsError

MARK = "pars_contract"


def register(config: pytest.Config) -> None:
    """Adds the cases to the session."""
    config.addinivalue_line("markers", f"{MARK}: a case of the PARS contract (pytest --pars-target)")
    config.pluginmanager.register(ContractItems(config), "mockpars-contract")


class ContractItems:
    """Collects the cases, and holds the target that they share."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._target: Target | None = None
        self._name = secrets.token_hex(3)
        self.library = Library()
        self.numbers = {case_id: number for number, case_id in enumerate(self.library.cases, 1)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Puts the cases behind the session's own tests, before -k and -m choose among them."""
        patterns = self._config.getoption("pars_case")
        files: dict[str, list[Case]] = {}
        for case in self.library.cases.values():
            if not patterns or any(fnmatchcase(case.id, pattern) for pattern in patterns):
                files.setdefault(case.file, []).append(case)
        for name, cases in files.items():
            file = CaseFile.from_parent(session, name=name, nodeid=f"contracts/cases/{name}")
            found = [CaseItem.from_parent(file, name=case.id, case=case, plugin=self) for case in cases]
            items.extend(found)
            # What pytest counts as collected, it counts from these reports.
            report = pytest.CollectReport(file.nodeid, "passed", None, list(found))
            self._config.hook.pytest_collectreport(report=report)

    def pytest_unconfigure(self) -> None:
        """Ends the target."""
        if self._target is not None:
            self._target.close()
            self._target = None

    @property
    def target(self) -> Target:
        """The target, opened when the first case runs."""
        if self._target is None:
            self._target = open_target(self._options(), self.library, self._name)
        return self._target

    @cached_property
    def tools(self) -> Tools:
        """What judging needs."""
        return make_tools(self.target, self.library, None)

    def _options(self) -> Namespace:
        option = self._config.getoption
        return Namespace(
            target=option("pars_target"),
            roles=option("pars_roles"),
            i_hold_the_credentials=option("pars_i_hold_the_credentials"),
            activity_url=None,
            learner_url=None,
            rate=2.0,
            budget=500,
            state=None,
            keep=False,
            extraction=None,
            token=None,
        )


class CaseFile(pytest.Collector):
    """A file of cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing: the plugin makes the items."""
        return iter(())


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, plugin: ContractItems, **rest: Any) -> None:
        super().__init__(**rest)
        self.case = case
        self._plugin = plugin
        self.add_marker(MARK)

    def runtest(self) -> None:
        """Runs it; an omitted or skipped case is a skipped test with its reason."""
        target = self._plugin.target
        result = run_case(target, self._plugin.tools, self.case, self._plugin.numbers[self.case.id])
        if result.status in ("omit", "skip"):
            pytest.skip(result.reason)
        if result.status != "pass":
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems and the last exchange, instead of a traceback into the suite."""
        if isinstance(excinfo.value, MockparsError):
            return str(excinfo.value)
        if not isinstance(excinfo.value, CaseFailed):
            return super().repr_failure(excinfo, style)
        return describe(excinfo.value.result)

    def reportinfo(self) -> tuple[str, int, str]:
        """Where it stands, for reports."""
        return f"contracts/cases/{self.case.file}", 0, f"{self.case.id}: {self.case.title}"


class CaseFailed(Exception):
    """A case that did not end as expected."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.reason or "; ".join(result.problems))
        self.result = result


def describe(result: CaseResult) -> str:
    """What a person needs to see of a case that failed."""
    lines = [result.case.title, f"rests on {', '.join(result.case.sources)}", ""]
    lines += [line for line in (result.reason, *result.problems) if line]
    if result.exchanges:
        last = result.exchanges[-1]
        lines += ["", f"{last.step}: {last.method} {last.url}", last.request[:4000]]
        lines += ["", f"HTTP {last.http} {last.problem}", last.answer[:4000]]
    return "\n".join(lines)
