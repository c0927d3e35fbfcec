"""Obligations, exams and checks belong together."""

from __future__ import annotations

import json

import pytest

from mockpars.contract.clients.commands import read_meanings
from mockpars.contract.clients.exams import person, read_exams
from mockpars.contract.clients.grading import ACTIVE_ONLY, PASSIVE
from mockpars.contract.clients.marks import read_obligations
from mockpars.contract.library import Library
from mockpars.resources import data_path
from tests.impostors.wrong_clients import WRONG_CLIENTS


def test_every_obligation_has_a_check_and_every_check_an_obligation() -> None:
    """Neither a promise without a check nor a check without a reason."""
    assert set(read_obligations()) == {*PASSIVE, *ACTIVE_ONLY}


def test_every_obligation_rests_on_a_source_and_says_why(library: Library) -> None:
    """The sources exist."""
    for obligation in read_obligations().values():
        assert obligation.why
        assert obligation.sources
        assert set(obligation.sources) <= set(library.sources), obligation.id


def test_every_obligation_but_tls_has_a_wrong_client() -> None:
    """TLS takes a certificate, and is judged by a journal made by hand."""
    assert {entry.breaks for entry in WRONG_CLIENTS} == set(read_obligations()) - {"tls"}


def test_every_rejection_code_has_an_exam() -> None:
    """One at least."""
    assert {code for exam in read_exams() for code in exam.codes} == set(read_meanings())


@pytest.mark.parametrize(
    "fault",
    ["too-many-requests", "server-error", "unavailable", "timeout", "truncated", "html-page", "answer-lost"],
)
def test_every_gateway_failure_has_an_exam(fault: str) -> None:
    """Those that a client must survive."""
    armed = {scenario["scenario"].partition(":")[0] for exam in read_exams() for scenario in exam.arm}
    assert fault in armed


def test_everybody_in_the_exams_is_in_the_seed() -> None:
    """By persona, or by what the name holds."""
    for exam in read_exams():
        assert person(exam.learner)["npi"]


def test_rejections_are_those_of_the_suite() -> None:
    """The generated file is where the meanings come from."""
    table = json.loads((data_path("contracts") / "rejections.json").read_text(encoding="utf-8"))
    assert len(read_meanings()) == len(table["rejections"])
