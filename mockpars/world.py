"""The composition root: settings in, a ready World out. Nothing is a module global."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockpars.domain.clock import Clock
from mockpars.errors import UnknownSandbox
from mockpars.resources import data_path
from mockpars.service import arming, sandboxes
from mockpars.service.roster import Roster, read_roster
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenario_files import ScenarioFiles
from mockpars.settings import Settings
from mockpars.store import Store, open_store
from mockpars.store.worlds import WorldRow

if TYPE_CHECKING:
    from mockpars.service.relay import Relay

_TIDIED_EVERY = 256


class World:
    """Everything a server needs: its settings, the store, the physicians of the seed, and the time."""

    def __init__(self, settings: Settings, store: Store, roster: Roster) -> None:
        self.settings = settings
        self.store = store
        self.roster = roster
        self.scenario_files = ScenarioFiles(data_path("seed") / "scenarios", settings.scenarios)
        self.relay = self._make_relay()
        self._visits = 0

    def _make_relay(self) -> Relay | None:
        settings = self.settings
        if settings.smtp is None:
            return None
        from mockpars.service.relay import Relay  # here, since most servers relay nothing

        return Relay(settings.smtp, settings.mail_from, settings.mail_to, self.wall)

    @property
    def account(self) -> sandboxes.Account:
        """What a new sandbox gets."""
        settings = self.settings
        clock = Clock(fixed_at=settings.clock)
        return sandboxes.Account(settings.user, settings.password, settings.provider, clock)

    def wall(self) -> datetime:
        """The wall clock, in UTC; the only place that reads it."""
        return datetime.now(UTC)

    def sandbox(self, name: str) -> Sandbox:
        """A sandbox to look at. Raises UnknownSandbox."""
        found, wall = sandboxes.find(self.store, name), self.wall()
        self._refuse_expired(name, found, wall)
        return Sandbox(self.store, found, self.roster, wall)

    def visit(self, name: str) -> Sandbox:
        """A sandbox to answer a request in, with its next exchange number taken; within a transaction.

        Raises UnknownSandbox.
        """
        self._visits += 1
        wall = self.wall()
        if self._visits % _TIDIED_EVERY == 0:
            sandboxes.tidy(self.store, wall)
        opened = self.store.worlds.open_exchange(name)
        if opened is None:
            raise UnknownSandbox(name, [world.name for world in self.store.worlds.living()])
        self._refuse_expired(name, opened[0], wall)
        return Sandbox(self.store, opened[0], self.roster, wall, opened[1])

    def _refuse_expired(self, name: str, row: WorldRow, wall: datetime) -> None:
        if row.expires_at is not None and row.expires_at <= wall:
            others = [world.name for world in self.store.worlds.living() if world.name != name]
            raise UnknownSandbox(name, others)


def open_world(settings: Settings, *, grouped: bool) -> World:
    """Opens the store, reads the seed, and sees to it that the default sandbox is there with its account and clock.

    With `grouped` the caller commits (`World.store.commit`) before it lets an answer go. Raises StoreError.
    """
    store = open_store(
        None if settings.ephemeral else settings.db,
        durable=settings.durable,
        grouped=grouped,
        journal_limit=settings.journal_limit,
        url=settings.database_url,
    )
    try:
        world = World(settings, store, read_roster(data_path("seed")))
        _make_ready(world)
    except BaseException:
        store.close()
        raise
    return world


def _make_ready(world: World) -> None:
    """The default sandbox, with the account, the clock and the scenarios that the settings ask for."""
    settings, store = world.settings, world.store
    with store.transaction():
        store.start_alone()
        found = store.worlds.find(sandboxes.DEFAULT)
        if found is None:
            sandboxes.create(store, sandboxes.DEFAULT, world.account, world.wall())
        else:
            store.worlds.set_account(found.id, settings.user, settings.password, settings.provider)
            if settings.clock is not None:
                store.worlds.set_clock(found.id, Clock(fixed_at=settings.clock))
        saved = world.scenario_files.read_own()
        if settings.scenarios is not None:
            arming.arm_saved(world.sandbox(sandboxes.DEFAULT), saved)
    store.commit()
