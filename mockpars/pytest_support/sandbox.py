"""The `pars` fixture: one sandbox for one test."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from mockpars.pytest_support.expecting import Expecting
from mockpars.pytest_support.journal import Exchange, Journal
from mockpars.pytest_support.people import Activity, Physician
from mockpars.pytest_support.registering import Registration, message
from mockpars.pytest_support.server import ControlError, Server

_CONTROL = "/_mockpars"
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Record:
    """A learner record that PARS holds. `body` is everything the control API says of it."""

    credit_id: str
    status: str
    activity_id: str
    physician: str
    learner: str
    completed_on: str
    body: dict[str, Any]


class Pars(Expecting):
    """A sandbox of PARS: where it is, whom it knows, what it saw, and what it should do."""

    def __init__(self, server: Server, body: dict[str, Any]) -> None:
        super().__init__()
        self.server = server
        self.name: str = body["name"]
        self.base_url: str = body["base_url"]
        self.activity_url: str = body["activity_service"]
        self.learner_url: str = body["learner_service"]
        self.user: str = body["user"]
        self.password: str = body["password"]
        self.provider_id: str = body["provider_id"]
        self._handed_out: set[str] = set()
        self._own: set[int] = set()
        self._numbers = itertools.count(1)
        self._meanings: dict[int, str] | None = None

    def __repr__(self) -> str:
        """Where it is."""
        return f"<PARS sandbox {self.base_url}>"

    @property
    def env(self) -> dict[str, str]:
        """The ACCME_ variables that point a client here."""
        return {
            "ACCME_PARS_USER": self.user,
            "ACCME_PARS_PASSWORD": self.password,
            "ACCME_PROVIDER_ID": self.provider_id,
            "ACCME_ENV": "sandbox",
            "ACCME_ACTIVITY_URL": self.activity_url,
            "ACCME_LEARNER_URL": self.learner_url,
        }

    @property
    def now(self) -> datetime:
        """What the sandbox's clock shows, in UTC."""
        return datetime.fromisoformat(self.control("GET", "/clock")["now"])

    def control(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Any:
        """A call to this sandbox's part of the control API, such as `control("GET", "/scenarios")`."""
        return self.server.call(method, f"{_CONTROL}/sandboxes/{self.name}{path}", body, query)

    def physician(
        self,
        *,
        board: str | None = None,
        state: str | None = None,
        persona: str | None = None,
        profession: str | None = None,
    ) -> Physician:
        """A physician whom PARS knows and takes credit for; each call gives another one.

        Ordinary people come first; a `persona` is somebody in particular, such as "jose-nunez".
        """
        asked = {"board": board, "state": state, "persona": persona, "profession": profession}
        query = {name: value for name, value in asked.items() if value}
        found = self.control("GET", "/physicians", query=query | {"limit": str(_PAGE)})["physicians"]
        fitting = [Physician.read(body) for body in found if persona or not body.get("persona")]
        for physician in fitting:
            if persona or (physician.id not in self._handed_out and physician.consent and physician.states):
                self._handed_out.add(physician.id)
                return physician
        words = ", ".join(f"{name}={value!r}" for name, value in query.items()) or "no wishes"
        raise LookupError(f"There is no physician left with {words}; add one with pars.add_physician(...).")

    def add_physician(self, **fields: Any) -> Physician:
        """Adds a physician to this sandbox alone; fields as the control API takes them."""
        return Physician.read(self.control("POST", "/physicians", fields))

    def activity(
        self,
        course_id: str | None = None,
        *,
        title: str = "A course",
        credits: float | str = "1.0",
        starts: str | None = None,
        ends: str | None = None,
        claim_by: str | None = None,
        activity_format: str = "Internet Enduring Material",
        moc: dict[str, Any] | None = None,
    ) -> Activity:
        """Registers an activity, which runs for the sandbox's present year; `moc={"ABIM": 1.0}` counts with boards.

        Call it before arming anything: what is armed acts on this registration too.
        """
        year = self.now.year
        name, ends = course_id or f"COURSE-{next(self._numbers)}", ends or f"{year}-12-31"
        wanted = Registration(
            name, title, credits, starts or f"{year}-01-01", ends, claim_by or ends, activity_format, moc or {}
        )
        account = {"user": self.user, "password": self.password, "provider_id": self.provider_id}
        path = self.activity_url.removeprefix(self.server.url) + "/SaveActivity"
        before = {entry.id for entry in self._exchanges()}
        self.server.send("POST", path, message(account, wanted), {"Content-Type": "application/xml; charset=utf-8"})
        mine = [entry for entry in self._exchanges() if entry.id not in before and entry.operation == "SaveActivity"]
        self._own |= {entry.id for entry in mine}
        if not mine or mine[-1].outcome != "Accepted":
            said = "\n".join(entry.explain(self.meanings) for entry in mine)
            raise ControlError(f"The activity {name} could not be registered.\n{said}")
        return Activity.read(self.control("GET", f"/activities/{quote(name)}"))

    def event(self, physician: Physician, activity: Activity, completed_on: str | None = None) -> dict[str, Any]:
        """A completion event of a client; the completion is today, by the sandbox's clock, unless given."""
        return {
            "event": "completion",
            "learner": physician.learner,
            "course": activity.course(completed_on or self.now.date().isoformat()),
            "activity": {"pars_activity_id": activity.activity_id},
        }

    def arm(
        self,
        scenario: int | str,
        *,
        times: int | None = None,
        operation: str | None = None,
        physician: Physician | str | None = None,
        activity: Activity | str | None = None,
        percent: int | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        """Makes something happen: a rejection by its code, or any scenario by name. What it causes is expected."""
        name = f"reject-{scenario}" if isinstance(scenario, int) else scenario
        wishes = {
            "scenario": name,
            "times": times,
            "operation": operation,
            "physician": physician.id if isinstance(physician, Physician) else physician,
            "activity": activity.activity_id if isinstance(activity, Activity) else activity,
            "percent": percent,
            "reason": reason,
        }
        armed: dict[str, Any] = self.control(
            "POST", "/scenarios", {key: value for key, value in wishes.items() if value is not None}
        )
        self.allow(*self._consequences(armed["scenario"]))
        return armed

    def disarm(self) -> None:
        """Disarms everything."""
        self.control("DELETE", "/scenarios")

    def overnight(self) -> list[dict[str, Any]]:
        """Moves the clock past the next midnight in US Central, when records are transmitted; says what happened."""
        return self.advance("overnight")

    def advance(self, by: str) -> list[dict[str, Any]]:
        """Moves the clock by an ISO 8601 duration such as PT12H; says which records changed their status."""
        moved = self.control("POST", "/clock/advance", {"by": by})
        return list(moved["transitions"])

    def decide(self, record: Record | str, destination: str, decision: str, reason: str | None = None) -> None:
        """Decides about a record as a board would: approve, reject or silent."""
        credit = record.credit_id if isinstance(record, Record) else record
        body = {"destination": destination, "decision": decision} | ({"reason": reason} if reason else {})
        self.control("POST", f"/learner-records/{quote(credit)}/decide", body)
        if decision == "reject":
            self.allow(310)

    @property
    def journal(self) -> Journal:
        """Everything the client did, oldest first."""
        return Journal([entry for entry in self._exchanges() if entry.id not in self._own])

    @property
    def records(self) -> list[Record]:
        """The live learner records, oldest first."""
        body = self.control("GET", "/learner-records", query={"limit": str(_PAGE), "deleted": "false"})
        found = [
            Record(
                entry["credit_id"],
                entry["status"],
                entry["activity_id"],
                entry["physician"],
                entry["learner"],
                entry["completed_on"],
                entry,
            )
            for entry in body["learner_records"]
        ]
        return found[::-1]

    @property
    def meanings(self) -> dict[int, str]:
        """What each rejection code means."""
        if self._meanings is None:
            codes = self.server.call("GET", f"{_CONTROL}/codes")["codes"]
            self._meanings = {entry["code"]: entry["meaning"] for entry in codes}
        return self._meanings

    def _exchanges(self) -> list[Exchange]:
        found: list[Exchange] = []
        query = {"limit": str(_PAGE)}
        while True:
            page = self.control("GET", "/journal", query=query)
            found += [Exchange(body, self._details) for body in page["exchanges"]]
            if page["next"] is None:
                return found[::-1]
            query["before"] = str(page["next"])

    def _details(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.control("GET", f"/journal/{number}")
        return found

    def _consequences(self, scenario: str) -> set[str]:
        """What a scenario shows as in the journal: its code, or its own name."""
        plain = scenario.partition(":")[0]
        kinds = self.server.call("GET", f"{_CONTROL}/scenarios")["scenarios"]
        codes = {kind["name"]: kind["code"] for kind in kinds}
        return {plain} if codes.get(plain) is None else {plain, str(codes[plain])}


@contextmanager
def fresh(server: Server, title: str, clock: str | None) -> Iterator[Pars]:
    """A sandbox for one test. Without a `clock` of its own it stands at the moment it is made."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-") or "test"
    instant = clock or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {"name": f"{slug}-{secrets.token_hex(6)}", "ttl": "P1D", "clock": instant}
    pars = Pars(server, server.call("POST", f"{_CONTROL}/sandboxes", wanted))
    try:
        yield pars
    finally:
        server.call("DELETE", f"{_CONTROL}/sandboxes/{pars.name}")
