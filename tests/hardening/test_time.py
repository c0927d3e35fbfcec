"""Clock jumps, nights on which clocks change, leap days and year's end, by the control API of a served sandbox."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.hardening.people import WELCOME
from tests.support import activities, activity, basic, learners, match, path_of, record

pytestmark = pytest.mark.served


def _set(server: Server, sandbox: str, at: str) -> int:
    return server.control("POST", f"sandboxes/{sandbox}/clock/set", {"at": at})[0]


def _open(server: Server, at: str, **dates: str) -> str:
    """A sandbox whose clock starts at an instant, with an activity in it; returns its name."""
    name = "time-" + "".join(letter for letter in at.lower() if letter.isalnum()) + f"-{len(dates)}"
    server.control("DELETE", f"sandboxes/{name}")
    status, told = server.control("POST", "sandboxes", {"name": name, "clock": at})
    assert status == 201, told
    answer = server.post("SaveActivity", activities(activity("TIME", **dates)), name)
    assert answer.one("Result") == "Accepted", answer.body
    return name


def _save(server: Server, sandbox: str, number: int, completed: str) -> support.Answer:
    message = learners(record(WELCOME[number], activity=None, provider_activity="TIME", completed=completed))
    return server.post("SaveLearnerActivity", message, sandbox)


def _status(server: Server, sandbox: str, credit_id: str) -> str:
    path = f"{path_of('GetLearnerStatusByCreditId', sandbox)}?CreditId={credit_id}"
    return server.request("GET", path, Authorization=basic()).one("Status")


@pytest.mark.parametrize(
    ("evening", "midnight", "following"),
    [
        ("2026-03-07T20:00:00Z", "2026-03-08T06:00:00Z", "2026-03-09T05:00:00Z"),
        ("2026-10-31T20:00:00Z", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"),
        ("2028-02-28T20:00:00Z", "2028-02-29T06:00:00Z", "2028-03-01T06:00:00Z"),
        ("2026-12-31T20:00:00Z", "2027-01-01T06:00:00Z", "2027-01-02T06:00:00Z"),
    ],
    ids=["a day of 23 hours", "a day of 25 hours", "a leap day", "new year"],
)
def test_overnight_falls_on_every_midnight_of_us_central_once(
    server: Server, evening: str, midnight: str, following: str
) -> None:
    """Whatever the length of the day; a record is transmitted at the first and not before."""
    year = evening[:4]
    sandbox = _open(server, evening, starts=f"{year}-01-01", ends=f"{year}-12-31", claim_by=f"{year}-12-31")
    credit_id = _save(server, sandbox, 0, evening[:10]).one("CreditId")
    told = server.advance("overnight", sandbox)
    assert datetime.fromisoformat(told["now"]) == datetime.fromisoformat(midnight)
    assert [entry["status"] for entry in told["transitions"]] == ["Transmitted"] * len(told["transitions"])
    assert told["transitions"]
    assert _status(server, sandbox, credit_id) == "Transmitted"
    assert datetime.fromisoformat(server.advance("overnight", sandbox)["now"]) == datetime.fromisoformat(following)


@pytest.mark.parametrize("night", ["2026-03-08T0", "2026-11-01T0"], ids=["the hour that is not", "the hour twice"])
def test_completions_in_the_odd_hour_are_taken(server: Server, night: str) -> None:
    """2:30 in March does not exist in Central time, 1:30 in November does twice; neither is a reason to fail."""
    sandbox = _open(server, "2026-11-20T12:00:00Z")
    for number, moment in enumerate(
        (f"{night}1:30:00", f"{night}2:30:00", f"{night}2:30:00-05:00", f"{night}1:59:59.9999999")
    ):
        assert _save(server, sandbox, number, moment).one("Result") == "Accepted"


def test_leap_days_are_days_in_leap_years_only(server: Server) -> None:
    """2028 has one, 2027 and 2100 have none."""
    sandbox = _open(server, "2028-03-10T12:00:00Z", starts="2028-01-01", ends="2028-12-31", claim_by="2028-12-31")
    assert _save(server, sandbox, 0, "2028-02-29").one("Result") == "Accepted"
    for date in ("2027-02-29", "2100-02-29", "2028-02-30"):
        answer = _save(server, sandbox, 1, date)
        assert (answer.status, answer.codes) == (400, ["Schema"])
    born = match().replace(support.HOLLOWAY.born, "1976-02-29")
    assert server.post("LearnerMatchRequest", born, sandbox).root.text == "0"


def test_the_reporting_window_closes_after_the_last_second_of_march_in_us_central(server: Server) -> None:
    """A completion of 2026 is taken until that of 2028, and is 303 a second later (L14)."""
    sandbox = _open(server, "2028-04-01T04:59:59Z")
    assert _save(server, sandbox, 0, "2026-12-31").one("Result") == "Accepted"
    server.advance("PT1S", sandbox)
    assert _save(server, sandbox, 1, "2026-12-31").codes == ["303"]


def test_the_last_evening_of_the_year_in_central_is_next_year_in_utc(server: Server) -> None:
    """The UTC date is stored (L12), which may lie outside the activity."""
    sandbox = _open(server, "2027-01-02T12:00:00Z")
    assert _save(server, sandbox, 0, "2026-12-31T17:59:59").one("Result") == "Accepted"
    assert _save(server, sandbox, 1, "2026-12-31T18:00:00").codes == ["303"]


def test_a_clock_that_leaps_passes_through_all_that_was_planned(server: Server) -> None:
    """Ten years at once: everything has been decided, nothing is skipped, and the way back is refused (409)."""
    sandbox = _open(server, "2026-05-10T15:00:00Z")
    credit_ids = [_save(server, sandbox, number, "2026-05-06").one("CreditId") for number in range(5)]
    assert _set(server, sandbox, "2036-05-10T15:00:00Z") == 200
    for credit_id in credit_ids:
        assert _status(server, sandbox, credit_id) in ("Approved", "Rejected")
    assert _set(server, sandbox, "2026-05-10T15:00:00Z") == 409
    assert _save(server, sandbox, 6, "2026-05-06").codes == ["303"]


@pytest.mark.parametrize(
    "at", ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2037-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
)
def test_a_clock_at_the_edges_is_no_reason_to_fail(server: Server, at: str) -> None:
    """Or refused with the reason, where it lies beyond what a clock takes."""
    status, told = server.control("POST", "sandboxes", {"name": "edge", "clock": at})
    assert status in (201, 422), told
    if status == 201:
        assert server.post("SaveActivity", None, "edge").status == 200
        assert server.post("SaveLearnerActivity", None, "edge").status == 200
        for by in ("overnight", "P1W", "PT1S"):
            moved, told = server.control("POST", "sandboxes/edge/clock/advance", {"by": by})
            assert moved in (200, 422), told
        server.control("DELETE", "sandboxes/edge")
