"""What the suite refuses to do on a target that is not its own: production hosts, and people outside the test set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from mockpars.contract.messages import Message
from mockpars.contract.trouble import TargetRefused

_PRODUCTION: Final = "accme.org"
# A real NPI starts with 1 or 2 and passes the check digit; nothing else can be a person's.
_NPI: Final = re.compile(r"(?<!\d)([12]\d{9})(?!\d)")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")


def refuse_production(url: str) -> None:
    """Raises TargetRefused for a host of ACCME's production (T1, T3), and for plain HTTP to another machine."""
    host = host_of(url)
    if host == _PRODUCTION or host.endswith(f".{_PRODUCTION}"):
        raise TargetRefused(
            f"{host} belongs to ACCME's production, and the suite never sends anything there.",
            "The sandbox is at pars03nsbgateways01 and 02.azure-api.net.",
        )


def refuse_plain_http(url: str) -> None:
    """Raises TargetRefused where credentials would travel unprotected."""
    if urlsplit(url).scheme != "https" and host_of(url) not in _LOCAL:
        raise TargetRefused(f"{url} is not https, and the credentials would travel in the open (T4).")


def host_of(url: str) -> str:
    """The host of a URL as DNS sees it."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        raise TargetRefused(f"{url!r} is no URL.") from None


class Guard:
    """Looks at every message before it goes out."""

    def __init__(self, npis: Iterable[str]) -> None:
        self._npis = frozenset(npis)

    def including(self, npis: Iterable[str]) -> Guard:
        """The same, with more people."""
        return Guard(self._npis | set(npis))

    def check(self, base: str, message: Message) -> None:
        """Raises TargetRefused for a message to another host, or about somebody who is not in the test set."""
        url = base + message.path
        refuse_production(url)
        if host_of(url) != host_of(base) or any(name.lower() == "host" for name, _ in message.headers):
            raise TargetRefused(f"The case would send to another host than {host_of(base)}.")
        said = [message.text, (message.body or b"").replace(b"\x00", b"").decode("latin-1")]
        said += [value for _, value in message.query]
        for npi in npis_in(" ".join(said)):
            if npi not in self._npis and passes_check_digit(npi):
                raise TargetRefused(
                    f"The case names NPI {npi[:2]}..., which could be a real person's and is not in the test set.",
                    "Only people of the roles file may be sent.",
                )


def npis_in(text: str) -> list[str]:
    """What looks like an NPI in a text."""
    return _NPI.findall(text)


def passes_check_digit(npi: str) -> bool:
    """Whether ten digits pass the check of an NPI (Luhn, with 80840 in front)."""
    total = 0
    for place, digit in enumerate(reversed(f"80840{npi}")):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0
