"""Keeps the mail's rounds going in the server's event loop, for as long as it runs."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from mockpars.errors import StoreError
from mockpars.service.mail_rounds import MailRounds
from mockpars.service.relay import Relay
from mockpars.world import World

log = logging.getLogger("mockpars")

PAUSE: Final = 0.5
"""Seconds between rounds: as long as a notice may take to be relayed."""
SHORT_PAUSE: Final = 0.02
"""Seconds between rounds while there is more to look at; the requests come in between."""


def start_rounds(world: World, relay: Relay) -> None:
    """Begins; called in the loop. A round that fails is told in the log, and the next one is made all the same."""
    rounds = MailRounds(world.store, world.roster, relay, world.wall)
    loop = asyncio.get_running_loop()

    def go() -> None:
        pause = PAUSE
        try:
            if rounds.go():
                pause = SHORT_PAUSE
        except StoreError as error:
            log.warning("relay: %s %s", error.reason, error.fix)
        except Exception:
            log.exception("a bug of mockpars, in the relay of mail")
        loop.call_later(pause, go)

    go()
