"""Physicians: listed, found, shown and added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import support
from tests.web.controlled import DEFAULT, SANDBOXES, Controlled


def test_physicians_are_listed_by_page(server: Controlled) -> None:
    first = server.get(f"{DEFAULT}/physicians?limit=200")
    second = server.get(f"{DEFAULT}/physicians?limit=200&after={first['next']}")
    ids = [entry["id"] for page in (first, second) for entry in page["physicians"]]
    assert len(set(ids)) == first["total"] == 350
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("state=TX", lambda one: "TX" in {entry["state"] for entry in one["licences"]}),
        ("board=ABOS", lambda one: "ABOS" in {entry["board"] for entry in one["boards"]}),
        ("profession=DO", lambda one: one["profession"] == "DO"),
        ("persona=any", lambda one: one["persona"]),
        ("persona=jose-nunez", lambda one: one["id"] == "PH-0002"),
        ("npi=1234567890", lambda one: one["last_name"] == "Holloway"),
        ("q=nunez", lambda one: one["last_name"] == "Núñez"),
    ],
)
def test_physicians_are_found_by(server: Controlled, query: str, holds: Callable[[Any], bool]) -> None:
    found = server.get(f"{DEFAULT}/physicians?{query}")["physicians"]
    assert 0 < len(found) < 350
    assert all(holds(entry) for entry in found)


def test_a_physician_is_shown_by_id_npi_or_persona(server: Controlled) -> None:
    shown = [server.get(f"{DEFAULT}/physicians/{name}") for name in ("PH-0001", "1234567890", "james-holloway")]
    assert shown[0] == shown[1] == shown[2]
    assert server.error("GET", f"{DEFAULT}/physicians/nobody")[0] == 404


def test_an_npi_that_two_have_names_neither(server: Controlled) -> None:
    doppel = server.get(f"{DEFAULT}/physicians/dolly-doppel-one")
    assert server.error("GET", f"{DEFAULT}/physicians/{doppel['npi']}")[0] == 409


def test_an_added_physician_is_known_to_this_sandbox_alone(server: Controlled) -> None:
    ada = {"first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-29", "npi": "2999999999"}
    added = server.post(f"{DEFAULT}/physicians", {**ada, "licences": [{"state": "TX", "number": "1"}]}, 201)
    assert added["profession"] == "MD"
    assert server.get(f"{DEFAULT}/physicians/2999999999") == added
    server.post(SANDBOXES, {"name": "a"}, 201)
    who = support.Person("Ada", "Added", "1980-02-29", "2999999999")
    assert ">1</int>" in server.send("LearnerMatchRequest", support.match(who))
    assert ">0</int>" in server.send("LearnerMatchRequest", support.match(who), "a")


def test_an_added_physician_may_have_a_scenario(submitted: Controlled) -> None:
    ada = {"first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-29", "npi": "2999999999",
           "licences": [{"state": "TX", "number": "1"}], "scenario": "reject-305"}  # fmt: skip
    submitted.post(f"{DEFAULT}/physicians", ada, 201)
    who = support.Person("Ada", "Added", "1980-02-29", "2999999999")
    assert "<Code>305</Code>" in submitted.send("SaveLearnerActivity", support.learners(support.record(who)))
    status, found = submitted.error("POST", f"{DEFAULT}/physicians", {**ada, "scenario": "reject-999"})
    assert (status, found["code"]) == (422, "UnknownScenario")


def test_everything_wrong_with_a_new_physician_is_told_at_once(server: Controlled) -> None:
    body = {
        "first_name": "", "date_of_birth": "1980-02-30", "npi": "12", "profession": "RN", "colour": "red",
        "licences": [{"state": "Texas", "number": 5}], "boards": "ABIM", "consent": "yes",
    }  # fmt: skip
    found = server.faults("POST", f"{DEFAULT}/physicians", body)
    assert set(found) == {
        "first_name", "last_name", "npi", "profession", "colour", "licences/0/state", "licences/0/number", "boards",
        "consent",
    }  # fmt: skip


def test_dates_states_and_boards_of_a_new_physician_must_exist(server: Controlled) -> None:
    board = {"board": "ABIM", "diplomate_id": "1"}
    body = {
        "first_name": "Ada", "last_name": "Added", "date_of_birth": "1980-02-30", "npi": "2999999999",
        "licences": [{"state": "ZZ", "number": "5"}], "boards": [board, board], "reason": "none",
    }  # fmt: skip
    found = server.faults("POST", f"{DEFAULT}/physicians", body)
    assert set(found) == {"date_of_birth", "licences/0/state", "boards/1/board", "reason"}
