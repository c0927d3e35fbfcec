"""`python -m mockpars.client`: events in, answers and exit codes out."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from mockpars.client.__main__ import main
from mockpars.pytest_support import Pars


class Command:
    """Runs the command in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, event: dict[str, Any] | str, *flags: str) -> tuple[int, dict[str, Any]]:
        """Exit code and answer."""
        text = event if isinstance(event, str) else json.dumps(event)
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        code = main(flags)
        return code, json.loads(self._capsys.readouterr().out)


@pytest.fixture
def run(sandbox: Pars, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, pointed at the sandbox."""
    for name, value in sandbox.env.items():
        monkeypatch.setenv(name, value)
    return Command(monkeypatch, capsys)


def test_a_completion_and_its_status(sandbox: Pars, run: Command) -> None:
    event = sandbox.event(sandbox.physician(persona="jose-nunez"), sandbox.activity(), "2026-05-06T23:40:00-05:00")
    code, answer = run(event)
    assert (code, answer["outcome"], answer["status"]) == (0, "Accepted", "Submitted")
    assert sandbox.records[0].completed_on == "2026-05-06"
    code, answer = run({"event": "check-status", "credit_id": answer["credit_id"]})
    assert (code, answer["status"]) == (0, "Submitted")


def test_an_event_that_comes_twice_is_submitted_once(sandbox: Pars, run: Command) -> None:
    event = sandbox.event(sandbox.physician(), sandbox.activity(), "2026-05-06")
    first = run(event)[1]
    code, again = run(event | {"previous": {"credit_id": first["credit_id"], "outcome": "Accepted"}})
    assert (code, again["credit_id"]) == (0, first["credit_id"])
    assert len(sandbox.journal.of("SaveLearnerActivity")) == 1


def test_a_correction_deletes_and_submits(sandbox: Pars, run: Command) -> None:
    event = sandbox.event(sandbox.physician(), sandbox.activity(), "2026-05-06")
    first = run(event)[1]
    event["course"]["completion_date"] = "2026-05-07"
    code, _ = run(event | {"event": "correction", "previous": {"credit_id": first["credit_id"]}})
    assert code == 0
    assert [record.completed_on for record in sandbox.records] == ["2026-05-07"]


@pytest.mark.parametrize("changes", [{"npi": ""}, {"date_of_birth": ""}, {"npi": None}, {"consent": False}])
def test_the_guard_sends_nothing(sandbox: Pars, run: Command, changes: dict[str, Any]) -> None:
    event = sandbox.event(sandbox.physician(), sandbox.activity(), "2026-05-06")
    event["learner"] |= changes
    code, answer = run(event)
    assert (code, answer["outcome"], answer["credit_id"]) == (1, "Rejected", None)
    assert not sandbox.journal


def test_what_is_routed_elsewhere_is_not_sent(sandbox: Pars, run: Command) -> None:
    event = sandbox.event(sandbox.physician(), sandbox.activity(), "2026-05-06")
    assert run(event | {"_routing": {"route_accme_pars": False}})[0] == 1
    assert not sandbox.journal


def test_a_rejection_names_its_codes(sandbox: Pars, run: Command) -> None:
    event = sandbox.event(sandbox.physician(persona="nora-noconsent"), sandbox.activity(), "2026-05-06")
    code, answer = run(event)
    assert (code, answer["outcome"], answer["codes"]) == (1, "Rejected", [307])


@pytest.mark.parametrize("event", ["", "[]", "{", "{}", '{"event": "check-status"}'])
def test_what_is_no_event_is_an_error(run: Command, event: str) -> None:
    code, answer = run(event)
    assert (code, answer["outcome"]) == (3, "Error")


def test_an_unknown_event_is_said_to_be(run: Command) -> None:
    code, answer = run({"event": "dance"})
    assert (code, answer["outcome"]) == (3, "Unsupported")


def test_production_needs_a_flag(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCME_ENV", "production")
    code, answer = run({"event": "check-status", "credit_id": "x"})
    assert code == 3
    assert "production" in answer["reason"]
