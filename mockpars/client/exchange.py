"""What a support ticket needs of a call (R4): the message without its credentials, and the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CREDENTIALS = re.compile(r"(<(User|Password)>)[^<]*(</\2>)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call: the full URL, the message with its credentials blanked, and what came back.

    Messages name physicians, so what is kept of them deserves the care that a ticket does; nothing of it is logged.
    """

    operation: str
    url: str
    request: str
    http_status: int | None
    response: str


def blank_credentials(message: bytes) -> str:
    """A message as text in which user and password are blanked."""
    return _CREDENTIALS.sub(r"\1***\3", message.decode("utf-8", "replace"))
