"""The journal: every exchange, explained, and without a password or a date of birth anywhere on disk."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import support
from tests.support import HOLLOWAY, PEOPLE, Person, Served, activity, record

SECRET, WRONG, USER = "Tr0ub4dor-3", "hunter2-of-production", "somebody@hospital.example"


def test_each_exchange_has_its_number_and_its_verdict(ready: Served) -> None:
    """Numbers count up; the answer carries its own."""
    numbers = [int(ready.post("SaveLearnerActivity").headers["X-Mockpars-Journal"]) for _ in range(2)]
    assert numbers == [2, 3]
    rejected, accepted, saved = ready.journal()
    assert [entry["outcome"] for entry in (saved, accepted, rejected)] == ["Accepted", "Accepted", "Rejected"]
    assert rejected["codes"] == (304,)
    assert accepted["records"][0]["physician"] == "PH-0001"
    assert accepted["records"][0]["credit_id"] == "ccid:mockpars:100000001"
    assert saved["records"][0]["activity_id"] == "12345678"
    assert (saved["method"], saved["path"]) == ("POST", support.path_of("SaveActivity"))
    assert saved["client"] == "127.0.0.1"
    assert saved["duration_ms"] >= 0


def test_a_verdict_names_rule_field_place_value_and_fix(ready: Served) -> None:
    """And how sure we are."""
    text = support.sample("SaveLearnerActivity").replace("><ar:", ">\n<ar:").replace("1.0", "0.5")
    ready.post("SaveLearnerActivity", text)
    (finding,) = ready.journal()[0]["records"][0]["findings"]
    assert finding["rule"] == "305"
    assert finding["value"] == "0.5"
    assert finding["path"].endswith("ar:LearnerRecord/ar:Credits/ar:Credit/ar:CreditAmount")
    assert finding["line"] == text[: text.index("<ar:CreditAmount")].count("\n") + 1
    assert (finding["basis"], finding["source"]) == ("documented", "L5")
    assert finding["fix"]


@pytest.mark.parametrize(
    ("born", "hint"),
    [
        ("1975-03-21", "earlier than on file): a time-zone conversion?"),
        ("1975-03-23", "later"),
        ("1957-03-22", "18 years"),
    ],
)
def test_for_a_300_the_nearest_physicians_are_told(ready: Served, born: str, hint: str) -> None:
    """And the field that differs; for a match of none too."""
    who = Person(HOLLOWAY.first, HOLLOWAY.last, born, HOLLOWAY.npi)
    ready.post("SaveLearnerActivity", support.learners(record(who)))
    ready.post("LearnerMatchRequest", support.match(who))
    for entry in ready.journal()[:2]:
        (neighbour,) = entry["records"][0]["nearest"]
        assert neighbour["physician_id"] == "PH-0001"
        assert hint in neighbour["differences"][0]["hint"]


def test_a_refused_request_keeps_its_reason_and_its_text(ready: Served) -> None:
    """As a support ticket needs them (R4)."""
    ready.post("SaveLearnerActivity", support.sample("SaveLearnerActivity").replace("ar:Credits>", "ar:Credit>"))
    entry = ready.journal()[0]
    assert entry["refused"]["code"] == "Schema"
    assert entry["refused"]["details"]
    assert "<ar:FirstName>James" in entry["request"]
    assert "<Fault" in entry["response"]


def test_many_records_are_explained_up_to_a_hundred(ready: Served) -> None:
    """And counted beyond."""
    ready.post("SaveLearnerActivity", support.learners(*map(record, list(PEOPLE.values())[:150])))
    entry = ready.journal()[0]
    assert (entry["count"], len(entry["records"])) == (150, 100)


def test_the_journal_of_a_sandbox_is_bounded(serve: Callable[..., Served]) -> None:
    """The newest stay."""
    served = serve(journal_limit="10")
    for _ in range(150):
        last = served.post("LearnerMatchRequest").headers["X-Mockpars-Journal"]
    world = served.world.sandbox("default").world.id
    kept = [row.id for row in served.world.store.exchanges.page(world, 10**9, 10**9)]
    assert kept[0] == int(last) == 150
    assert 10 <= len(kept) <= 10 + 64


def _cut(text: str, mark: str) -> str:
    return text[: text.index(mark) + len(mark) + 3]


def test_neither_password_nor_birth_date_is_on_disk(serve: Callable[..., Served], tmp_path: Path) -> None:
    """After right, wrong, broken, misspelt, misencoded requests, the file is searched byte for byte."""
    path = tmp_path / "mockpars.db"
    served = serve(db=str(path), user=USER, password=SECRET)
    right = {"user": USER, "password": SECRET}
    served.post("SaveActivity", support.activities(activity(), **right))
    people = [who for key, who in PEOPLE.items() if who.last not in ("Doppel",)]
    for who in people:
        served.post("LearnerMatchRequest", support.match(who, **right))
    served.post("SaveLearnerActivity", support.learners(*map(record, people), **right))
    header = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode()}
    for who in people[:50]:
        query = {"moduleID": "12345678", "BirthDate": who.born, "CompletionDate": "2026-05-06", "UniqueID": who.npi}
        served.request("GET", support.path_of("GetLearnerStatus"), query_string=query, headers=header)
        served.request("POST", support.path_of("SaveActivity"), query_string=query | {"Password": SECRET})
        encoded = f"%42irthDate={who.born}&Pass%77ord={SECRET}"
        served.request("GET", support.path_of("GetLearnerStatus"), query_string=encoded, headers=header)
    for password in (SECRET, WRONG):
        message = support.learners(*map(record, people[:40]), user=USER, password=password)
        for text in (
            message,
            message.replace("DateOfBirth", "dateOfBirth"),
            message.replace("Password>", "password>"),
            message.replace("<Password>", "<Password><![CDATA[").replace("</Password>", "]]></Password>"),
            message.replace("<Password>", "<Password><!-- x -->"),
            message.replace("</Password>", "</Passwort>"),
            message.replace("<SubmitMessage", f'<SubmitMessage Password="{password}"'),
            message.replace("<ar:LearnerRecord>", f'<ar:LearnerRecord DateOfBirth="{people[0].born}">'),
            message.replace("<ar:DateOfBirth>", "<ar:DateOfBirth> \n"),
            message.replace("</ar:DateOfBirth>", "T00:00:00</ar:DateOfBirth>"),
            _cut(message, "<Password>" + password[:5]),
            _cut(message, "<ar:DateOfBirth>19"),
            message + message,
            message.replace("<", "&lt;"),
        ):
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be"):
                served.post("SaveLearnerActivity", text.encode(encoding))
        body = json.dumps({"User": USER, "Password": password, "DateOfBirth": people[0].born})
        served.post("SaveLearnerActivity", body)
        served.post("SaveLearnerActivity", body, media="application/json")
        served.post("SaveLearnerActivity", f"Password={password}&BirthDate={people[0].born}")
        served.post(
            "LearnerMatchRequest",
            support.match(user=USER, password=password),
            Authorization=support.basic(USER, password),
        )
    served.close()
    assert _found(path, [who.born for who in PEOPLE.values()] + [WRONG, SECRET]) == []
    assert len(list(_texts(path))) > 400


def _texts(path: Path) -> list[str]:
    database = sqlite3.connect(path)
    rows = database.execute("SELECT body, request, response FROM exchange").fetchall()
    database.close()
    return [text for row in rows for text in row]


def _found(path: Path, secrets: list[str]) -> list[str]:
    """Which secrets stand in the file, but for the account's own row, which has to hold its password."""
    database = sqlite3.connect(path)
    database.execute("UPDATE world SET password = '', user_name = ''")
    database.commit()
    database.execute("VACUUM")
    database.close()
    everything = b"".join(file.read_bytes() for file in sorted(path.parent.glob(path.name + "*")))
    assert len(everything) > 100_000
    return [secret for secret in secrets if re.search(re.escape(secret).encode(), everything)]


@pytest.mark.parametrize("sandbox", ["default", "mine"])
def test_a_request_to_a_wrong_path_is_kept_by_the_sandbox_it_names_and_spends_nothing(
    served: Served, sandbox: str
) -> None:
    """Refused, with the guess of what was meant, and without the body."""
    served.create("mine")
    scenarios = f"/_mockpars/sandboxes/{sandbox}/scenarios"
    assert served.client.post(scenarios, json={"scenario": "server-error", "times": 1}).status_code == 201
    root = "" if sandbox == "default" else f"/sandboxes/{sandbox}"
    served.client.post(f"{root}/services/SaveLearnerActivity?Password=secret", data=b"body", content_type=support.XML)
    (kept,) = served.journal(sandbox)
    assert (kept["outcome"], kept["path"], kept["request"]) == ("Refused", f"{root}/services/SaveLearnerActivity", "")
    assert kept["refused"]["code"] == "NotFound"
    assert "secret" not in kept["query"]
    listed = served.client.get(f"/_mockpars/sandboxes/{sandbox}/journal?operation=Unknown").get_json()["exchanges"]
    assert [(entry["operation"], entry["status"]) for entry in listed] == [("Unknown", 404)]
    assert len(served.client.get(scenarios).get_json()["armed"]) == 1
