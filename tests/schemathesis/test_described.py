"""Schemathesis against a served process: every operation of the description, XML and control, good data and bad.

MOCKPARS_FUZZ is the number of examples for each kind and operation: one or three by default, 200 in `make fuzz`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="the tests that explore the description need schemathesis")

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mockpars.web.openapi import describe
from mockpars.wire.names import BLL
from tests.e2e.conftest import Server, start
from tests.hardening.process import memory
from tests.schemathesis import hooks
from tests.support import NOW, path_of

pytestmark = [pytest.mark.served, pytest.mark.slow]

AT_LENGTH = int(os.environ.get("MOCKPARS_FUZZ") or 0)
TALLY = os.environ.get("MOCKPARS_FUZZ_TALLY")
"""Where to note how many requests each test sent and the server's memory in MiB; `make soak` adds them up."""
LIMIT = 20.0
"""Seconds that an answer may take; far more than it does, as the machine may be busy."""


def _explorations() -> Iterator[tuple[str, str, GenerationMode]]:
    """Every operation with good data, and with bad where there is anything about it that can be wrong."""
    for path, item in describe()["paths"].items():
        if path.startswith("/sandboxes/") and not AT_LENGTH:
            continue  # The same as without a name, which the tests of PARS show.
        for method in item.keys() & {"get", "put", "post", "delete"}:
            yield method.upper(), path, GenerationMode.POSITIVE
            if "requestBody" in item[method] or "parameters" in item[method]:
                yield method.upper(), path, GenerationMode.NEGATIVE


# positive_data_acceptance is not among them: the description cannot say which dates exist, which scenarios there are,
# or that a clock does not go back.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def _examples(path: str) -> int:
    """Messages that save are large, and Schemathesis takes most of a second to think of one."""
    if not AT_LENGTH:
        return 1 if "/Save" in path else 3
    return max(AT_LENGTH // 10, 1) if "/Save" in path else AT_LENGTH


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
    """A process of its own, with something on file in two sandboxes."""
    server = start("--ephemeral", "--clock", NOW)
    try:
        server.create("fuzz")
        for sandbox in (None, "fuzz"):
            assert server.post("SaveActivity", None, sandbox).one("Result") == "Accepted"
            assert server.post("SaveLearnerActivity", None, sandbox).one("Result") == "Accepted"
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def explored(served: Server) -> Any:
    """The description as the process serves it."""
    return schemathesis.openapi.from_url(f"{served.base}/_mockpars/openapi.json")


@pytest.mark.parametrize(("method", "path", "mode"), sorted(_explorations()))
def test_answers_are_as_described(served: Server, explored: Any, method: str, path: str, mode: GenerationMode) -> None:
    """No 5xx; status, type, headers and content as the description says; bad data is refused."""
    operation = explored[path][method]
    sent = 0
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS

    @seed(20_260_510)
    @settings(
        max_examples=_examples(path),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def explore(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(session=session, timeout=LIMIT, checks=checks)

    with requests.Session() as session:
        explore()
    assert served.process.poll() is None
    if TALLY:
        with Path(TALLY).open("a", encoding="ascii") as tally:
            tally.write(f"{operation.definition.raw['operationId']} {sent} {memory(served.process.pid):.1f}\n")


def test_an_answer_that_is_not_as_described_would_be_noticed(explored: Any) -> None:
    """The hooks read XML, and what is misnamed does not pass for what is described."""
    context: Any = SimpleNamespace(operation=explored[path_of("SaveActivity")]["POST"])
    right = f'<SaveActivityResponse xmlns="{BLL}"><Result>Accepted</Result></SaveActivityResponse>'
    response: Any = SimpleNamespace(status_code=200, content=right.encode())
    assert hooks.read_xml(context, response) == {"Result": "Accepted"}
    response = SimpleNamespace(status_code=200, content=right.replace("<Result>", '<Result xmlns="urn:x">').encode())
    assert hooks.read_xml(context, response) == {"{urn:x}Result": "Accepted"}
