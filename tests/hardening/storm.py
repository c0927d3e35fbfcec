"""Kill -9 under load, again and again on one store; every record that was acknowledged is asked for afterwards."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests import support
from tests.e2e.conftest import Server
from tests.hardening.line import Line
from tests.hardening.people import WELCOME
from tests.support import NOW, Person, basic, path_of, record

_CLIENTS = 8
_CREDIT = re.compile(rb"<CreditId>(.+?)</CreditId>")


@dataclass
class Toll:
    """What so many kills cost."""

    kills: int = 0
    acknowledged: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    slowest_start: float = 0.0


def weather(start: Callable[..., Server], folder: Path, kills: int, *flags: str) -> Toll:
    """Starts, loads and kills a server so many times on one store, then counts what is missing."""
    store = ("--db", str(folder / "storm.db"), "--clock", NOW, *flags)
    toll, draw = Toll(), Random("storm")  # noqa: S311 - the same moments each time
    for number in range(kills):
        server = _started(start, store, toll)
        activity = server.post("SaveActivity", support.activities(support.activity(f"STORM-{number}"))).one(
            "AccmeActivityID"
        )
        known = len(toll.acknowledged)
        threads = [
            threading.Thread(target=_submit, args=(server.base, activity, WELCOME[first::_CLIENTS], toll.acknowledged))
            for first in range(_CLIENTS)
        ]
        for thread in threads:
            thread.start()
        enough, until = draw.randint(1, 60), time.monotonic() + 15
        while len(toll.acknowledged) - known < enough and time.monotonic() < until:
            time.sleep(0.002)
        server.stop(signal.SIGKILL)
        for thread in threads:
            thread.join()
        toll.kills += 1
    survivor = _started(start, store, toll)
    toll.lost = list(missing(survivor.base, toll.acknowledged))
    survivor.stop()
    return toll


def missing(base: str, credit_ids: Iterable[str]) -> Iterable[str]:
    """Those credit IDs under which there is no record."""
    with Line(base, 30) as line:
        for credit_id in credit_ids:
            target = f"{path_of('GetLearnerStatusByCreditId')}?CreditId={credit_id}"
            told = line.ask("GET", target, b"", f"Authorization: {basic()}")
            if told.status != 200 or b"<Status>Submitted</Status>" not in told.body:
                yield credit_id


def _started(start: Callable[..., Server], store: tuple[str, ...], toll: Toll) -> Server:
    begun = time.perf_counter()
    server = start(*store)
    toll.slowest_start = max(toll.slowest_start, time.perf_counter() - begun)
    return server


def _submit(base: str, activity: str, people: list[Person], acknowledged: list[str]) -> None:
    with Line(base, 30) as line:
        try:
            for who in people:
                message = support.learners(record(who, activity=activity)).encode()
                told = line.ask("POST", path_of("SaveLearnerActivity"), message, f"Content-Type: {support.XML}")
                acknowledged.extend(credit_id.decode() for credit_id in _CREDIT.findall(told.body))
        except OSError:
            return  # it was killed, as it should be
