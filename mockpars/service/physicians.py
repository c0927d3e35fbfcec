"""Finding physicians, naming them, and adding some to a sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockpars.domain.model import Physician
from mockpars.domain.names import fold
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox
from mockpars.store.codec import physician_body

ANY_PERSONA = "any"


@immutable
class Wanted:
    """What physicians are looked for; None is no wish. `persona` is a key, or "any"."""

    state: str | None = None
    board: str | None = None
    persona: str | None = None
    profession: str | None = None
    npi: str | None = None
    name: str | None = None

    def fits(self, physician: Physician) -> bool:
        """Whether a physician is among them; names are compared as PARS does, in part."""
        return (
            (self.state is None or self.state in {entry.state for entry in physician.licences})
            and (self.board is None or self.board in {entry.board for entry in physician.boards})
            and (self.profession is None or self.profession == physician.profession)
            and (self.npi is None or self.npi == physician.npi)
            and (self.name is None or fold(self.name) in fold(physician.name))
            and (
                self.persona is None
                or self.persona == physician.persona
                or (self.persona == ANY_PERSONA and physician.persona is not None)
            )
        )


def search(physicians: Iterable[Physician], wanted: Wanted) -> Iterator[Physician]:
    """Those that fit, in order."""
    return (entry for entry in physicians if wanted.fits(entry))


def named(sandbox: Sandbox, name: str) -> list[Physician]:
    """The physicians that an ID, an NPI or a persona's key names; two where PARS holds somebody twice (D14)."""
    by_id = sandbox.physician(name)
    if by_id is not None:
        return [by_id]
    return sandbox.with_npi(name) or [entry for entry in sandbox.physicians() if entry.persona == name]


def add(sandbox: Sandbox, physician: Physician) -> Physician:
    """Adds a physician to this sandbox alone, under an ID of its own."""
    with sandbox.store.transaction():
        own = sandbox.store.physicians.all(sandbox.world.id) if sandbox.world.own_physicians else []
        added = replace(physician, id=f"PX-{len(own) + 1:06d}")
        sandbox.store.physicians.add(sandbox.world.id, added)
        sandbox.store.worlds.mark(sandbox.world.id, own_physicians=True)
    return added


def as_body(physician: Physician) -> dict[str, Any]:
    """A physician as plain data, in the shape of seed/physicians.json."""
    return physician_body(physician)


def read_personas(seed: Path) -> list[dict[str, Any]]:
    """The personas of personas.json: key, physician, title, summary, scenario, use, codes."""
    return list(json.loads((seed / "personas.json").read_text(encoding="utf-8"))["personas"])
