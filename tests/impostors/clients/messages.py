"""Wrong clients whose messages are wrong: form, credentials, dates, amounts, names."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.impostors.right_client import Client
from tests.impostors.wrong_client import wrong


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
