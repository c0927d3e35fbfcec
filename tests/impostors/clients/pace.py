"""Wrong clients that do not wait, do not stop, or do not end."""

from __future__ import annotations

import time
from xml.etree import ElementTree as ET

from tests.impostors.right_client import Client, Trouble, Unclear
from tests.impostors.wrong_client import wrong


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


@wrong("sane-polling")
class PollsWithoutPause(Client):
    def status(self, credit_id: str) -> ET.Element:
        for _ in range(8):
            super().status(credit_id)
        return super().status(credit_id)


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
