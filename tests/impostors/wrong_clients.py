"""Wrong clients: the right one with one deviation each, and the obligation that each breaks."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from tests.impostors.right_client import BLL, Client, Rejected, Trouble, Unclear, first


@dataclass(frozen=True)
class WrongClient:
    """One deviation: what it is, what it breaks, and in which exams that shows."""

    name: str
    breaks: str
    client: type[Client]
    exams: tuple[str, ...] = ("happy-path",)


WRONG_CLIENTS: list[WrongClient] = []


def wrong(breaks: str, *exams: str) -> Any:
    """Puts a class on the list, under its own name."""

    def keep(client: type[Client]) -> type[Client]:
        name = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in client.__name__).lstrip("-")
        WRONG_CLIENTS.append(WrongClient(name, breaks, client, exams or ("happy-path",)))
        return client

    return keep


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


@wrong("date-without-time", "completion-with-a-time")
class PassesTheTimeOn(Client):
    def day(self, sent: str) -> str:
        return sent


@wrong("date-without-time")
class AddsMidnight(Client):
    def completed_on(self, event: Mapping[str, Any]) -> str:
        return f"{super().completed_on(event)}T00:00:00"


@wrong("right-date", "just-before-midnight")
class SendsTheUtcDay(Client):
    def day(self, sent: str) -> str:
        from datetime import UTC, datetime

        return datetime.fromisoformat(sent).astimezone(UTC).date().isoformat() if "T" in sent else sent


@wrong("media-type")
class SaysTextXml(Client):
    content_type = "text/xml; charset=utf-8"


@wrong("media-type")
class LeavesOutTheCharset(Client):
    content_type = "application/xml"


@wrong("media-type")
class SaysJson(Client):
    content_type = "application/json"


@wrong("well-formed-messages")
class ForgetsToEscape(Client):
    def envelope(self, data: str) -> str:
        return super().envelope(data).replace("</SubmitMessage>", "")


@wrong("well-formed-messages")
class WritesDatesTheAmericanWay(Client):
    def identity(self, learner: Mapping[str, str]) -> str:
        year, month, day = learner["date_of_birth"].split("-")
        return super().identity({**learner, "date_of_birth": f"{month}/{day}/{year}"})


@wrong("well-formed-messages")
class SpeaksSoap(Client):
    def encode(self, message: str) -> bytes:
        inner = message.partition("?>")[2]
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        return f'<s:Envelope xmlns:s="{soap}"><s:Body>{inner}</s:Body></s:Envelope>'.encode()


@wrong("envelope-credentials")
class LeavesTheEnvelopeEmpty(Client):
    def envelope(self, data: str) -> str:
        text = super().envelope(data)
        return text.replace(f"<Password>{self.settings.password}</Password>", "<Password></Password>")


@wrong("basic-credentials")
class SendsAnotherAccount(Client):
    def headers(self) -> dict[str, str]:
        other = base64.b64encode(b"ui-user@example.org:another").decode()
        return {**super().headers(), "Authorization": f"Basic {other}"}


@wrong("provider-id")
class DropsLeadingZeroes(Client):
    def provider_id(self) -> str:
        return self.settings.provider_id.lstrip("0")


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


@wrong("backs-off-429", "gateway-429", "match-429")
class IgnoresRetryAfter(Client):
    def wait(self, number: int, asked: float | None = None) -> None:
        time.sleep(self.pause)


@wrong("backs-off-5xx", "gateway-500", "gateway-503")
class RetriesAtOnce(Client):
    pause = 0.0


@wrong("backs-off-5xx", "gateway-down")
class RetriesFasterAndFaster(Client):
    attempts = 4

    def wait(self, number: int, asked: float | None = None) -> None:
        time.sleep(asked or 1.2 / number)


@wrong("bounded-retries", "gateway-down")
class NeverGivesUp(Client):
    attempts = 12

    def wait(self, number: int, asked: float | None = None) -> None:
        time.sleep(asked or 0.3)


@wrong("bounded-retries")
class RetriesRefusedCredentials(Client):
    def envelope(self, data: str) -> str:
        return super().envelope(data).replace(self.settings.password, "wrong")

    def once(self, service: str, operation: str, message: str) -> ET.Element:
        for _ in range(2):
            try:
                return super().once(service, operation, message)
            except Trouble:
                time.sleep(0.3)
        return super().once(service, operation, message)


@wrong("asks-before-resending", "answer-lost", "answer-truncated")
class ResendsBlindly(Client):
    def find(self, event: Mapping[str, Any]) -> str | None:
        return None

    def complete(self, event: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().complete(event)
        except Rejected as rejected:
            return {"outcome": "Error", "codes": rejected.codes}


@wrong("sane-polling")
class PollsWithoutPause(Client):
    def status(self, credit_id: str) -> ET.Element:
        for _ in range(8):
            super().status(credit_id)
        return super().status(credit_id)


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
        return ET.fromstring(f'<LearnerStatusResponse xmlns="{BLL}"><Status>Submitted</Status></LearnerStatusResponse>')


@wrong("registered-hours", "quarter-hours")
class RoundsTheHours(Client):
    def amount(self, event: Mapping[str, Any]) -> str:
        return str(round(float(super().amount(event))))


@wrong("names-intact", "name-jose-nunez", "name-oystein-odegaard")
class SendsMojibake(Client):
    def text(self, value: object) -> str:
        return super().text(str(value).encode().decode("latin-1"))


@wrong("names-intact", "name-bridget-obrien", "name-with-ampersand")
class DropsPunctuation(Client):
    def text(self, value: object) -> str:
        return super().text("".join(letter for letter in str(value) if letter.isalpha() or letter == " "))


@wrong("names-intact", "name-with-ampersand")
class EscapesTwice(Client):
    def text(self, value: object) -> str:
        return super().text(super().text(value))


@wrong("guards-empty-identity", "no-npi", "no-date-of-birth")
class HasNoGuard(Client):
    def may_submit(self, learner: Mapping[str, str]) -> bool:
        return True


@wrong("secrets-stay-out-of-urls")
class PutsThePasswordInTheUrl(Client):
    def url(self, plain: str) -> str:
        return plain + self.query(User=self.settings.user, Password=self.settings.password)


@wrong("reports-truth", "completion-rejected-303")
class TakesAnyAnswerForSuccess(Client):
    def submit(self, event: Mapping[str, Any]) -> str:
        answer = self.post("learner", "SaveLearnerActivity", self.record_message(event))
        return first(answer, "CreditId") or ""

    def status(self, credit_id: str) -> ET.Element:
        return super().status(credit_id) if credit_id else ET.Element("Status")


@wrong("reports-truth", "gateway-html")
class TakesHtmlForSuccess(Client):
    def submit(self, event: Mapping[str, Any]) -> str:
        try:
            return self.first_try(event)
        except Trouble:
            return "unknown"

    def first_try(self, event: Mapping[str, Any]) -> str:
        """One attempt."""
        return first(self.once("learner", "SaveLearnerActivity", self.record_message(event)), "CreditId") or ""

    def status(self, credit_id: str) -> ET.Element:
        return ET.Element("Status") if credit_id == "unknown" else super().status(credit_id)


@wrong("reports-truth", "board-rejects")
class SeesNoBoardRejection(Client):
    def check_status(self, event: Mapping[str, Any]) -> dict[str, Any]:
        super().check_status(event)
        return {"outcome": "Accepted", "credit_id": event["credit_id"], "status": "Approved", "codes": []}


@wrong("reports-codes", "completion-rejected-305", "board-rejects")
class KeepsTheCodesToItself(Client):
    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        return {**super().handle(event), "codes": []}


@wrong("reports-credit-id")
class ForgetsTheCreditId(Client):
    def complete(self, event: dict[str, Any]) -> dict[str, Any]:
        return {**super().complete(event), "credit_id": None}


@wrong("ends-in-time", "gateway-down")
class WaitsForEver(Client):
    attempts = 5
    pause = 60.0


@wrong("ends-in-time", "gateway-timeout")
class HasNoTimeOut(Client):
    def once(self, service: str, operation: str, message: str) -> ET.Element:
        try:
            return super().once(service, operation, message)
        except Unclear:
            time.sleep(60)
            raise


def named(name: str) -> type[Client]:
    """The client of a name, `right` being the right one. Raises KeyError."""
    return {"right": Client, **{wrong.name: wrong.client for wrong in WRONG_CLIENTS}}[name]


__all__ = ["WRONG_CLIENTS", "WrongClient", "named"]
