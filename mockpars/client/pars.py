"""The operations of PARS. Reads are retried; saves never blindly: after an unclear one the client looks first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from types import TracebackType
from typing import TypeVar
from xml.etree.ElementTree import Element  # the type of what answers.py has parsed
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import requests

from mockpars.client import answers
from mockpars.client.errors import Fault, InvalidValue, NoAnswer, Unclear
from mockpars.client.exchange import Exchange
from mockpars.client.messages import Messages
from mockpars.client.patience import Patience, given_up
from mockpars.client.results import Accepted, LearnerStatus, Rejected
from mockpars.client.settings import ClientSettings
from mockpars.client.transport import Transport, Trouble
from mockpars.client.values import Completion, Course, Learner, as_date

_T = TypeVar("_T")
_DUPLICATE = 304


def _always(trouble: Trouble) -> bool:
    return True


def _had_no_effect(trouble: Trouble) -> bool:
    return trouble.had_no_effect


class ParsClient:
    """A client of PARS for one account; a context manager, and not to be shared between threads.

    Every call raises Fault where the request itself was refused, and NoAnswer where PARS could not be reached or only
    failed for as long as it was tried.
    """

    def __init__(
        self,
        settings: ClientSettings | None = None,
        *,
        allow_production: bool = False,
        patience: Patience | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self.settings = settings or ClientSettings.from_environ(allow_production=allow_production)
        self.settings.check(allow_production=allow_production)
        self._patience = patience or Patience()
        self._transport = Transport(self.settings, session)
        self._messages = Messages(self.settings)

    def __enter__(self) -> ParsClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        self._transport.close()

    @property
    def last_exchange(self) -> Exchange | None:
        """The latest call, with credentials blanked, as a support ticket needs it (R4)."""
        return self._transport.last_exchange

    def match(self, learner: Learner) -> int:
        """How many records of PARS match; anything but 1 stops a submission (L2)."""
        return self._learner_read("LearnerMatchRequest", self._messages.match(learner), answers.read_match)

    def status_by_credit(self, credit_id: str) -> LearnerStatus | None:
        """Where the record with that credit ID stands (L8); None when PARS has none."""
        message = self._messages.status_by_credit(credit_id)
        return self._status("GetLearnerStatusByCreditId", message)

    def status_by_learner(
        self, activity_id: str, date_of_birth: date | str, completed_on: date | str, unique_id: str
    ) -> LearnerStatus | None:
        """Where a learner's record of an activity stands (L9); `unique_id` is the NPI. None when PARS has none."""
        born, completed = as_date(date_of_birth, "date_of_birth"), as_date(completed_on, "completed_on")
        return self._status(
            "GetLearnerStatus", self._messages.status_by_learner(activity_id, born, completed, unique_id)
        )

    def get_activity(self, *, activity_id: str | None = None, course_id: str | None = None) -> Accepted | Rejected:
        """The ID that PARS gave an activity, by that ID or by ours (A5); Rejected with 302 when there is none."""
        if (activity_id is None) == (course_id is None):
            raise InvalidValue("get_activity takes an activity_id or a course_id, and not both.")
        message = self._messages.get_activity(activity_id, course_id)
        read = partial(self._transport.call, "GetActivity", self.settings.activity_url, message, answers.read_activity)
        return self._patience.keep_trying("GetActivity", read, _always)

    def save_activity(self, course: Course, action: str = "Add") -> Accepted | Rejected:
        """Registers a course (A1, A3). After an unclear answer an Add is looked up, not repeated blindly."""

        def look() -> Accepted | None:
            found = self.get_activity(course_id=course.course_id)
            return Accepted(found.activity_id, recovered=True) if isinstance(found, Accepted) else None

        message = self._messages.save_activity(course, action)
        save = partial(
            self._transport.call, "SaveActivity", self.settings.activity_url, message, answers.read_saved_activity
        )
        # Update and Delete of one activity end in the same state however often they are sent.
        return self._save("SaveActivity", save, look if action == "Add" else lambda: None)

    def save_learner(self, completion: Completion, activity_id: str | None = None) -> Accepted | Rejected:
        """Submits one completion (L4). Raises Unclear when it may have been saved and nobody can tell.

        After a time-out, a server error or a lost or broken answer the record is looked up by learner, and submitted
        again only when PARS says that it has none.
        """
        activity = activity_id or completion.activity_id
        if not activity:
            raise InvalidValue("A completion needs the PARS Activity ID of its course: register the course first.")
        learner = completion.learner

        def look() -> Accepted | None:
            found = self.status_by_learner(activity, learner.date_of_birth, completion.completed_on, learner.npi)
            return Accepted(activity, found.credit_id, found.status, recovered=True) if found else None

        message = self._messages.save_learner(completion, activity, _today())
        return self._save("SaveLearnerActivity", self._saving_learner(message), look)

    def delete_learner(self, completion: Completion, activity_id: str | None = None) -> Accepted | Rejected:
        """Deletes a submitted completion, which is how one is corrected: delete, then resubmit (L10)."""
        activity = activity_id or completion.activity_id
        if not activity:
            raise InvalidValue("Deleting needs the PARS Activity ID of the course.")
        learner, course_id = completion.learner, completion.course.course_id

        def look() -> Accepted | None:
            found = self.status_by_learner(activity, learner.date_of_birth, completion.completed_on, learner.npi)
            return None if found else Accepted(activity, recovered=True)

        message = self._messages.delete_learner(learner, course_id, activity, completion.completed_on)
        return self._save("SaveLearnerActivity", self._saving_learner(message), look)

    def _saving_learner(self, message: bytes) -> Callable[[], Accepted | Rejected]:
        return partial(
            self._transport.call,
            "SaveLearnerActivity",
            self.settings.learner_url,
            message,
            answers.read_saved_learner,
        )

    def _learner_read(self, operation: str, message: bytes, read: Callable[[Element], _T]) -> _T:
        call = partial(self._transport.call, operation, self.settings.learner_url, message, read)
        return self._patience.keep_trying(operation, call, _always)

    def _status(self, operation: str, message: bytes) -> LearnerStatus | None:
        try:
            return self._learner_read(operation, message, answers.read_status)
        except Fault as fault:
            # A bare 404 may come from a gateway that knows nothing of records; only PARS's own word counts.
            if fault.http_status == 404 and fault.code == "NotFound":
                return None
            raise

    def _save(
        self, operation: str, save: Callable[[], Accepted | Rejected], look: Callable[[], Accepted | None]
    ) -> Accepted | Rejected:
        """Saves; whenever the outcome is unclear, looks whether it took effect before saving again."""
        unclear_before = False
        for attempt in range(1, self._patience.attempts + 1):
            try:
                result = self._patience.keep_trying(operation, save, _had_no_effect)
            except Trouble as trouble:
                unclear_before = True
                found = self._look(operation, trouble, look)
                if found is not None:
                    return found
                wait = self._patience.wait_for(attempt, trouble)
                if wait is None:
                    raise given_up(operation, trouble, attempt) from None
                self._patience.sleep(wait)
                continue
            if unclear_before and isinstance(result, Rejected) and _DUPLICATE in result.codes:
                # The first message arrived after all, behind our look: the duplicate is our own record.
                return look() or result
            return result
        raise AssertionError("wait_for ends the attempts")

    def _look(self, operation: str, trouble: Trouble, look: Callable[[], Accepted | None]) -> Accepted | None:
        try:
            return look()
        except (Fault, NoAnswer) as error:
            raise Unclear(operation, f"{trouble.message}, and asking what became of it failed: {error}") from None


def _today() -> date:
    """Today where PARS is (L12); without a time zone database, the day in UTC."""
    try:
        return datetime.now(ZoneInfo("America/Chicago")).date()
    except ZoneInfoNotFoundError:
        return datetime.now(UTC).date()
