"""python -m benchmarks.soak [PHASE ...] [--scale 1] [--seed soak]: the long runs; exit code 1 if any of them failed.

Figures are kept in benchmarks/soak/results.json, phase by phase, and printed as the table of docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.soak.phases import PHASES, Row

RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Runs the phases that were named, or all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("phases", nargs="*", metavar="PHASE", help=f"of {', '.join(PHASES)}; all without any")
    options.add_argument("--scale", type=float, default=1.0, help="0.01 for a first look, 10 for a night")
    options.add_argument("--save", action="store_true", help="keep the figures in results.json")
    chosen = options.parse_args()
    unknown = sorted(set(chosen.phases) - set(PHASES))
    if unknown:
        options.error(f"there is no phase {unknown[0]}; there are {', '.join(PHASES)}")
    failed = False
    for name in chosen.phases or PHASES:
        started = time.perf_counter()
        row = PHASES[name](chosen.scale)
        seconds = time.perf_counter() - started
        _print(row, seconds)
        failed |= bool(row.failures)
        if chosen.save:
            _keep(name, row, seconds)
    return int(failed)


def _print(row: Row, seconds: float) -> None:
    print(f"| {row.done} | {row.many} | {row.result} | {datetime.now(UTC):%Y-%m-%d} |", flush=True)
    print(f"  {'FAILED' if row.failures else 'passed'} in {seconds:.0f} s", file=sys.stderr, flush=True)
    for failure in row.failures:
        print(f"  {failure}", file=sys.stderr)


def _keep(name: str, row: Row, seconds: float) -> None:
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept[name] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "seconds": round(seconds),
        **asdict(row),
    }
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
