"""Sandboxes: made, reset, ended, and gone when their time is up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mockpars.errors import SandboxExists, SandboxNameInvalid, UnknownSandbox
from mockpars.service import sandboxes
from tests.support import NOW, Served


@pytest.mark.parametrize("name", ["a", "team-a", "7", "a" * 63, "pr-1234-e2e"])
def test_a_name_that_can_stand_in_a_path_is_taken(served: Served, name: str) -> None:
    """Small letters, digits, hyphens."""
    served.create(name)
    assert served.post("LearnerMatchRequest", sandbox=name).root.text == "1"


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a_b", "a/b", "..", "a b", "é", "a" * 64, "a\n", "a%2Fb"])
def test_a_name_that_cannot_is_refused(served: Served, name: str) -> None:
    """With what can."""
    with pytest.raises(SandboxNameInvalid) as caught:
        served.create(name)
    assert "team-a" in caught.value.fix


def test_a_name_is_given_once(served: Served) -> None:
    """Until it is free again."""
    served.create("team-a")
    with pytest.raises(SandboxExists):
        served.create("team-a")
    sandboxes.delete(served.world.store, "team-a")
    served.create("team-a")


def test_a_reset_goes_back_to_the_seed_and_keeps_the_account_and_the_clocks_start(ready: Served) -> None:
    """Records, activities and journal are gone; numbers start again."""
    ready.create("team-a")
    ready.post("SaveActivity", sandbox="team-a")
    ready.advance("P3D", "team-a")
    sandboxes.reset(ready.world.store, "team-a", ready.world.account, ready.world.wall())
    assert ready.counts("team-a") == (0, 0)
    assert ready.journal("team-a") == []
    assert ready.world.sandbox("team-a").now.isoformat() == NOW.replace("Z", "+00:00")
    assert ready.post("SaveActivity", sandbox="team-a").one("AccmeActivityID") == "12345678"
    assert ready.counts() == (1, 0)


def test_what_is_not_there_cannot_be_reset_or_deleted(served: Served) -> None:
    """The known ones are told."""
    for act in (
        lambda: sandboxes.delete(served.world.store, "x"),
        lambda: sandboxes.reset(served.world.store, "x", served.world.account, served.world.wall()),
    ):
        with pytest.raises(UnknownSandbox) as caught:
            act()
        assert caught.value.known == ("default",)


def test_a_sandbox_is_gone_when_its_time_is_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the wall clock, at that instant, for requests too; its rows go with the next tidying."""
    wall, ttl = served.world.wall(), timedelta(minutes=5)
    sandboxes.create(served.world.store, "brief", served.world.account, wall, ttl)
    monkeypatch.setattr(served.world, "wall", lambda: wall + ttl - timedelta(microseconds=1))
    assert served.post("LearnerMatchRequest", sandbox="brief").status == 200
    monkeypatch.setattr(served.world, "wall", lambda: wall + ttl)
    assert served.post("LearnerMatchRequest", sandbox="brief").status == 404
    sandboxes.tidy(served.world.store, wall + ttl)
    assert [row.name for row in served.world.store.worlds.living()] == ["default"]


@pytest.mark.slow
def test_requests_tidy_up_after_dead_worlds(serve: Callable[..., Served]) -> None:
    """Nothing runs in the background, so it is done now and then on the way."""
    served = serve()
    for number in range(3):
        served.create(f"t{number}")
        sandboxes.delete(served.world.store, f"t{number}")
    for _ in range(256 * 4 + 1):
        served.post("LearnerMatchRequest")
    assert served.world.store._engine.execute("SELECT COUNT(*) FROM world")[0][0] == 1
