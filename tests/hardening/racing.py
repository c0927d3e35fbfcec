"""So many clients that submit at the very same moment, the same record or each its own."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

from tests import support
from tests.hardening.line import Line
from tests.hardening.people import WELCOME
from tests.support import path_of, record


@dataclass
class Raced:
    """How it ended."""

    accepted: int = 0
    duplicates: int = 0
    others: list[bytes] = field(default_factory=list)
    credit_ids: set[bytes] = field(default_factory=set)


def race(base: str, clients: int, *, rounds: int, sandbox: str | None, identical: bool, activity: str = "") -> Raced:
    """Races: each round another physician (identical), or every client and round a physician of its own."""
    gate, raced, lock = threading.Barrier(clients), Raced(), threading.Lock()

    def run(client: int) -> None:
        with Line(base, 60) as line:
            for number in range(rounds):
                who = WELCOME[(number if identical else number * clients + client) % len(WELCOME)]
                message = support.learners(record(who, activity=activity or support.ACTIVITY_ID)).encode()
                gate.wait(60)
                told = line.ask(
                    "POST", path_of("SaveLearnerActivity", sandbox), message, f"Content-Type: {support.XML}"
                )
                with lock:
                    _count(raced, told.body)

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raced


def _count(raced: Raced, body: bytes) -> None:
    found = re.findall(rb"<CreditId>(.+?)</CreditId>", body)
    raced.credit_ids.update(found)
    if found and b"<Result>Accepted</Result>" in body:
        raced.accepted += 1
    elif b"<Code>304</Code>" in body:
        raced.duplicates += 1
    else:
        raced.others.append(body)
