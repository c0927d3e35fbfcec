"""python -m benchmarks.soak.audit: the locked dependencies against PyPI's advisories; needs pip-audit.

pip-audit says "No known vulnerabilities found" also when it could look at nothing, so what it looked at is counted.
Exit code 0 when all were looked at and none has an advisory, 1 when one has, 2 when any could not be looked at.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

LOCKS = ("requirements.lock", "requirements-run.lock", "requirements-dev.lock")
ROOT = Path(__file__).parents[2]


def main() -> int:
    """Audits each lock file and prints one line for each, and one for each advisory."""
    program = shutil.which("pip-audit")
    if program is None:
        print("pip-audit is not installed: python -m pip install pip-audit", file=sys.stderr)
        return 2
    worst = 0
    for lock in LOCKS:
        command = [program, "--disable-pip", "--require-hashes", "--format", "json", "--requirement", lock]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 - a program we looked up
        if not ran.stdout:
            print(f"{lock}: pip-audit failed: {ran.stderr.strip()[-300:]}", file=sys.stderr)
            worst = 2
            continue
        worst = max(worst, _report(lock, json.loads(ran.stdout)["dependencies"]))
    return worst


def _report(lock: str, entries: list[dict[str, object]]) -> int:
    skipped = [entry for entry in entries if "skip_reason" in entry]
    known = [entry for entry in entries if entry.get("vulns")]
    print(f"{lock}: {len(entries)} pinned, {len(entries) - len(skipped)} looked at, {len(known)} with advisories")
    for entry in known:
        print(f"  {entry['name']} {entry['version']}: {entry['vulns']}")
    return 2 if skipped else int(bool(known))


if __name__ == "__main__":
    raise SystemExit(main())
