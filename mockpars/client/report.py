"""The whole submitting workflow for one completion: guard, register once, match, save, status (R1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from mockpars.client.errors import ClientError, Fault, NoAnswer, Unclear
from mockpars.client.pars import ParsClient
from mockpars.client.results import Accepted, Rejected
from mockpars.client.values import Completion

log = logging.getLogger("mockpars.client")

ACCEPTED, REJECTED, NOT_SUBMITTED, ERROR = "Accepted", "Rejected", "NotSubmitted", "Error"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a completion.

    `outcome` is Accepted (store `credit_id`), Rejected (`codes` say why; mend it, then submit again), NotSubmitted
    (the guard or the match stopped it, so PARS has seen no submission) or Error (no usable answer; `reason`).
    """

    outcome: str
    credit_id: str | None = None
    codes: tuple[int, ...] = ()
    status: str | None = None
    activity_id: str | None = None
    match: int | None = None
    reason: str = ""
    recovered: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line, where what was not submitted counts as rejected; unknown values are null."""
        return {
            "outcome": REJECTED if self.outcome == NOT_SUBMITTED else self.outcome,
            "credit_id": self.credit_id,
            "codes": list(self.codes),
            "status": self.status,
            "activity_id": self.activity_id,
            "match": self.match,
            "reason": self.reason or None,
            "recovered": self.recovered,
        }


@dataclass
class Reporter:
    """Reports completions through a client. It remembers which courses are registered, so each is once (A1)."""

    client: ParsClient
    activities: dict[str, str] = field(default_factory=dict)
    """PARS Activity ID of each course that is known to be registered; load it from the lookup table (R3)."""

    def report(self, completion: Completion) -> Report:
        """Guard, register the course if need be, match, save, ask for the status. Raises nothing of PARS's doing."""
        return self._guarded(completion, self._report)

    def correct(self, completion: Completion, credit_id: str) -> Report:
        """Deletes the record with that credit ID and submits the completion as it should be (L10)."""

        def submit_anew(wanted: Completion) -> Report:
            return self._report(wanted, instead_of=credit_id)

        return self._guarded(completion, submit_anew)

    def _guarded(self, completion: Completion, submit: Callable[[Completion], Report]) -> Report:
        if not completion.consent:
            return Report(NOT_SUBMITTED, reason="The learner has not consented to reporting (307).")
        try:
            return submit(completion)
        except Fault as error:
            codes = (int(error.code),) if error.code.isascii() and error.code.isdigit() else ()
            return Report(ERROR, codes=codes, reason=str(error))
        except (NoAnswer, Unclear) as error:
            return Report(ERROR, reason=str(error))

    def check_status(self, credit_id: str) -> Report:
        """Where a submitted completion stands; Rejected with a board's codes when the board refused it (310)."""
        try:
            found = self.client.status_by_credit(credit_id)
        except ClientError as error:
            return Report(ERROR, credit_id, reason=str(error))
        if found is None:
            return Report(ERROR, credit_id, reason="PARS has no record with that credit ID.")
        outcome = REJECTED if found.status == "Rejected" else ACCEPTED
        reason = "; ".join(problem.message for problem in found.problems)
        return Report(outcome, credit_id, found.codes, found.status, found.activity_id, reason=reason)

    def _report(self, completion: Completion, instead_of: str | None = None) -> Report:
        registered = self._register(completion)
        if isinstance(registered, Rejected):
            return Report(REJECTED, codes=registered.codes, reason=_reasons(registered))
        count = self.client.match(completion.learner)
        if count != 1:
            why = "no record matches" if count == 0 else f"{count} records match"
            reason = f"{why} name, date of birth and NPI; nothing was submitted"
            return Report(NOT_SUBMITTED, activity_id=registered, match=count, reason=reason)
        deleted = self._delete(completion, registered, instead_of) if instead_of else None
        if isinstance(deleted, Rejected):
            return Report(REJECTED, codes=deleted.codes, activity_id=registered, match=count, reason=_reasons(deleted))
        saved = self.client.save_learner(completion, registered)
        if isinstance(saved, Rejected):
            return Report(REJECTED, codes=saved.codes, activity_id=registered, match=count, reason=_reasons(saved))
        return self._accepted(saved, registered)

    def _accepted(self, saved: Accepted, activity_id: str) -> Report:
        accepted = Report(ACCEPTED, saved.credit_id, (), saved.status, activity_id, match=1, recovered=saved.recovered)
        if not saved.credit_id:
            return accepted
        status = self.check_status(saved.credit_id)
        if status.outcome == ERROR:
            # The submission stands, whatever became of the question after it.
            log.warning("accepted as %s, but its status cannot be read: %s", saved.credit_id, status.reason)
            return accepted
        return Report(
            status.outcome, saved.credit_id, status.codes, status.status, activity_id, 1, status.reason, saved.recovered
        )

    def _delete(self, completion: Completion, activity_id: str, credit_id: str) -> Accepted | Rejected | None:
        on_file = self.client.status_by_credit(credit_id)
        if on_file is None:
            return None  # deleted before, by somebody or by an attempt of ours that came this far
        before = replace(completion, completed_on=on_file.completed_on or completion.completed_on)
        return self.client.delete_learner(before, activity_id)

    def _register(self, completion: Completion) -> str | Rejected:
        course = completion.course
        known = completion.activity_id or self.activities.get(course.course_id)
        if known is None:
            found = self.client.get_activity(course_id=course.course_id)
            if isinstance(found, Rejected):
                found = self.client.save_activity(course)
            if isinstance(found, Rejected):
                return found
            known = found.activity_id
            if not known:
                raise Unclear("SaveActivity", "the course was accepted without an Activity ID")
        self.activities[course.course_id] = known
        return known


def _reasons(rejected: Rejected) -> str:
    return "; ".join(f"{problem.code} {problem.message}".strip() for problem in rejected.problems)
