"""A sandbox made on a ground holds what the ground says, by the same rules; a bad ground makes no sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockpars.wire.names import MEMS
from tests import support
from tests.support import PEOPLE, activity, record
from tests.web.controlled import Controlled

HOLLOWAY = PEOPLE["james-holloway"]
RECORD = {
    "credit_id": "ccid:mockpars:100000042",
    "activity_id": "12345700",
    "physician": "PH-0001",
    "completed_on": "2026-05-06",
    "completed_as_sent": "2026-05-06",
    "accepted_at": "2026-05-07T10:00:00Z",
    "credits": [{"credit_type": "AMA PRA Category 1 Credit", "amount": "1.0"}],
    "deliveries": [
        {
            "destination": "TX",
            "kind": "StateBoard",
            "transmitted_at": "2026-05-08T05:00:00Z",
            "decided_at": "2026-05-08T09:00:00Z",
            "approved": False,
            "reason": "No.",
        }
    ],
}
ACTIVITY = {"activity_id": "12345700", "document": activity()}
PERSON = {
    "id": "PX-000009", "first_name": "Own", "last_name": "Person", "date_of_birth": "1970-01-02",
    "npi": "1888888888", "licences": [{"state": "TX", "number": "1"}],
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Controlled]:
    """A fresh server."""
    fresh = Controlled()
    yield fresh
    fresh.close()


def make(server: Controlled, ground: dict[str, Any], status: int = 201) -> Any:
    """Makes a sandbox on a ground."""
    return server.post("/_mockpars/sandboxes", {"name": "laid", "clock": support.NOW, "ground": ground}, status)


def test_everything_has_the_id_it_had(server: Controlled) -> None:
    made = make(server, {"activities": [ACTIVITY], "learner_records": [RECORD], "physicians": [PERSON]})
    assert made["name"] == "laid"
    path = "/_mockpars/sandboxes/laid"
    (listed,) = server.get(f"{path}/activities")["activities"]
    assert (listed["activity_id"], listed["provider_activity_id"]) == ("12345700", support.PROVIDER_ACTIVITY_ID)
    found = server.get(f"{path}/learner-records/ccid:mockpars:100000042")
    assert (found["status"], found["deliveries"][0]["reason"]) == ("Rejected", "No.")
    assert server.get(f"{path}/physicians/PX-000009")["last_name"] == "Person"
    answer = server.send("SaveLearnerActivity", support.learners(record(activity="12345700")), "laid")
    assert "<Code>304</Code>" in answer


def test_new_activities_get_other_ids(server: Controlled) -> None:
    make(server, {"activities": [ACTIVITY, {"activity_id": "12345679", "document": activity("B")}]})
    for name in ("C", "D"):
        server.send("SaveActivity", support.activities(activity(name)), "laid")
    listed = server.get("/_mockpars/sandboxes/laid/activities")["activities"]
    names = {entry["provider_activity_id"]: int(entry["activity_id"]) for entry in listed}
    assert (names[support.PROVIDER_ACTIVITY_ID], names["B"]) == (12345700, 12345679)
    assert len(set(names.values())) == 4
    assert min(names["C"], names["D"]) > 12345700


def test_armed_scenarios_act(server: Controlled) -> None:
    make(server, {"activities": [ACTIVITY], "armed": [{"scenario": "reject-307", "physician": "PH-0001"}]})
    answer = server.send("SaveLearnerActivity", support.learners(record(activity="12345700")), "laid")
    assert "<Code>307</Code>" in answer


@pytest.mark.parametrize(
    "ground",
    [
        {"activities": [{"activity_id": "1", "document": "<x/>"}]},
        {"activities": [{"activity_id": "1", "document": "no XML"}]},
        {
            "activities": [
                {
                    "activity_id": "1",
                    "document": f'<MedicalEducationMetrics xmlns="{MEMS}"><x/></MedicalEducationMetrics>',
                }
            ]
        },
        {"activities": [{"activity_id": "1", "document": "<!DOCTYPE x><x/>"}]},
        {"activities": [{"activity_id": "1", "document": activity() + activity("B")}]},
        {"activities": [{"activity_id": "1", "document": activity(credits="0")}]},
        {"activities": [ACTIVITY, ACTIVITY]},
        {"activities": [ACTIVITY, {**ACTIVITY, "activity_id": "12345701"}]},
        {"learner_records": [{**RECORD, "physician": "PH-9999"}]},
        {"learner_records": [RECORD, {**RECORD, "credit_id": "ccid:mockpars:100000043"}]},
        {"learner_records": [RECORD, {**RECORD, "activity_id": "1"}]},
        {"learner_records": [{**RECORD, "completed_on": "2026-02-30"}]},
        {"learner_records": [{**RECORD, "accepted_at": "0001-01-01"}]},
        {"physicians": [PERSON, PERSON]},
        {"physicians": [{**PERSON, "date_of_birth": "1970-02-30"}]},
        {"physicians": [{**PERSON, "scenario": "reject-999"}]},
        {"physicians": [{**PERSON, "id": "PH-0001"}]},
        {"armed": [{"scenario": "reject-999"}]},
        {"armed": [{"scenario": "reject-303", "colour": "red"}]},
        {"weather": "fine"},
    ],
)
def test_a_bad_ground_makes_no_sandbox(server: Controlled, ground: dict[str, Any]) -> None:
    make(server, ground, 422)
    names = [entry["name"] for entry in server.get("/_mockpars/sandboxes")["sandboxes"]]
    assert names == ["default"]


@pytest.mark.parametrize(("form", "media"), [("zip", "application/zip"), ("markdown", "text/markdown; charset=utf-8")])
def test_a_ticket_is_a_file_to_keep(server: Controlled, form: str, media: str) -> None:
    server.send("SaveActivity", support.activities())
    address = "/_mockpars/sandboxes/default/journal/1/ticket"
    answer = server.call("GET", f"{address}?format={form}", described=False)
    assert (answer.status_code, answer.content_type) == (200, media)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="ticket-1.')


def test_a_ticket_in_json_is_as_described(server: Controlled) -> None:
    server.send("SaveActivity", support.activities())
    server.send("SaveLearnerActivity", support.learners(record(HOLLOWAY)))
    server.send("GetActivity", "{}")
    for number in (1, 2, 3):
        assert server.get(f"/_mockpars/sandboxes/default/journal/{number}/ticket?format=json")["exchange"] == number


@pytest.mark.parametrize("path", ["journal/99/ticket", "journal/x/ticket", "journal/1/ticket?format=pdf"])
def test_what_is_not_there_is_refused(server: Controlled, path: str) -> None:
    assert server.call("GET", f"/_mockpars/sandboxes/default/{path}").status_code in (404, 422)


def test_a_ticket_names_no_machine(server: Controlled) -> None:
    server.send("SaveActivity", support.activities())
    address = "/_mockpars/sandboxes/default/journal/1/ticket?format=markdown"
    shown = server.call("GET", address, described=False, base_url="http://annes-laptop.localhost:8027")
    assert "annes-laptop" not in shown.text
    assert "http://localhost:8027/services/" in shown.text
