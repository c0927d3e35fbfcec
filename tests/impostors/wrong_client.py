"""What a wrong client is, and the list they put themselves on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.impostors.right_client import Client


@dataclass(frozen=True)
class WrongClient:
    """One deviation: what it is, what it breaks, and in which exams that shows."""

    name: str
    breaks: str
    client: type[Client]
    exams: tuple[str, ...]


LISTED: list[WrongClient] = []


def wrong(breaks: str, *exams: str) -> Callable[[type[Client]], type[Client]]:
    """Puts a class on the list, under its own name in small letters with hyphens."""

    def keep(client: type[Client]) -> type[Client]:
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", client.__name__).lower()
        LISTED.append(WrongClient(name, breaks, client, exams or ("happy-path",)))
        return client

    return keep
