"""Wrong clients that do not say what PARS said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from tests.impostors.right_client import Client, Trouble, first
from tests.impostors.wrong_client import wrong


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
