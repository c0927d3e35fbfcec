"""Wrong clients that ask, register, delete or resend at the wrong time, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from tests.impostors.right_client import BLL, Client, Rejected, Trouble
from tests.impostors.wrong_client import wrong


@wrong("match-before-save")
class NeverMatches(Client):
    def match(self, learner: Mapping[str, str]) -> None:
        """Goes straight to the submission."""


@wrong("match-before-save")
class MatchesAfterwards(Client):
    def match(self, learner: Mapping[str, str]) -> None:
        """Not yet."""

    def submit(self, event: Mapping[str, Any]) -> str:
        found = super().submit(event)
        super().match(event["learner"])
        return found


@wrong("match-before-save", "match-down")
class TakesNoAnswerForAMatch(Client):
    def match(self, learner: Mapping[str, str]) -> None:
        try:
            super().match(learner)
        except Trouble:
            return


@wrong("save-only-on-one", "match-none", "match-two")
class IgnoresTheMatch(Client):
    def match(self, learner: Mapping[str, str]) -> None:
        try:
            super().match(learner)
        except Rejected:
            return


@wrong("save-only-on-one", "match-two")
class TakesTwoForAMatch(Client):
    def match(self, learner: Mapping[str, str]) -> None:
        found = int(self.post("learner", "LearnerMatchRequest", self.match_message(learner)).text or "")
        if found < 1:
            raise Rejected(300)


@wrong("same-identity-as-matched")
class SavesAnotherName(Client):
    def saved_identity(self, learner: Mapping[str, str]) -> str:
        return self.identity({**learner, "first_name": learner["first_name"].upper()})


@wrong("same-identity-as-matched")
class SavesAnotherBirthday(Client):
    def saved_identity(self, learner: Mapping[str, str]) -> str:
        return self.identity({**learner, "date_of_birth": "1975-03-21"})


@wrong("activity-first", "new-activity")
class NeverRegisters(Client):
    def register(self, event: Mapping[str, Any]) -> str:
        return "12345678"


@wrong("activity-once", "new-activity", "happy-path")
class RegistersEveryTime(Client):
    def complete(self, event: dict[str, Any]) -> dict[str, Any]:
        event["activity"]["pars_activity_id"] = None
        return super().complete(event)


@wrong("no-duplicate", "redelivered-event")
class SubmitsEveryDelivery(Client):
    def already_done(self, event: Mapping[str, Any]) -> bool:
        return False


@wrong("no-duplicate")
class SubmitsTwiceToBeSure(Client):
    def submit(self, event: Mapping[str, Any]) -> str:
        found = super().submit(event)
        self.post("learner", "SaveLearnerActivity", self.record_message(event))
        return found


@wrong("delete-before-resubmit", "corrected-completion")
class CorrectsWithoutDeleting(Client):
    def remove(self, event: Mapping[str, Any]) -> None:
        """Leaves what is on file."""


@wrong("no-unchanged-retry", "completion-rejected-306")
class RetriesRejections(Client):
    def submit(self, event: Mapping[str, Any]) -> str:
        try:
            return super().submit(event)
        except Rejected:
            return super().submit(event)


@wrong("no-unchanged-retry", "activity-rejected-103")
class RetriesRejectedActivities(Client):
    def register(self, event: Mapping[str, Any]) -> str:
        try:
            return super().register(event)
        except Rejected:
            return super().register(event)


@wrong("asks-before-resending", "answer-lost", "answer-truncated")
class ResendsBlindly(Client):
    def find(self, event: Mapping[str, Any]) -> str | None:
        return None

    def complete(self, event: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().complete(event)
        except Rejected as rejected:
            return {"outcome": "Error", "codes": rejected.codes}


@wrong("one-credit-id")
class MakesUpCreditIds(Client):
    def status(self, credit_id: str) -> ET.Element:
        try:
            return super().status("ccid:mockpars:999999999")
        except Rejected:
            return super().status(credit_id)


@wrong("follows-up-status")
class NeverLooksBack(Client):
    def status(self, credit_id: str) -> ET.Element:
        return ET.fromstring(  # noqa: S314  # its own text
            f'<LearnerStatusResponse xmlns="{BLL}"><Status>Submitted</Status></LearnerStatusResponse>'
        )
