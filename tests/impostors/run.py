"""`make mutants`: how many wrong servers the contract suite catches, how many wrong clients the client check catches.

Exit status: 0 if every one was caught by the right case or obligation and no right one raised an alarm, else 1.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from multiprocessing import get_context

from mockpars.contract.library import Library
from mockpars.contract.targets.served import ServedMock
from tests.impostors import clients_run, servers_run
from tests.impostors.changes import Impostor
from tests.impostors.right_client import Client
from tests.impostors.wrong_clients import WRONG_CLIENTS
from tests.impostors.wrong_servers import WRONG_SERVERS


def main() -> int:
    """Runs both sets and prints the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only impostors of these names; * and ? are taken")
    parser.add_argument("--every", action="store_true", help="run every case and every exam against each impostor")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1), help="processes for the servers")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # impostors are meant to fail, and would fill the log with it
    started = time.perf_counter()
    good = _servers(given) & _clients(given)
    print(f"{'All caught, no false alarm' if good else 'Not all caught'}, in {time.perf_counter() - started:.0f} s.")
    return 0 if good else 1


def _chosen(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatch(name, pattern) for pattern in patterns)


def _servers(given: argparse.Namespace) -> bool:
    names = [impostor.name for impostor in WRONG_SERVERS if _chosen(impostor.name, given.names)]
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        alarms = pool.submit(_alarms) if not given.names else None
        found = list(pool.map(_catch, names, [given.every] * len(names), chunksize=4))
        wrong = alarms.result() if alarms else []
    caught = sum(rightly for rightly, _ in found)
    for name, (rightly, failed) in zip(names, found, strict=True):
        if not rightly:
            print(f"  {name}: {'caught, but by ' + ', '.join(failed) if failed else 'SURVIVED'}")
    for case in wrong:
        print(f"  FALSE ALARM: {case} fails on the right server")
    print(f"Wrong servers: {caught} of {len(names)} caught by the right case; {len(wrong)} false alarms.")
    return caught == len(names) and not wrong


def _catch(name: str, every: bool) -> tuple[bool, list[str]]:
    logging.disable(logging.CRITICAL)
    impostor = next(entry for entry in WRONG_SERVERS if entry.name == name)
    caught = servers_run.catch(impostor, every_case=every)
    return caught.rightly, [result.case.id for result in caught.failed]


def _alarms() -> list[str]:
    logging.disable(logging.CRITICAL)
    return [result.case.id for result in servers_run.failing(Impostor("right", ()), servers_run.cases())]


def _clients(given: argparse.Namespace) -> bool:
    chosen = [entry for entry in WRONG_CLIENTS if _chosen(entry.name, given.names)]
    library = Library()
    target = ServedMock(library, "mutants")
    try:
        found = clients_run.catch(chosen, target, library, all_exams=given.every)
        verdict = None if given.names else clients_run.check(Client, target, library)
    finally:
        target.close()
    caught = sum(entry.rightly for entry in found)
    for entry in found:
        if not entry.rightly:
            said = f"said to break {', '.join(entry.broken)}" if entry.broken else "SURVIVED"
            print(f"  {entry.wrong.name}: breaks {entry.wrong.breaks}, {said}")
    alarms = verdict.broken if verdict else []
    for ruling in alarms:
        print(f"  FALSE ALARM: the right client is said to break {ruling.subject}: {ruling.evidence[0].why}")
    print(f"Wrong clients: {caught} of {len(chosen)} caught by the right obligation; {len(alarms)} false alarms.")
    return caught == len(chosen) and not alarms


if __name__ == "__main__":
    sys.exit(main())
