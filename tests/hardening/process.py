"""What a server process uses, as the kernel tells it (Linux)."""

from __future__ import annotations

from pathlib import Path


def memory(pid: int) -> float:
    """Resident memory in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"/proc/{pid}/status has no VmRSS")


def children(pid: int) -> list[int]:
    """The processes it has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]


def descriptors(pid: int) -> int:
    """How many files and sockets are open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
