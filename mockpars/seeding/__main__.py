"""`python -m mockpars.seeding [--check] [--into DIR]`: writes the seed files, or says which are stale."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mockpars.resources import data_path
from mockpars.seeding.files import seed_files


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the seed files; return 0, or 1 when a check found a stale file."""
    parser = argparse.ArgumentParser(prog="python -m mockpars.seeding", description="Make the synthetic physicians.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    parser.add_argument("--into", type=Path, metavar="DIR", help="folder of the seed files")
    options = parser.parse_args(arguments)
    folder: Path = options.into or data_path("seed")
    files = seed_files()
    stale = [name for name, text in files.items() if not _is_current(folder / name, text)]
    if options.check:
        for name in stale:
            print(f"{name} is stale: run python -m mockpars.seeding", file=sys.stderr)
        return 1 if stale else 0
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    print(f"Seed files changed: {', '.join(stale) or 'none'}")
    return 0


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


if __name__ == "__main__":
    sys.exit(main())
