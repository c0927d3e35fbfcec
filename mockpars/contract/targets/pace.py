"""Politeness towards a service that is not ours: so many requests a second, so many in all."""

from __future__ import annotations

import time
from collections.abc import Callable

from mockpars.contract.trouble import BudgetSpent


class Pace:
    """Waits before each call; `rate` is calls per second, `budget` calls in all."""

    def __init__(
        self,
        rate: float,
        budget: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._left = budget
        self._budget = budget
        self._next = 0.0
        self._now = now
        self._sleep = sleep

    @property
    def spent(self) -> int:
        """Calls made so far against the budget."""
        return self._budget - self._left

    def wait(self, calls: int = 1, *, counted: bool = True) -> None:
        """Returns when the next call may go out. Raises BudgetSpent; clearing away is not counted."""
        if counted:
            if self._left < calls:
                raise BudgetSpent(f"the budget of {self._budget} calls is spent")
            self._left -= calls
        now = self._now()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap * calls
