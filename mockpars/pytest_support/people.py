"""Physicians and activities as tests want them: attributes to read, and sections of a completion event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Physician:
    """A physician whom the sandbox knows. Dates are ISO text, as messages carry them."""

    id: str
    first_name: str
    last_name: str
    date_of_birth: str
    npi: str
    profession: str
    states: tuple[str, ...]
    boards: Mapping[str, str]
    consent: bool
    persona: str | None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Physician:
        """Reads what the control API says of one."""
        return cls(
            id=body["id"],
            first_name=body["first_name"],
            last_name=body["last_name"],
            date_of_birth=body["date_of_birth"],
            npi=body["npi"],
            profession=body["profession"],
            states=tuple(entry["state"] for entry in body["licences"]),
            boards={entry["board"]: entry["diplomate_id"] for entry in body["boards"]},
            consent=body["consent"],
            persona=body.get("persona"),
        )

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def born(self) -> date:
        """The date of birth as a date."""
        return date.fromisoformat(self.date_of_birth)

    @property
    def learner(self) -> dict[str, str]:
        """The learner of a completion event."""
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "date_of_birth": self.date_of_birth,
            "npi": self.npi,
        }


@dataclass(frozen=True, slots=True)
class Activity:
    """A registered activity. `activity_id` is PARS's, `course_id` ours (the Provider Activity ID)."""

    activity_id: str
    course_id: str
    title: str
    credit_hours: str
    starts_on: str
    ends_on: str
    credit_claim_by: str
    registrations: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Activity:
        """Reads what the control API says of one."""
        return cls(
            activity_id=body["activity_id"],
            course_id=body["provider_activity_id"],
            title=body["title"],
            credit_hours=body["hours"],
            starts_on=body["starts_on"],
            ends_on=body["ends_on"],
            credit_claim_by=body["credit_claim_by"],
            registrations=tuple(body["registrations"]),
        )

    def course(self, completion_date: str) -> dict[str, Any]:
        """The course of a completion event."""
        return {
            "course_id": self.course_id,
            "title": self.title,
            "credit_hours": float(self.credit_hours),
            "completion_date": completion_date,
            "start_date": self.starts_on,
            "end_date": self.ends_on,
            "credit_claim_date": self.credit_claim_by,
        }
