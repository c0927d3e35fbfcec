"""What many tests need: the reference's samples, messages made to measure, answers read, a sandbox behind Flask."""

from __future__ import annotations

import base64
import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from mockpars.pytest_support.registering import FIRST_TYPES
from mockpars.resources import data_path
from mockpars.service import overnight, sandboxes
from mockpars.settings import load
from mockpars.web.app import create_app
from mockpars.web.doorway import Exchange
from mockpars.web.operations import OPERATIONS
from mockpars.wire.names import ACCME, AR, BLL, EX, HX, LOM, MEMS
from mockpars.wire.schemas import Schemas
from mockpars.world import World, open_world

SAMPLES = Path(__file__).parent / "unit" / "wire" / "samples"
USER, PASSWORD, PROVIDER = "ws-user@example.org", "sandbox", "0008273"
NOW = "2026-05-10T15:00:00Z"
"""Where the tests' clocks stand: a Sunday morning in Chicago, within the samples' year."""
XML = "application/xml; charset=utf-8"
ACTIVITY_ID = "12345678"
PROVIDER_ACTIVITY_ID = "AMC-HIPAA-2025-V4"
RESPONSES = Schemas()
AMA = ("AMA PRA Category 1 Credit", "1.0")


def sample(operation: str) -> str:
    """The reference's own message, with the credentials that it blanks out."""
    text = (SAMPLES / f"{operation}.xml").read_text(encoding="utf-8")
    for blank, value in (("[email protected]", USER), ("*YOUR_WS_PASSWORD*", PASSWORD)):
        assert text.count(blank) == 1
        text = text.replace(blank, value)
    return text


@dataclass(frozen=True, slots=True)
class Person:
    """A physician of the seed, as a client would name them."""

    first: str
    last: str
    born: str
    npi: str
    boards: Mapping[str, str] = field(default_factory=dict)
    licences: tuple[str, ...] = ()


def _people() -> dict[str, Person]:
    seed = data_path("seed")
    bodies = json.loads((seed / "physicians.json").read_text(encoding="utf-8"))["physicians"]
    return {
        body["persona"] or body["id"]: Person(
            body["first_name"],
            body["last_name"],
            body["date_of_birth"],
            body["npi"],
            {entry["board"]: entry["diplomate_id"] for entry in body["boards"]},
            tuple(entry["state"] for entry in body["licences"]),
        )
        for body in bodies
    }


PEOPLE = _people()
"""All physicians of the seed, personas by their key, the others by their ID."""
HOLLOWAY = PEOPLE["james-holloway"]


def envelope(data: str, *, user: str = USER, password: str = PASSWORD, provider: str = PROVIDER) -> str:
    """A SubmitMessage around an operation's own document."""
    return (
        f'<SubmitMessage xmlns="{BLL}"><User>{escape(user)}</User><Password>{escape(password)}</Password>'
        f"<ProviderId>{escape(provider)}</ProviderId><Data>{data}</Data></SubmitMessage>"
    )


def _optional(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def _identity(who: Person) -> str:
    return (
        f"<ar:FirstName>{escape(who.first)}</ar:FirstName><ar:LastName>{escape(who.last)}</ar:LastName>"
        f"<ar:DateOfBirth>{who.born}</ar:DateOfBirth>"
        f"<ar:MedicalEducationNumber>{who.npi}</ar:MedicalEducationNumber>"
    )


def credit(kind: str, amount: str, board: str | None = None, board_id: str | None = None) -> str:
    """An ar:Credit; with a board it is MOC credit (D5)."""
    return (
        f"<ar:Credit><ar:CreditType>{escape(kind)}</ar:CreditType><ar:CreditAmount>{escape(amount)}</ar:CreditAmount>"
        f"{_optional('ar:CertifyingBoard', board)}{_optional('ar:CertifyingBoardID', board_id)}</ar:Credit>"
    )


def record(
    who: Person = HOLLOWAY,
    *,
    completed: str = "2026-05-06",
    credits: Sequence[str] | None = (credit(*AMA),),
    activity: str | None = ACTIVITY_ID,
    provider_activity: str | None = None,
    provider: str | None = None,
    action: str | None = None,
) -> str:
    """An ar:LearnerRecord."""
    inner = None if credits is None else f"<ar:Credits>{''.join(credits)}</ar:Credits>"
    return (
        f"<ar:LearnerRecord>{_identity(who)}{_optional('ar:ProviderID', provider)}"
        f"{_optional('ar:ProviderActivityID', provider_activity)}{_optional('ar:AccmeActivityID', activity)}"
        f"<ar:CompletedDateTime>{completed}</ar:CompletedDateTime>{inner or ''}"
        f"{_optional('ar:LearnerRecordAction', action)}</ar:LearnerRecord>"
    )


def learners(*records: str, **parts: str) -> str:
    """A SaveLearnerActivity message."""
    inner = "".join(records or (record(),))
    return envelope(f'<ar:ACCMELearnerRecords xmlns:ar="{AR}">{inner}</ar:ACCMELearnerRecords>', **parts)


def match(who: Person = HOLLOWAY, **parts: str) -> str:
    """A LearnerMatchRequest message."""
    return envelope(f'<ar:LearnerMatchRequest xmlns:ar="{AR}">{_identity(who)}</ar:LearnerMatchRequest>', **parts)


def by_credit(credit_id: str, **parts: str) -> str:
    """A GetLearnerStatusByCreditId message."""
    inner = f"<ar:CreditId>{escape(credit_id)}</ar:CreditId>"
    root = "ar:LearnerStatusByCreditIdRequest"
    return envelope(f'<{root} xmlns:ar="{AR}">{inner}</{root}>', **parts)


def by_learner(module: str, born: str, completed: str, unique: str, **parts: str) -> str:
    """A GetLearnerStatus message."""
    inner = (
        f"<ar:moduleID>{module}</ar:moduleID><ar:BirthDate>{born}</ar:BirthDate>"
        f"<ar:CompletionDate>{completed}</ar:CompletionDate><ar:UniqueID>{unique}</ar:UniqueID>"
    )
    return envelope(f'<ar:LearnerStatusRequest xmlns:ar="{AR}">{inner}</ar:LearnerStatusRequest>', **parts)


def activity_question(activity: str | None = None, provider_activity: str | None = None, **parts: str) -> str:
    """A GetActivity message."""
    inner = _optional("accme:AccmeActivityID", activity) + _optional("accme:ProviderActivityID", provider_activity)
    return envelope(f'<accme:ActivityRequest xmlns:accme="{ACCME}">{inner}</accme:ActivityRequest>', **parts)


def registration(
    board: str, points: str, *kinds: str, claim_by: str | None = None, diplomate_id: str | None = None
) -> str:
    """An ex:MOCRegistration (A7)."""
    types = "".join(f"<ex:MOCCreditType>{escape(kind)}</ex:MOCCreditType>" for kind in kinds)
    return (
        f"<ex:MOCRegistration><ex:boardName>{board}</ex:boardName><ex:mocPoints>{escape(points)}</ex:mocPoints>{types}"
        f"{_optional('ex:CreditClaimDate', claim_by)}{_optional('ex:DiplomateID', diplomate_id)}</ex:MOCRegistration>"
    )


ALL_BOARDS = "".join(
    registration(board, "1.0", kind, diplomate_id="95001" if board == "ABOS" else None)
    for board, kind in FIRST_TYPES.items()
)
"""Registrations for MOC credit of every board."""


def moc(board: str, board_id: str | None = None, amount: str = "1.0") -> str:
    """Board credit that an activity with ALL_BOARDS takes."""
    return credit(FIRST_TYPES[board], amount, board, board_id)


def activity(
    name: str = PROVIDER_ACTIVITY_ID,
    *,
    accme_id: str | None = None,
    action: str = "Add",
    title: str = "HIPAA Privacy",
    starts: str = "2026-01-01",
    ends: str = "2026-12-31",
    claim_by: str | None = "2026-12-31",
    credits: str = "1.0",
    kind: str = "Internet Enduring Material",
    support: str | None = "no",
    registrations: str = "",
    provider: str | None = None,
) -> str:
    """A MedicalEducationMetrics."""
    ids = (
        f"<lom:identifier><lom:catalog>Provider Activity ID</lom:catalog><lom:entry>{escape(name)}</lom:entry>"
        "</lom:identifier>"
    )
    if accme_id is not None:
        ids += (
            f"<lom:identifier><lom:catalog>ACCME Activity ID</lom:catalog><lom:entry>{accme_id}</lom:entry>"
            "</lom:identifier>"
        )
    boards = f"<ex:MOCRegistrations>{registrations}</ex:MOCRegistrations>" if registrations else ""
    return (
        f'<m:MedicalEducationMetrics xmlns:m="{MEMS}" xmlns:lom="{LOM}" xmlns:hx="{HX}" xmlns:ex="{EX}">'
        "<m:ReportDescription><m:ReportingStartDate>2026</m:ReportingStartDate>"
        "<m:ReportingEndDate>2026</m:ReportingEndDate></m:ReportDescription>"
        f"<lom:lom><lom:general>{ids}<lom:title><lom:string>{escape(title)}</lom:string></lom:title></lom:general>"
        "<hx:healthcareMetadata><hx:healthcareEducation>"
        "<hx:credits><hx:activityCertification>AMA PRA Category 1</hx:activityCertification>"
        f"<hx:numberOfCredits>{escape(credits)}</hx:numberOfCredits></hx:credits>"
        f"<hx:startDateTime>{starts}</hx:startDateTime><hx:endDateTime>{ends}</hx:endDateTime>"
        "<hx:activitySponsorship>direct</hx:activitySponsorship>"
        f"<hx:activityFormat><lom:string>{escape(kind)}</lom:string></hx:activityFormat>"
        f"{_optional('hx:commercialSupport', support)}</hx:healthcareEducation></hx:healthcareMetadata></lom:lom>"
        f"<m:XtensibleInfo>{_optional('ex:ProviderID', provider)}{_optional('ex:CreditClaimDate', claim_by)}{boards}"
        f"<ex:activityRecordAction>{action}</ex:activityRecordAction></m:XtensibleInfo></m:MedicalEducationMetrics>"
    )


def activities(*entries: str, **parts: str) -> str:
    """A SaveActivity message."""
    inner = "".join(entries or (activity(),))
    return envelope(f'<accme:ACCMEActivities xmlns:accme="{ACCME}">{inner}</accme:ACCMEActivities>', **parts)


def basic(user: str = USER, password: str = PASSWORD) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


@dataclass(frozen=True)
class Answer:
    """An answer as a client gets it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def root(self) -> etree._Element:
        """The answer's XML."""
        return etree.fromstring(self.body)

    def all(self, name: str) -> list[str]:
        """The texts of all elements of that local name, in order."""
        return [element.text or "" for element in self.root.iter(f"{{*}}{name}")]

    def one(self, name: str) -> str:
        """The text of the first element of that local name."""
        return self.all(name)[0]

    @property
    def codes(self) -> list[str]:
        """All rejection codes, in order; a Fault's code for a Fault."""
        return self.all("Code")

    @property
    def verdicts(self) -> list[str]:
        """The results of the single records, in order; the overall result is left out."""
        return self.all("Result")[1:]


class Served:
    """A sandbox behind Flask's test client."""

    def __init__(self, **settings: str) -> None:
        chosen = {"ephemeral": "true", "clock": NOW} | settings
        if "db" in settings:
            del chosen["ephemeral"]
        self.world: World = open_world(load(Namespace(**chosen), {}), grouped=False)
        self.app = create_app(self.world)
        self.client = self.app.test_client()
        self.exchange = Exchange()
        self._closed = False

    def close(self) -> None:
        """Lets go of the store; more than once does no harm."""
        if not self._closed:
            self._closed = True
            self.world.store.close()

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Any request; what it asks of the doorway is then in `exchange`.

        Every answer of PARS is judged by its schema, but for those that a scenario asks to be spoilt.
        """
        self.exchange = Exchange()
        environ = {"mockpars.exchange": self.exchange, "REMOTE_ADDR": "127.0.0.1"}
        response = self.client.open(path, method=method, environ_overrides=environ, **options)
        answer = Answer(response.status_code, dict(response.headers), response.data)
        if answer.body and "/services/" in path and "X-Mockpars-Scenario" not in (options.get("headers") or {}):
            assert answer.headers["Content-Type"] == XML
            assert RESPONSES.validate_response(answer.root) == (), answer.body
        return answer

    def post(
        self,
        operation: str,
        body: str | bytes | None = None,
        *,
        sandbox: str | None = None,
        media: str | None = XML,
        alias: int | str = 0,
        **headers: str,
    ) -> Answer:
        """POSTs a message (the reference's sample without one); header names are written with underscores."""
        text = sample(operation) if body is None else body
        data = text.encode() if isinstance(text, str) else text
        path = path_of(operation, sandbox, alias)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, data=data, content_type=media, headers=named)

    def get(self, operation: str, *, sandbox: str | None = None, alias: int | str = 0, **query: str) -> Answer:
        """Reads by GET with the right HTTP Basic credentials."""
        path = path_of(operation, sandbox, alias)
        return self.request("GET", path, query_string=query, headers={"Authorization": basic()})

    def registered(self, *entries: str) -> Answer:
        """Registers activities: without any, the reference's own."""
        answer = self.post("SaveActivity", activities(*entries) if entries else None)
        assert answer.one("Result") == "Accepted", answer.body
        return answer

    def advance(self, by: str, sandbox: str = sandboxes.DEFAULT) -> overnight.Advance:
        """Moves a sandbox's clock."""
        return overnight.advance(self.world.sandbox(sandbox), by)

    def create(self, name: str) -> None:
        """Makes another sandbox."""
        sandboxes.create(self.world.store, name, self.world.account, self.world.wall())

    def journal(self, sandbox: str = sandboxes.DEFAULT) -> list[dict[str, Any]]:
        """The journal as plain data, newest first, whole."""
        world = self.world.sandbox(sandbox).world.id
        rows = [
            self.world.store.exchanges.find(world, row.id) for row in self.world.store.exchanges.page(world, 10**9, 500)
        ]
        return [
            row.body | {"outcome": row.outcome, "codes": row.codes, "request": row.request, "response": row.response}
            for row in rows
            if row is not None
        ]

    def counts(self, sandbox: str = sandboxes.DEFAULT) -> tuple[int, int]:
        """How many live activities and learner records there are."""
        world = self.world.sandbox(sandbox).world.id
        return self.world.store.activities.count(world), self.world.store.records.count(world)


def path_of(operation: str, sandbox: str | None = None, alias: int | str = 0) -> str:
    """Where an operation is served."""
    prefix = f"/sandboxes/{sandbox}" if sandbox else ""
    return prefix + OPERATIONS[operation].paths[int(alias)]
