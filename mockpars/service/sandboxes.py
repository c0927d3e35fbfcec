"""Creating, listing, resetting and deleting sandboxes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from mockpars.domain.clock import Clock
from mockpars.errors import SandboxExists, SandboxNameInvalid, UnknownSandbox
from mockpars.immutable import immutable
from mockpars.store.store import Store
from mockpars.store.worlds import NewWorld, WorldRow

DEFAULT = "default"
FIRST_ACTIVITY = 12345678
"""The first activity's ID is the reference's own (A9)."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


@immutable
class Account:
    """The web-services account a new sandbox gets (T6, T7), and its clock."""

    user: str
    password: str
    provider_id: str
    clock: Clock


def create(
    store: Store,
    name: str,
    account: Account,
    wall: datetime,
    ttl: timedelta | None = None,
    first_activity: int = FIRST_ACTIVITY,
) -> WorldRow:
    """Makes a sandbox that nobody has yet. Raises SandboxNameInvalid and SandboxExists."""
    if not _NAME.fullmatch(name):
        raise SandboxNameInvalid(
            f"{name!r} cannot name a sandbox.",
            "Use 1 to 63 small letters, digits and hyphens, such as team-a.",
        )
    with store.transaction():
        if store.worlds.find(name) is not None:
            raise SandboxExists(f"There is a sandbox {name!r} already.", "Reset it, delete it, or choose another name.")
        new = _new(name, account, wall, None if ttl is None else wall + ttl)
        return store.worlds.create(replace(new, first_activity=first_activity))


def reset(store: Store, name: str, account: Account, wall: datetime) -> WorldRow:
    """Puts a new world, fresh from the seed, in a sandbox's place; its account and time to live stay.

    Its clock is again what it was created with; the default sandbox's is that of `account`, as the server started.
    """
    with store.transaction():
        old = find(store, name)
        clock = account.clock if name == DEFAULT else old.first_clock
        kept = Account(old.user, old.password, old.provider_id, clock)
        store.worlds.bury(old.id)
        return store.worlds.create(_new(name, kept, wall, old.expires_at))


def delete(store: Store, name: str) -> None:
    """Ends a sandbox. Raises UnknownSandbox."""
    with store.transaction():
        store.worlds.bury(find(store, name).id)


def find(store: Store, name: str) -> WorldRow:
    """The living sandbox of that name. Raises UnknownSandbox."""
    found = store.worlds.find(name)
    if found is None:
        raise UnknownSandbox(name, [world.name for world in store.worlds.living()])
    return found


def tidy(store: Store, wall: datetime) -> None:
    """Ends the sandboxes whose time is up, and removes some rows of those that ended."""
    with store.transaction():
        for world in store.worlds.expired(wall):
            store.worlds.bury(world.id)
        store.worlds.sweep()


def _new(name: str, account: Account, wall: datetime, expires_at: datetime | None) -> NewWorld:
    return NewWorld(
        name=name,
        provider_id=account.provider_id,
        user=account.user,
        password=account.password,
        clock=account.clock,
        born_at=wall,
        expires_at=expires_at,
    )
