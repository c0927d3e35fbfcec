"""The server, and its sandboxes: made, shown, reset, deleted, and committed before anything is said of them."""

from __future__ import annotations

import pytest

from mockpars.domain.rejection import CATALOGUE
from tests import support
from tests.web.controlled import DEFAULT, SANDBOXES, Controlled, Make


def test_it_is_ready_for_anyone(make: Make) -> None:
    server = make(token="secret")
    assert server.get("/_mockpars/ready", caller="203.0.113.9") == {"ready": True}
    assert server.call("HEAD", "/_mockpars/ready", described=False).status_code == 200


def test_health_tells_version_store_uptime_sandboxes_and_clock(server: Controlled) -> None:
    health = server.get("/_mockpars/health")
    assert health["store"] == {"kind": "memory"}
    assert health["sandboxes"] == 1
    assert health["clock"] == {"mode": "fixed", "now": support.NOW, "next_overnight": "2026-05-11T05:00:00Z"}


def test_the_codes_are_all_there_with_rules_and_what_provokes_them(server: Controlled) -> None:
    codes = {entry["code"]: entry for entry in server.get("/_mockpars/codes")["codes"]}
    assert set(codes) == set(CATALOGUE)
    assert "lars-latecomer" in codes[303]["personas"]
    assert codes[303]["scenarios"] == ["reject-303"]
    assert all(entry["rules"] and entry["personas"] for entry in codes.values())


def test_a_sandbox_is_created_with_everything_a_client_needs(server: Controlled) -> None:
    made = server.post(
        SANDBOXES,
        {"name": "team-a", "ttl": "PT1H", "clock": "2026-05-06T12:00:00Z", "user": "u", "password": "p",
         "provider_id": "0000042"},
        201,
    )  # fmt: skip
    assert made["base_url"] == "http://localhost/sandboxes/team-a"
    assert made["learner_service"] == f"{made['base_url']}{support.path_of('SaveLearnerActivity').rpartition('/')[0]}"
    assert (made["user"], made["password"], made["provider_id"]) == ("u", "p", "0000042")
    assert made["clock"]["now"] == "2026-05-06T12:00:00Z"
    assert made["expires_at"] is not None
    message = support.match(user="u", password="p", provider="0000042")
    assert ">1</int>" in server.send("LearnerMatchRequest", message, "team-a")


def test_a_sandbox_without_a_name_gets_one_and_the_servers_account(server: Controlled) -> None:
    made = server.post(SANDBOXES, status=201)
    assert made["name"].startswith("sandbox-")
    assert (made["user"], made["password"], made["provider_id"]) == (support.USER, support.PASSWORD, support.PROVIDER)
    assert made["expires_at"] is None
    assert [entry["name"] for entry in server.get(SANDBOXES)["sandboxes"]] == ["default", made["name"]]


def test_a_sandbox_may_run_on_real_time_on_a_server_whose_clock_is_fixed(server: Controlled) -> None:
    assert server.post(SANDBOXES, {"clock": "real"}, 201)["clock"]["mode"] == "running"


def test_two_sandboxes_cannot_have_one_name(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a"}, 201)
    assert server.error("POST", SANDBOXES, {"name": "a"})[1]["code"] == "SandboxExists"
    assert server.error("POST", SANDBOXES, {"name": "default"})[0] == 409


def test_a_sandbox_is_gone_when_its_time_is_up(server: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    server.post(SANDBOXES, {"name": "a", "ttl": "PT1M"}, 201)
    later = server.world.wall().replace(year=server.world.wall().year + 1)
    monkeypatch.setattr(server.world, "wall", lambda: later)
    assert server.error("GET", f"{SANDBOXES}/a")[0] == 404
    assert [entry["name"] for entry in server.get(SANDBOXES)["sandboxes"]] == ["default"]
    server.post(SANDBOXES, {"name": "a"}, 201)


def test_a_sandbox_shows_what_it_holds(submitted: Controlled) -> None:
    assert submitted.get(DEFAULT)["held"] == {"activities": 1, "learner_records": 1}


def test_a_deleted_sandbox_is_gone_and_the_default_one_cannot_be_deleted(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a"}, 201)
    assert server.call("DELETE", f"{SANDBOXES}/a").status_code == 204
    assert server.error("DELETE", f"{SANDBOXES}/a")[1]["code"] == "UnknownSandbox"
    assert server.error("DELETE", DEFAULT)[1]["code"] == "Conflict"


def test_a_reset_gives_back_the_seed_and_the_first_clock_and_keeps_the_account(server: Controlled) -> None:
    server.post(SANDBOXES, {"name": "a", "clock": "2026-05-06", "user": "u", "ttl": "P1D"}, 201)
    before = server.get(f"{SANDBOXES}/a")
    server.send("SaveActivity", support.activities(user="u"), "a")
    server.post(f"{SANDBOXES}/a/scenarios", {"scenario": "reject-303"}, 201)
    server.post(f"{SANDBOXES}/a/clock/advance", {"by": "P9D"})
    after = server.post(f"{SANDBOXES}/a/reset")
    assert after["clock"] == before["clock"]
    assert (after["user"], after["expires_at"]) == ("u", before["expires_at"])
    assert server.get(f"{SANDBOXES}/a")["held"]["activities"] == 0
    assert server.get(f"{SANDBOXES}/a/scenarios") == {"armed": []}


def test_an_answer_waits_for_the_commit_of_what_it_tells(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    server = make()
    monkeypatch.setattr(type(server.world.store), "pledge", lambda store: print)
    server.post(f"{DEFAULT}/clock/advance", {"by": "PT1H"})
    assert server.exchange.pledge is print
