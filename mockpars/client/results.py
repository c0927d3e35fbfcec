"""What PARS says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Problem:
    """One rejection code with its explanation."""

    code: int
    message: str = ""
    fix: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """PARS took it. Store `credit_id` (learners) or `activity_id` (activities)."""

    activity_id: str | None = None
    credit_id: str | None = None
    status: str | None = None
    recovered: bool = False
    """Whether the answer itself was lost and the record was found by asking for it."""

    @property
    def codes(self) -> tuple[int, ...]:
        """None, so that both results can be read alike."""
        return ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """PARS did not take it. Sending it again unchanged will not help."""

    problems: tuple[Problem, ...]
    activity_id: str | None = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes, each once, in the order PARS named them."""
        return tuple(dict.fromkeys(problem.code for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a record stands on its way to one state board or certifying board."""

    destination: str
    kind: str
    status: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class LearnerStatus:
    """Where a learner record stands: Submitted, Transmitted, Approved or Rejected (L6)."""

    credit_id: str
    status: str
    activity_id: str | None = None
    problems: tuple[Problem, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    completed_on: date | None = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes a board gave, each once."""
        return tuple(dict.fromkeys(problem.code for problem in self.problems))
