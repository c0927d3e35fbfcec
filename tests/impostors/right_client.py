"""A client of PARS that does everything right, in the standard library; the wrong ones change one thing each.

It follows docs/client-protocol.md: `python right_client.py` reads an event from stdin and answers on stdout.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

BLL = "http://schemas.datacontract.org/2004/07/BLL.Service"
AR = "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"
CENTRAL = ZoneInfo("America/Chicago")
FAILED = (urllib.error.URLError, http.client.HTTPException, OSError, TimeoutError)


class Trouble(Exception):
    """PARS did not answer, or not so that it can be read."""


class Unclear(Trouble):
    """PARS may or may not have taken the message."""


class Refused(Trouble):
    """PARS refused the message as a whole; trying again is of no use."""


class Rejected(Exception):
    """PARS rejected it."""

    def __init__(self, *codes: int) -> None:
        super().__init__(codes)
        self.codes = list(codes)


@dataclass
class Settings:
    """What the environment says (R2)."""

    user: str
    password: str
    provider_id: str
    activity_url: str
    learner_url: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Settings:
        """From ACCME_ variables."""
        return cls(
            values["ACCME_PARS_USER"],
            values["ACCME_PARS_PASSWORD"],
            values["ACCME_PROVIDER_ID"],
            values["ACCME_ACTIVITY_URL"],
            values["ACCME_LEARNER_URL"],
        )


def local(element: ET.Element) -> str:
    """A tag without its namespace."""
    return element.tag.rpartition("}")[2]


def first(root: ET.Element, name: str) -> str | None:
    """The text of the first element of that name."""
    return next((element.text or "" for element in root.iter() if local(element) == name), None)


def codes_of(root: ET.Element) -> list[int]:
    """The rejection codes of an answer."""
    return [
        int(element.text or 0) for element in root.iter() if local(element) == "Code" and (element.text or "").isdigit()
    ]


class Client:
    """One event, from guard to answer (R1)."""

    content_type = "application/xml; charset=utf-8"
    attempts = 3
    pause = 0.3
    timeout = 8.0

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    # --- the workflow ---------------------------------------------------------------------------------------------

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer to an event."""
        try:
            if event["event"] == "check-status":
                return self.check_status(event)
            return self.complete(event)
        except Rejected as rejected:
            return {"outcome": "Rejected", "codes": rejected.codes}
        except Trouble as trouble:
            return {"outcome": "Error", "message": str(trouble)}

    def complete(self, event: dict[str, Any]) -> dict[str, Any]:
        """Guard, match, register if need be, delete if it is a correction, save, look at the status."""
        learner = event["learner"]
        if not self.may_submit(learner):
            return {"outcome": "Rejected", "codes": [], "message": "NPI or date of birth is missing."}
        if self.already_done(event):
            return {"outcome": "Accepted", "credit_id": event["previous"]["credit_id"], "codes": []}
        self.match(learner)
        if not event["activity"].get("pars_activity_id"):
            event["activity"]["pars_activity_id"] = self.register(event)
        if event["event"] == "correction":
            self.remove(event)
        credit_id = self.submit(event)
        status = self.status(credit_id)
        return {"outcome": "Accepted", "credit_id": credit_id, "codes": [], "status": first(status, "Status")}

    def may_submit(self, learner: Mapping[str, str]) -> bool:
        """The guard (R1)."""
        return bool(learner["npi"] and learner["date_of_birth"])

    def already_done(self, event: Mapping[str, Any]) -> bool:
        """Whether an earlier delivery of this event was accepted."""
        return event["event"] == "completion" and bool(event.get("previous"))

    def match(self, learner: Mapping[str, str]) -> None:
        """Goes on only if PARS knows exactly one such physician."""
        found = int(self.post("learner", "LearnerMatchRequest", self.match_message(learner)).text or "")
        if found != 1:
            raise Rejected(300 if found == 0 else 301)

    def register(self, event: Mapping[str, Any]) -> str:
        """Registers the activity and answers its PARS ID."""
        answer = self.post("activity", "SaveActivity", self.activity_message(event))
        if first(answer, "Result") != "Accepted":
            raise Rejected(*codes_of(answer))
        return first(answer, "AccmeActivityID") or ""

    def remove(self, event: Mapping[str, Any]) -> None:
        """Deletes what is on file, so that the correction is no duplicate (L10)."""
        answer = self.post("learner", "SaveLearnerActivity", self.record_message(event, "Delete"))
        if first(answer, "Result") != "Accepted":
            raise Rejected(*codes_of(answer))

    def submit(self, event: Mapping[str, Any]) -> str:
        """Submits the completion; after an unclear end it asks before it submits again."""
        message = self.record_message(event)
        for left in reversed(range(self.attempts)):
            try:
                answer = self.post("learner", "SaveLearnerActivity", message)
            except Unclear:
                self.wait(self.attempts - left)
                found = self.find(event)
                if found:
                    return found
                if not left:
                    raise
                continue
            if first(answer, "Result") == "Accepted":
                return first(answer, "CreditId") or ""
            raise Rejected(*codes_of(answer))
        raise Trouble("The completion could not be submitted.")

    def find(self, event: Mapping[str, Any]) -> str | None:
        """The credit ID of a completion that PARS may have taken (L9)."""
        try:
            return first(self.post("learner", "GetLearnerStatus", self.question_message(event)), "CreditId")
        except Rejected:
            return None

    def check_status(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Asks what became of a record."""
        root = self.status(event["credit_id"])
        status = first(root, "Status")
        outcome = "Rejected" if status == "Rejected" else "Accepted"
        return {
            "outcome": outcome,
            "credit_id": event["credit_id"],
            "status": status,
            "codes": sorted(set(codes_of(root))),
        }

    def status(self, credit_id: str) -> ET.Element:
        """The status of a record by its credit ID."""
        return self.post("learner", "GetLearnerStatusByCreditId", self.credit_message(credit_id))

    # --- the line -------------------------------------------------------------------------------------------------

    def post(self, service: str, operation: str, message: str) -> ET.Element:
        """POSTs, and tries again after failures that say PARS did not take it. Raises Trouble, Unclear, Rejected."""
        failure: Trouble = Trouble("not tried")
        for number in range(1, self.attempts + 1):
            try:
                return self.once(service, operation, message)
            except (Unclear, Refused):
                raise
            except Trouble as trouble:
                failure = trouble
                if number < self.attempts:
                    self.wait(number, getattr(trouble, "retry_after", None))
        raise failure

    def once(self, service: str, operation: str, message: str) -> ET.Element:
        """One attempt."""
        base = self.settings.activity_url if service == "activity" else self.settings.learner_url
        request = urllib.request.Request(
            self.url(f"{base}/{operation}"), self.encode(message), self.headers(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return self.read(answer.read(), answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                return self.failed(error)
        except FAILED as error:
            raise Unclear(f"{operation}: {error}") from None

    def failed(self, error: urllib.error.HTTPError) -> ET.Element:
        """What an HTTP error means."""
        if error.code == 404:
            raise Rejected
        if error.code < 500 and error.code != 429:
            raise Refused(f"HTTP {error.code}: {error.read()[:300]!r}")
        trouble = Unclear(f"HTTP {error.code}") if error.code == 504 else Trouble(f"HTTP {error.code}")
        trouble.retry_after = float(error.headers.get("Retry-After") or 0)  # type: ignore[attr-defined]  # for post()
        raise trouble

    def read(self, body: bytes, media: str) -> ET.Element:
        """An answer of PARS, and nothing else."""
        if "xml" not in media:
            raise Unclear(f"an answer of type {media}")
        try:
            return ET.fromstring(body)  # noqa: S314  # of the mock; expat refuses entities that multiply
        except ET.ParseError as error:
            raise Unclear(f"an answer that is no XML: {error}") from None

    def wait(self, number: int, asked: float | None = None) -> None:
        """As long as asked, or longer each time."""
        time.sleep(asked * 1.05 if asked else self.pause * 2 ** (number - 1))

    def url(self, plain: str) -> str:
        """Where to send it."""
        return plain

    def encode(self, message: str) -> bytes:
        """As bytes."""
        return message.encode()

    def headers(self) -> dict[str, str]:
        """Media type and HTTP Basic (T4, T5)."""
        basic = base64.b64encode(f"{self.settings.user}:{self.settings.password}".encode()).decode()
        return {"Content-Type": self.content_type, "Authorization": f"Basic {basic}"}

    # --- the messages ---------------------------------------------------------------------------------------------

    def envelope(self, data: str) -> str:
        """A SubmitMessage."""
        given = self.settings
        return (
            f'<?xml version="1.0" encoding="utf-8"?><SubmitMessage xmlns="{BLL}"><User>{escape(given.user)}</User>'
            f"<Password>{escape(given.password)}</Password><ProviderId>{self.provider_id()}</ProviderId>"
            f"<Data>{data}</Data></SubmitMessage>"
        )

    def provider_id(self) -> str:
        """Seven digits, leading zeroes included."""
        return self.settings.provider_id

    def text(self, value: object) -> str:
        """As XML text."""
        return escape(str(value))

    def completed_on(self, event: Mapping[str, Any]) -> str:
        """The day of completion, without a time (L12)."""
        return self.day(str(event["course"]["completion_date"]))

    def day(self, sent: str) -> str:
        """The day in US Central."""
        if "T" not in sent:
            return sent
        at = datetime.fromisoformat(sent)
        return (at if at.tzinfo is None else at.astimezone(CENTRAL)).date().isoformat()

    def amount(self, event: Mapping[str, Any]) -> str:
        """The registered credits."""
        return str(event["course"]["credit_hours"])

    def identity(self, learner: Mapping[str, str]) -> str:
        """The four values that PARS matches on."""
        return (
            f"<ar:FirstName>{self.text(learner['first_name'])}</ar:FirstName>"
            f"<ar:LastName>{self.text(learner['last_name'])}</ar:LastName>"
            f"<ar:DateOfBirth>{learner['date_of_birth']}</ar:DateOfBirth>"
            f"<ar:MedicalEducationNumber>{learner['npi']}</ar:MedicalEducationNumber>"
        )

    def match_message(self, learner: Mapping[str, str]) -> str:
        """A LearnerMatchRequest."""
        return self.envelope(
            f'<ar:LearnerMatchRequest xmlns:ar="{AR}">{self.identity(learner)}</ar:LearnerMatchRequest>'
        )

    def record_message(self, event: Mapping[str, Any], action: str = "Add") -> str:
        """A SaveLearnerActivity."""
        return self.envelope(
            f'<ar:ACCMELearnerRecords xmlns:ar="{AR}"><ar:LearnerRecord>{self.saved_identity(event["learner"])}'
            f"<ar:AccmeActivityID>{event['activity']['pars_activity_id']}</ar:AccmeActivityID>"
            f"<ar:CompletedDateTime>{self.completed_on(event)}</ar:CompletedDateTime><ar:Credits><ar:Credit>"
            "<ar:CreditType>AMA PRA Category 1 Credit</ar:CreditType>"
            f"<ar:CreditAmount>{self.amount(event)}</ar:CreditAmount></ar:Credit></ar:Credits><ar:LearnerRecordAction>{action}</ar:LearnerRecordAction></ar:LearnerRecord>"
            "</ar:ACCMELearnerRecords>"
        )

    def saved_identity(self, learner: Mapping[str, str]) -> str:
        """As matched."""
        return self.identity(learner)

    def credit_message(self, credit_id: str) -> str:
        """A GetLearnerStatusByCreditId."""
        root = "ar:LearnerStatusByCreditIdRequest"
        return self.envelope(f'<{root} xmlns:ar="{AR}"><ar:CreditId>{escape(credit_id)}</ar:CreditId></{root}>')

    def question_message(self, event: Mapping[str, Any]) -> str:
        """A GetLearnerStatus."""
        learner = event["learner"]
        return self.envelope(
            f'<ar:LearnerStatusRequest xmlns:ar="{AR}">'
            f"<ar:moduleID>{event['activity']['pars_activity_id']}</ar:moduleID>"
            f"<ar:BirthDate>{learner['date_of_birth']}</ar:BirthDate>"
            f"<ar:CompletionDate>{self.completed_on(event)}</ar:CompletionDate>"
            f"<ar:UniqueID>{learner['npi']}</ar:UniqueID></ar:LearnerStatusRequest>"
        )

    def activity_message(self, event: Mapping[str, Any]) -> str:
        """A SaveActivity."""
        course, name = event["course"], event["activity"]["provider_activity_id"]
        return self.envelope(
            '<accme:ACCMEActivities xmlns="http://ns.medbiq.org/metrics/v2/" '
            'xmlns:accme="http://docs.accme.org/schemas/ACCMEActivities/v3/" '
            'xmlns:ex="http://www.accme.org/ACCMEActivityExtension/v3" xmlns:lom="http://ltsc.ieee.org/xsd/LOM" '
            'xmlns:hx="http://ns.medbiq.org/lom/extend/v1/"><MedicalEducationMetrics><ReportDescription>'
            f"<ReportingStartDate>{course['start_date']}</ReportingStartDate>"
            f"<ReportingEndDate>{course['end_date']}</ReportingEndDate></ReportDescription><lom:lom><lom:general>"
            "<lom:identifier><lom:catalog>Provider Activity ID</lom:catalog>"
            f"<lom:entry>{escape(name)}</lom:entry></lom:identifier>"
            f"<lom:title><lom:string>{escape(course['title'])}</lom:string></lom:title></lom:general>"
            "<hx:healthcareMetadata><hx:healthcareEducation><hx:credits>"
            f"<hx:activityCertification>{course['credit_type']}</hx:activityCertification>"
            f"<hx:numberOfCredits>{course['credit_hours']}</hx:numberOfCredits></hx:credits>"
            f"<hx:startDateTime>{course['start_date']}</hx:startDateTime><hx:endDateTime>{course['end_date']}</hx:endDateTime>"
            "<hx:activitySponsorship>direct</hx:activitySponsorship>"
            f"<hx:activityFormat><lom:string>{course['format']}</lom:string></hx:activityFormat>"
            f"<hx:commercialSupport>{course['commercial_support']}</hx:commercialSupport>"
            "</hx:healthcareEducation></hx:healthcareMetadata></lom:lom><XtensibleInfo>"
            f"<ex:CreditClaimDate>{course['credit_claim_date']}</ex:CreditClaimDate>"
            "<ex:activityRecordAction>Add</ex:activityRecordAction></XtensibleInfo></MedicalEducationMetrics>"
            "</accme:ACCMEActivities>"
        )

    def query(self, **values: str) -> str:
        """A query string."""
        return "?" + urlencode(values)


def exit_code(answer: Mapping[str, Any]) -> int:
    """0 accepted, 1 rejected, 2 error."""
    return {"Accepted": 0, "Rejected": 1}.get(str(answer.get("outcome")), 2)


def main() -> int:
    """Reads an event, prints the answer."""
    answer = Client(Settings.of(os.environ)).handle(json.load(sys.stdin))
    print(json.dumps(answer))
    return exit_code(answer)


if __name__ == "__main__":
    sys.exit(main())
