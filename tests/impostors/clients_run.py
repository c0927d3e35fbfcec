"""Holding the wrong clients to the client check: which were caught, and by which obligation."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mockpars.contract.clients.adapters import Reply
from mockpars.contract.clients.examiner import Examiner
from mockpars.contract.clients.exams import read_exams
from mockpars.contract.clients.marks import BROKEN, read_obligations
from mockpars.contract.clients.verdict import Verdict, of_exams
from mockpars.contract.library import Library
from mockpars.contract.targets.mock import MockTarget
from tests.impostors.right_client import Client, Settings, exit_code
from tests.impostors.wrong_client import WrongClient

LIMIT = 8.0


class InProcess:
    """Calls a client in a thread of this process: the same contract as a command, without starting Python each time."""

    def __init__(self, client: type[Client]) -> None:
        self.name = client.__name__
        self._client = client

    def call(self, event: Mapping[str, Any], settings: Mapping[str, str], limit: float) -> Reply:
        """The client's answer; a client that is still busy at the limit is left behind."""
        found: list[dict[str, Any]] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                found.append(self._client(Settings.of(settings)).handle(json.loads(json.dumps(event))))
            except Exception as failure:  # a client that crashes is a wrong client, not a wrong harness
                failures.append(failure)

        started = time.perf_counter()
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(limit)
        seconds = time.perf_counter() - started
        if worker.is_alive():
            return Reply(None, None, "", seconds, timed_out=True)
        if failures:
            return Reply(1, None, repr(failures[0]), seconds)
        return Reply(exit_code(found[0]), found[0], json.dumps(found[0]), seconds)


@dataclass(frozen=True)
class Caught:
    """What the check said of one wrong client."""

    wrong: WrongClient
    broken: tuple[str, ...]
    seconds: float

    @property
    def rightly(self) -> bool:
        """Whether the right obligation was named."""
        return self.wrong.breaks in self.broken


def check(
    client: type[Client], target: MockTarget, library: Library, exams: Iterable[str] = (), workers: int = 4
) -> Verdict:
    """The verdict on a client, from some exams or all."""
    chosen = [exam for exam in read_exams() if not exams or exam.id in exams]
    sittings = Examiner(target, library, InProcess(client), LIMIT, workers).hold(chosen)
    return of_exams(client.__name__, read_obligations(), meanings(), sittings)


def meanings() -> dict[int, str]:
    """The rejection codes."""
    from mockpars.contract.clients.commands import read_meanings

    return read_meanings()


def catch(
    wrong: Iterable[WrongClient], target: MockTarget, library: Library, *, all_exams: bool = False
) -> list[Caught]:
    """What the check says of each wrong client."""

    def one(entry: WrongClient) -> Caught:
        started = time.perf_counter()
        verdict = check(entry.client, target, library, () if all_exams else entry.exams, 2)
        broken = tuple(name for name, ruling in verdict.obligations.items() if ruling.state == BROKEN)
        return Caught(entry, broken, time.perf_counter() - started)

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(one, wrong))
