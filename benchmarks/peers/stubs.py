"""The closest stub of SaveLearnerActivity that each peer can do: match the message, answer Accepted.

Each gets the strongest matcher it has for XML. All the XPath conditions are in one expression, which is how WireMock
and Mountebank are fastest. None of them can know people, activities, dates of an activity or earlier submissions.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BLL = "http://schemas.datacontract.org/2004/07/BLL.Service"
AR = "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"
PATH = "/services/ACCMELearnerService.svc/IACCMELearnerServiceREST/SaveLearnerActivity"
XML = "application/xml; charset=utf-8"
ANSWER = (
    f'<SaveLearnerActivityResponse xmlns="{BLL}"><Result>Accepted</Result><LearnerRecords><LearnerRecord>'
    "<Result>Accepted</Result><CreditId>ccid:mockpars:100000001</CreditId><Status>Submitted</Status>"
    "<AccmeActivityID>12345678</AccmeActivityID><Action>Add</Action><Errors/></LearnerRecord></LearnerRecords>"
    "</SaveLearnerActivityResponse>"
)
RECORD = "b:Data/ar:ACCMELearnerRecords/ar:LearnerRecord"
XPATH = (
    "/b:SubmitMessage[b:User='ws-user@example.org' and b:Password='sandbox' and b:ProviderId='0008273']"
    f"[{RECORD}[string(ar:FirstName) and string(ar:LastName) and string-length(ar:DateOfBirth)=10"
    " and string-length(ar:MedicalEducationNumber)=10"
    " and translate(ar:MedicalEducationNumber,'0123456789','')='' and number(ar:AccmeActivityID)>0"
    " and translate(ar:CompletedDateTime,'0123456789','')='--' and string-length(ar:CompletedDateTime)=10"
    " and ar:Credits/ar:Credit[ar:CreditType='AMA PRA Category 1 Credit' and ar:CreditAmount='1.0']]]"
)


@dataclass(frozen=True)
class Peer:
    """A peer: how it is started (folder of its configuration, folder of the packages, port), and what it did."""

    name: str
    matcher: str
    command: Callable[[Path, Path, int], list[str]]


def free_port() -> int:
    """A port that is free, and so most likely is the next one."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _save(file: Path, content: Any) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1))
    return str(file)


def mountebank(folder: Path, packages: Path, port: int) -> list[str]:
    """An imposter with an XPath predicate. Unlike its default, its answers keep the connection open."""
    headers = {"Content-Type": XML, "Content-Length": len(ANSWER), "Connection": "keep-alive"}
    asked: list[dict[str, Any]] = [
        {"equals": {"method": "POST", "path": PATH}},
        {"exists": {"body": True}, "xpath": {"selector": XPATH, "ns": {"b": BLL, "ar": AR}}},
    ]
    stub = {"predicates": asked, "responses": [{"is": {"statusCode": 200, "headers": headers, "body": ANSWER}}]}
    missed = {"responses": [{"is": {"statusCode": 404, "headers": {"Content-Length": 0, "Connection": "keep-alive"}}}]}
    imposter = {"port": port, "protocol": "http", "recordRequests": False, "stubs": [stub, missed]}
    file = _save(folder / "mountebank.json", {"imposters": [imposter]})
    # Its own port for administration, beside the imposter's.
    words = [
        "start",
        "--configfile",
        file,
        "--localOnly",
        "--nologfile",
        "--loglevel",
        "warn",
        "--port",
        str(free_port()),
    ]
    return ["node", str(packages / "@mbtest/mountebank/bin/mb"), *words, "--pidfile", str(folder / "mb.pid")]


def wiremock(folder: Path, packages: Path, port: int) -> list[str]:
    """A mapping with matchesXPath; a journal as long as ours."""
    pattern = {"matchesXPath": XPATH, "xPathNamespaces": {"b": BLL, "ar": AR}}
    mapping = {
        "request": {"method": "POST", "urlPath": PATH, "bodyPatterns": [pattern]},
        "response": {"status": 200, "headers": {"Content-Type": XML}, "body": ANSWER},
    }
    _save(folder / "wiremock" / "mappings" / "save.json", mapping)
    (jar,) = (packages / "wiremock" / "build").glob("*.jar")
    words = ["--root-dir", str(folder / "wiremock"), "--port", str(port), "--bind-address", "127.0.0.1"]
    words += ["--max-request-journal-entries", "5000", "--use-chunked-encoding", "never", "--disable-banner"]
    return ["java", "-jar", str(jar), *words]


def mockserver(folder: Path, packages: Path, port: int) -> list[str]:
    """An expectation with the schema of mockpars itself, by its XSD matcher."""
    schema = (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{BLL}">'
        f'<xs:include schemaLocation="{(ROOT / "xsd" / "envelope.xsd").as_uri()}"/></xs:schema>'
    )
    expectation = {
        "httpRequest": {"method": "POST", "path": PATH, "body": {"type": "XML_SCHEMA", "xmlSchema": schema}},
        "httpResponse": {"statusCode": 200, "headers": {"Content-Type": [XML]}, "body": ANSWER},
    }
    file = _save(folder / "mockserver.json", [expectation])
    (jar,) = (packages / "mockserver-node").glob("*.jar")
    return ["java", "-jar", str(jar), f"--port={port}", f"--init={file}", "--log-level=WARN"]


def mockoon(folder: Path, packages: Path, port: int) -> list[str]:
    """A route with rules on the body, which it turns from XML into an object."""
    file = _save(folder / "mockoon.json", _mockoon_environment(port))
    program = str(packages / "@mockoon/cli/bin/run.js")
    return ["node", program, "start", "--data", file, "--port", str(port), "--hostname", "127.0.0.1", "-X"]


def _mockoon_environment(port: int) -> dict[str, Any]:
    none: dict[str, Any] = {"headers": [], "proxyReqHeaders": [], "proxyResHeaders": [], "data": [], "callbacks": []}
    proxy = {"proxyMode": False, "proxyHost": "", "proxyRemovePrefix": False}
    network = {"port": port, "hostname": "127.0.0.1", "latency": 0, "cors": False, "tlsOptions": {"enabled": False}}
    routes = {"folders": [], "routes": [_mockoon_route()], "rootChildren": [{"type": "route", "uuid": "save"}]}
    named = {"uuid": "peers", "lastMigration": 33, "name": "PARS", "endpointPrefix": ""}
    return named | network | routes | proxy | none


def _mockoon_route() -> dict[str, Any]:
    accepted = _mockoon_answer("accepted", 200, ANSWER, rules=_mockoon_rules(), rulesOperator="AND", default=False)
    accepted["headers"] = [{"key": "Content-Type", "value": XML}]
    missed = _mockoon_answer("missed", 404, "no", rules=[], rulesOperator="OR", default=True)
    modes = {"responseMode": None, "streamingMode": None, "streamingInterval": 0}
    route = {"uuid": "save", "type": "http", "method": "post", "endpoint": PATH[1:], "documentation": ""}
    return route | modes | {"responses": [accepted, missed]}


def _mockoon_answer(uuid: str, status: int, body: str, **when: Any) -> dict[str, Any]:
    what = {"uuid": uuid, "statusCode": status, "body": body, "headers": [], "latency": 0, "label": ""}
    source = {"bodyType": "INLINE", "filePath": "", "databucketID": "", "crudKey": "id", "sendFileAsBody": False}
    return what | source | {"disableTemplating": True, "fallbackTo404": False, "callbacks": []} | when


def _mockoon_rules() -> list[dict[str, Any]]:
    record = "SubmitMessage.Data.ar:ACCMELearnerRecords.ar:LearnerRecord"
    rules = [
        ("SubmitMessage.User._text", "equals", "ws-user@example.org"),
        ("SubmitMessage.Password._text", "equals", "sandbox"),
        ("SubmitMessage.ProviderId._text", "equals", "0008273"),
        (f"{record}.ar:FirstName._text", "regex", ".+"),
        (f"{record}.ar:LastName._text", "regex", ".+"),
        (f"{record}.ar:DateOfBirth._text", "regex", r"^\d{4}-\d\d-\d\d$"),
        (f"{record}.ar:MedicalEducationNumber._text", "regex", r"^\d{10}$"),
        (f"{record}.ar:AccmeActivityID._text", "regex", r"^\d+$"),
        (f"{record}.ar:CompletedDateTime._text", "regex", r"^\d{4}-\d\d-\d\d$"),
        (f"{record}.ar:Credits.ar:Credit.ar:CreditType._text", "equals", "AMA PRA Category 1 Credit"),
        (f"{record}.ar:Credits.ar:Credit.ar:CreditAmount._text", "equals", "1.0"),
    ]
    names = ("modifier", "operator", "value")
    return [dict(zip(names, rule, strict=True)) | {"target": "body", "invert": False} for rule in rules]


PEERS = (
    Peer("Mountebank", "one XPath expression of 12 conditions", mountebank),
    Peer("WireMock", "one XPath expression of 12 conditions", wiremock),
    Peer("MockServer", "the XSD of mockpars itself", mockserver),
    Peer("Mockoon", "11 rules on the body turned into an object", mockoon),
)
