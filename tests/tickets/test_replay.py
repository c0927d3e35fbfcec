"""Every kind of verdict: its ticket holds no secret, and its replay says the same; a changed one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests import support
from tests.support import ACTIVITY_ID, AMA, PEOPLE, PROVIDER_ACTIVITY_ID, activity, credit, record, registration
from tests.tickets.team import (
    ACCOUNT,
    BIRTHDAYS,
    HOLLOWAY,
    NOBODYS_BIRTHDAY,
    PASSWORD,
    USER,
    Team,
    contents,
)

pytestmark = pytest.mark.served

IRMA, IDA, NORA, RITA = (PEOPLE[key] for key in ("irma-internist", "ida-unlicensed", "nora-noconsent", "rita-repeat"))
DAPHNE = next(who for who in PEOPLE.values() if int(who.born[8:]) <= 12 and who.born[8:] != who.born[5:7])
DOLLY = PEOPLE["dolly-doppel-one"]
DAY_EARLIER = replace(HOLLOWAY, born=NOBODYS_BIRTHDAY)
STRANGER = replace(HOLLOWAY, first="Nobody", last="Atall", npi="1999999999")
ABIM = registration("ABIM", "1.0", "Medical Knowledge")

Deed = Callable[[Team], None]
DEEDS: dict[str, tuple[str, Deed]] = {}
"""What a team does by the name of the verdict, and how the journal calls the last exchange."""


def deed(name: str, outcome: str) -> Callable[[Deed], Deed]:
    """Adds a row to the table."""

    def add(function: Deed) -> Deed:
        DEEDS[name] = (outcome, function)
        return function

    return add


def learner(name: str, outcome: str, *records: str, **headers: str) -> None:
    """Adds a row: the reference's activity is registered, then these records are submitted."""

    def act(team: Team) -> None:
        team.register()
        team.submit(*records, **headers)

    DEEDS[name] = (outcome, act)


def match(name: str, outcome: str, who: support.Person, **headers: str) -> None:
    """Adds a row: somebody is looked for."""
    DEEDS[name] = (outcome, lambda team: team.post("LearnerMatchRequest", support.match(who, **ACCOUNT), **headers))


learner("accepted", "Accepted", record())
learner("accepted, with a time that shifts", "Accepted", record(completed="2026-05-06T23:30:00"))
learner("300, born a day earlier", "Rejected 300", record(DAY_EARLIER))
learner("300, another NPI", "Rejected 300", record(replace(HOLLOWAY, npi="1234567891")))
learner(
    "300, day and month swapped",
    "Rejected 300",
    record(replace(DAPHNE, born=f"{DAPHNE.born[:5]}{DAPHNE.born[8:]}-{DAPHNE.born[5:7]}")),
)
learner("300, nobody", "Rejected 300", record(STRANGER))
learner("301", "Rejected 301", record(DOLLY))
learner("302", "Rejected 302", record(activity="99999999"))
learner("303", "Rejected 303", record(completed="2027-05-06"))
learner("305", "Rejected 305", record(credits=(credit(AMA[0], "2.0"),)))
learner("306", "Rejected 306", record(IDA))
learner("307", "Rejected 307", record(NORA))
learner("304 by a persona", "Rejected 304", record(RITA))
learner("several at once", "Rejected 303 300", record(), record(IRMA, completed="2027-05-06"), record(DAY_EARLIER))
learner("304 within one message", "Rejected 304", record(), record())
learner("303 forced by header", "Rejected 303", record(), X_Mockpars_Scenario="reject-303")
learner("answer-lost", "Accepted", record(), X_Mockpars_Scenario="answer-lost")
learner("truncated", "Accepted", record(), X_Mockpars_Scenario="truncated")
learner("latency", "Accepted", record(), X_Mockpars_Scenario="latency:0.1")
learner("bad gateway", "Fault", record(), X_Mockpars_Scenario="bad-gateway")
learner("timeout", "Fault", record(), X_Mockpars_Scenario="timeout:0.1")
learner("server error", "Fault", record(), X_Mockpars_Scenario="server-error")
learner("wrong content type", "Rejected 305", record(), X_Mockpars_Scenario="wrong-content-type, reject-305")
learner("reset", "Fault", record(), X_Mockpars_Scenario="reset")
learner("too many requests", "Fault", record(), X_Mockpars_Scenario="too-many-requests:7")
learner("an unknown scenario", "Refused", record(), X_Mockpars_Scenario="reject-999")
learner("birthday of the wrong shape", "Refused", record(replace(HOLLOWAY, born="03/22/1975")))
learner("birthday with a time", "Refused", record(replace(HOLLOWAY, born="1975-03-22T00:00:00")))
learner("birthday left empty", "Refused", record(replace(HOLLOWAY, born="")))
learner("schema", "Refused", record().replace("ar:FirstName", "ar:GivenName"))
learner("deleting what is not there", "Rejected 300", record(action="Delete", credits=None))
match("match 0", "Match 0", DAY_EARLIER)
match("match 0, of nobody", "Match 0", STRANGER)
match("match 1", "Match 1", HOLLOWAY)
match("match 2", "Match 2", DOLLY)
match("match 0 forced", "Match 0", HOLLOWAY, X_Mockpars_Scenario="reject-300")
match("match 2 forced", "Match 2", HOLLOWAY, X_Mockpars_Scenario="reject-301")
for _name, _outcome, _entry in (
    ("activity accepted", "Accepted", activity()),
    ("101", "Rejected 101", activity(starts="2026-12-31", ends="2026-01-01")),
    ("102", "Rejected 102", activity(credits="0")),
    ("302 for an activity", "Rejected 302", activity(action="Update")),
):
    DEEDS[_name] = (
        _outcome,
        lambda team, entry=_entry: team.post("SaveActivity", support.activities(entry, **ACCOUNT)),  # type: ignore[misc]  # a lambda's default has no type
    )


@deed("304", "Rejected 304")
def twice(team: Team) -> None:
    team.register()
    team.submit()
    team.submit()


@deed("accepted, then deleted", "Accepted")
def delete_it(team: Team) -> None:
    team.register()
    team.submit()
    team.submit(record(action="Delete", credits=None))


@deed("304 by Provider Activity ID of a second activity", "Rejected 304")
def twice_by_provider_id(team: Team) -> None:
    team.register()
    team.register(activity("SECOND-1"))
    for _ in range(2):
        team.submit(record(activity=None, provider_activity="SECOND-1"))


@deed("310 of a board, the day after", "Answered 310")
def refused_by_the_board(team: Team) -> None:
    team.register(activity(registrations=ABIM))
    moc = credit("Medical Knowledge", "1.0", "ABIM", IRMA.boards["ABIM"])
    team.submit(record(IRMA, credits=(credit(*AMA), moc)))
    team.control("POST", "/clock/advance", {"by": "P3D"})
    team.post("GetLearnerStatusByCreditId", support.by_credit("ccid:mockpars:100000001", **ACCOUNT))


@deed("status by learner", "Answered")
def ask_by_learner(team: Team) -> None:
    team.register()
    team.submit()
    question = support.by_learner(ACTIVITY_ID, HOLLOWAY.born, "2026-05-06", HOLLOWAY.npi, **ACCOUNT)
    team.post("GetLearnerStatus", question)


@deed("status by learner, GET", "Answered")
def ask_by_learner_with_get(team: Team) -> None:
    team.register()
    team.submit()
    values = {"moduleID": ACTIVITY_ID, "BirthDate": HOLLOWAY.born, "CompletionDate": "2026-05-06"}
    team.get("GetLearnerStatus", **values, UniqueID=HOLLOWAY.npi)


@deed("status by learner, wrong birthday", "Refused")
def ask_with_a_wrong_birthday(team: Team) -> None:
    team.register()
    team.submit()
    question = support.by_learner(ACTIVITY_ID, NOBODYS_BIRTHDAY, "2026-05-06", HOLLOWAY.npi, **ACCOUNT)
    team.post("GetLearnerStatus", question)


@deed("the activity is there", "Answered")
def read_the_activity(team: Team) -> None:
    team.register()
    team.get("GetActivity", ProviderActivityID=PROVIDER_ACTIVITY_ID)


@deed("the activity is not there", "Rejected 302")
def read_no_activity(team: Team) -> None:
    team.get("GetActivity", ProviderActivityID=PROVIDER_ACTIVITY_ID)


@deed("activity deleted", "Accepted")
def delete_the_activity(team: Team) -> None:
    team.register()
    team.post("SaveActivity", support.activities(activity(action="Delete"), **ACCOUNT))


@deed("armed for one of two learners", "Rejected 305")
def armed_for_one(team: Team) -> None:
    team.register()
    team.control("POST", "/scenarios", {"scenario": "reject-305", "physician": "irma-internist", "times": 1})
    team.submit(record(), record(IRMA))


@deed("a physician of this sandbox alone", "Accepted")
def own_physician(team: Team) -> None:
    licence = {"state": "TX", "number": "TX-1"}
    person = {"first_name": "Own", "last_name": "Person", "date_of_birth": NOBODYS_BIRTHDAY, "npi": "1888888888"}
    team.control("POST", "/physicians", {**person, "licences": [licence]})
    team.register()
    team.submit(record(support.Person("Own", "Person", NOBODYS_BIRTHDAY, "1888888888")))


@deed("match 2 by a double of this sandbox", "Match 2")
def own_double(team: Team) -> None:
    person = {"first_name": HOLLOWAY.first, "last_name": HOLLOWAY.last, "date_of_birth": HOLLOWAY.born}
    team.control("POST", "/physicians", {**person, "npi": HOLLOWAY.npi})
    team.post("LearnerMatchRequest", support.match(HOLLOWAY, **ACCOUNT))


@deed("bad password", "Refused")
def wrong_password(team: Team) -> None:
    team.post("LearnerMatchRequest", support.match(HOLLOWAY, user=USER, password="letmein77"))


@deed("bad user", "Refused")
def wrong_user(team: Team) -> None:
    team.post("LearnerMatchRequest", support.match(HOLLOWAY, user="someone.else@example.com", password=PASSWORD))


@deed("Basic that disagrees", "Refused")
def basic_disagrees(team: Team) -> None:
    message = support.match(HOLLOWAY, **ACCOUNT)
    team.post("LearnerMatchRequest", message, Authorization=support.basic(USER, "letmein77"))


@deed("wrong provider", "Refused")
def wrong_provider(team: Team) -> None:
    team.post("LearnerMatchRequest", support.match(HOLLOWAY, provider="7654321", **ACCOUNT))


@deed("cut off", "Refused")
def cut_off(team: Team) -> None:
    team.post("SaveLearnerActivity", support.learners(**ACCOUNT)[:-40])


@deed("JSON", "Refused")
def json(team: Team) -> None:
    team.post("SaveLearnerActivity", "{}", "application/json")


@deed("UTF-16", "Match 1")
def utf_16(team: Team) -> None:
    text = f'<?xml version="1.0" encoding="utf-16"?>{support.match(HOLLOWAY, **ACCOUNT)}'
    team.post("LearnerMatchRequest", text.encode("utf-16"), "application/xml")


@deed("UTF-16 that is none", "Refused")
def false_utf_16(team: Team) -> None:
    text = f'<?xml version="1.0" encoding="utf-16"?>{support.match(HOLLOWAY, **ACCOUNT)}'
    team.post("LearnerMatchRequest", text, "application/xml")


@pytest.mark.parametrize("name", DEEDS)
def test_a_ticket_is_reproduced_and_holds_no_secret(name: str, team: Team) -> None:
    outcome, act = DEEDS[name]
    act(team)
    latest = team.latest()
    assert " ".join((latest["outcome"], *map(str, latest["codes"]))) == outcome
    bundle = team.saved()
    status, told = team.replay(bundle)
    assert status == 0, told + contents(bundle.read_bytes())["ticket.json"]
    assert "\nreproduced\n" in told
    for file, text in contents(bundle.read_bytes()).items():
        for secret in (USER, PASSWORD, "letmein77", "someone.else", "03/22/1975", *BIRTHDAYS):
            assert secret not in text, (file, secret)
