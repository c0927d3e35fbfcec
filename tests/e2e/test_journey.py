"""The reference's own journey against a served process, with the messages to the letter."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.support import ACTIVITY_ID, NOW, basic

pytestmark = pytest.mark.served


def test_the_references_samples_walk_from_accepted_to_approved(starting: Callable[..., Server]) -> None:
    """SaveActivity, LearnerMatchRequest, SaveLearnerActivity, GetLearnerStatusByCreditId, in that order."""
    server = starting("--ephemeral", "--clock", NOW)
    saved = server.post("SaveActivity")
    assert (saved.status, saved.one("Result"), saved.one("AccmeActivityID")) == (200, "Accepted", "12345678")
    matched = server.post("LearnerMatchRequest")
    assert matched.body.decode().endswith('<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">1</int>')
    accepted = server.post("SaveLearnerActivity")
    assert accepted.one("Result") == "Accepted"
    credit_id = accepted.one("CreditId")
    walk = [_status(server, credit_id)]
    for by in ("overnight", "PT24H"):
        assert server.advance(by)
        walk.append(_status(server, credit_id))
    assert walk == ["Submitted", "Transmitted", "Approved"]
    posted = server.post("GetLearnerStatusByCreditId", support.by_credit(credit_id))
    assert posted.one("Status") == "Approved"


def _status(server: Server, credit_id: str) -> str:
    path = support.path_of("GetLearnerStatusByCreditId") + f"?CreditId={credit_id}"
    return server.request("GET", path, Authorization=basic()).one("Status")


def test_advancing_tells_what_fired(server: Server, sandbox: str) -> None:
    """The answer lists the transitions."""
    server.post("SaveActivity", sandbox=sandbox)
    credit_id = server.post("SaveLearnerActivity", sandbox=sandbox).one("CreditId")
    told = json.dumps(server.advance("overnight", sandbox))
    assert credit_id in told
    assert "Transmitted" in told
    assert "Approved" not in told
    assert "Approved" in json.dumps(server.advance("PT24H", sandbox))


def test_it_is_ready_once_it_says_where_it_is(server: Server) -> None:
    """GET /_mockpars/ready is 200."""
    assert server.request("GET", "/_mockpars/ready").status == 200
    assert server.base.startswith("http://127.0.0.1:")


def test_reading_by_get_works_as_workflow_tools_call_it(server: Server, sandbox: str) -> None:
    """Query parameters and Basic auth (T5)."""
    server.post("SaveActivity", sandbox=sandbox)
    path = support.path_of("GetActivity", sandbox) + f"?AccmeActivityID={ACTIVITY_ID}"
    assert server.request("GET", path, Authorization=basic()).one("Result") == "Accepted"
    assert server.request("GET", path).status == 401


def test_a_reset_gives_back_the_seed(server: Server, sandbox: str) -> None:
    """And the first activity is 12345678 again (A9)."""
    server.post("SaveActivity", sandbox=sandbox)
    server.post("SaveLearnerActivity", sandbox=sandbox)
    status, told = server.control("POST", f"sandboxes/{sandbox}/reset")
    assert status == 200, told
    assert server.post("SaveLearnerActivity", sandbox=sandbox).codes == ["302"]
    assert server.post("SaveActivity", sandbox=sandbox).one("AccmeActivityID") == "12345678"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_gracefully(starting: Callable[..., Server], number: signal.Signals) -> None:
    """With exit code 0."""
    server = starting("--ephemeral")
    assert server.post("LearnerMatchRequest").status == 200
    assert server.stop(number) == 0
