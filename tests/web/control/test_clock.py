"""The sandbox's clock."""

from __future__ import annotations

import pytest

from tests import support
from tests.web.controlled import DEFAULT, FIRST, Controlled


def test_the_clock_advances_overnight_and_tells_which_transitions_fired(submitted: Controlled) -> None:
    moved = submitted.post(f"{DEFAULT}/clock/advance", {"by": "overnight"})
    assert (moved["before"], moved["now"]) == (support.NOW, "2026-05-11T05:00:00Z")
    fired = [(step["status"], step["destination"]) for step in moved["transitions"]]
    assert fired == [("Transmitted", "TX"), ("Transmitted", None)]
    assert {step["credit_id"] for step in moved["transitions"]} == {FIRST}
    moved = submitted.post(f"{DEFAULT}/clock/advance", {"by": "P1D"})
    assert [step["status"] for step in moved["transitions"]] == ["Approved", "Approved"]
    assert moved["truncated"] is False


def test_the_clock_is_set_forward_and_never_back(server: Controlled) -> None:
    assert server.post(f"{DEFAULT}/clock/set", {"at": "2026-06-01"})["now"] == "2026-06-01T00:00:00Z"
    assert server.post(f"{DEFAULT}/clock/set", {"at": "2026-06-01T01:00:00+01:00"})["now"] == "2026-06-01T00:00:00Z"
    status, found = server.error("POST", f"{DEFAULT}/clock/set", {"at": "2026-05-31"})
    assert (status, found["code"]) == (409, "Clock")
    assert server.error("POST", f"{DEFAULT}/clock/advance", {"by": "P999999W"})[0] == 409


def test_the_clock_is_let_run_and_fixed_again(server: Controlled) -> None:
    assert server.call("PUT", f"{DEFAULT}/clock", {"mode": "running"}).get_json()["now"] >= support.NOW
    assert server.get(f"{DEFAULT}/clock")["mode"] == "running"
    fixed = server.call("PUT", f"{DEFAULT}/clock", {"mode": "fixed"}).get_json()
    assert server.get(f"{DEFAULT}/clock") == fixed


@pytest.mark.parametrize("by", ["", "P", "PT", "1 day", "-PT1H", "P1Y", "overnight\n", "PT1.5H"])
def test_what_is_no_duration_does_not_move_the_clock(server: Controlled, by: str) -> None:
    assert list(server.faults("POST", f"{DEFAULT}/clock/advance", {"by": by})) == ["by"]


@pytest.mark.parametrize("at", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59-12:00", "1.5.2026"])
def test_what_is_no_instant_does_not_set_the_clock(server: Controlled, at: str) -> None:
    assert list(server.faults("POST", f"{DEFAULT}/clock/set", {"at": at})) == ["at"]
