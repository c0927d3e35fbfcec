"""When to try again, and how long to wait: exponentially longer, jittered, and as long as PARS asks (T9)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from mockpars.client.errors import NoAnswer, Unreadable
from mockpars.client.transport import Trouble

_T = TypeVar("_T")


@dataclass(slots=True)
class Patience:
    """How often a call is tried, and the waits between in seconds. A longer Retry-After than `most` ends the trying."""

    attempts: int = 5
    first: float = 0.6
    most: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = field(default=random.random)

    def wait_for(self, attempt: int, trouble: Trouble) -> float | None:
        """Seconds before attempt number `attempt` + 1 (from 1); None when there should be none."""
        if attempt >= self.attempts or trouble.hopeless:
            return None
        if trouble.retry_after is not None:
            return trouble.retry_after if trouble.retry_after <= self.most else None
        longest = min(self.most, self.first * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.draw() / 2)

    def keep_trying(self, operation: str, call: Callable[[], _T], may_repeat: Callable[[Trouble], bool]) -> _T:
        """Calls until there is an answer. Trouble after which a call may not be repeated is raised as it is.

        Raises NoAnswer when patience is exhausted.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return call()
            except Trouble as trouble:
                if not may_repeat(trouble):
                    raise
                wait = self.wait_for(attempt, trouble)
                if wait is None:
                    raise given_up(operation, trouble, attempt) from None
            self.sleep(wait)


def given_up(operation: str, trouble: Trouble, attempts: int) -> NoAnswer:
    """The error that a caller sees after the last attempt."""
    times = "once" if attempts == 1 else f"{attempts} times"
    kind = Unreadable if trouble.unreadable else NoAnswer
    return kind(operation, f"{trouble.message}; tried {times}", trouble.http_status, sent=trouble.sent)
