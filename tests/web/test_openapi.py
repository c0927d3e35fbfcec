"""The OpenAPI description: valid, complete, and true of what is served."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from lxml import etree

from mockpars.web.control.checks import problems
from mockpars.web.control.table import ENDPOINTS
from mockpars.web.openapi import describe
from mockpars.web.operations import OPERATIONS
from mockpars.wire.schemas import Schemas
from tests import support
from tests.web.controlled import Controlled, validate

DESCRIPTION = describe()
METHODS = ("get", "put", "post", "delete", "patch")
OPERATIONS_DESCRIBED = [
    (path, method, item[method]) for path, item in DESCRIPTION["paths"].items() for method in METHODS if method in item
]
MESSAGES = {
    "SaveActivity": support.sample("SaveActivity"),
    "GetActivity": support.activity_question("12345678"),
    "SaveLearnerActivity": support.sample("SaveLearnerActivity"),
    "GetLearnerStatus": support.by_learner("12345678", "1975-03-22", "2026-05-06", "1234567890"),
    "GetLearnerStatusByCreditId": support.by_credit("ccid:mockpars:100000001"),
    "LearnerMatchRequest": support.sample("LearnerMatchRequest"),
}


@pytest.fixture
def server() -> Iterator[Controlled]:
    """A fresh server."""
    fresh = Controlled()
    yield fresh
    fresh.close()


def test_it_is_a_valid_openapi_document() -> None:
    schemathesis = pytest.importorskip("schemathesis")
    schemathesis.openapi.from_dict(json.loads(json.dumps(DESCRIPTION))).validate()


def test_the_server_serves_it_to_anyone(server: Controlled) -> None:
    assert server.get("/_mockpars/openapi.json", caller="203.0.113.9") == json.loads(json.dumps(DESCRIPTION))


def test_every_reference_in_it_leads_somewhere() -> None:
    for target in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DESCRIPTION)):
        found: Any = DESCRIPTION
        for step in target.split("/"):
            found = found[step]


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS_DESCRIBED]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for _, _, operation in OPERATIONS_DESCRIBED)


def test_it_and_the_routes_of_pars_agree(server: Controlled) -> None:
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in server.client.application.url_map.iter_rules()
        if "<path:" not in rule.rule and not rule.rule.startswith("/_mockpars") and "/services/" in rule.rule
    }
    described = {path for path in DESCRIPTION["paths"] if not path.startswith("/_mockpars")}
    assert described == served
    for path, item in DESCRIPTION["paths"].items():
        operation = next((entry for entry in OPERATIONS.values() if path.endswith(entry.paths)), None)
        if operation is not None:
            assert {method for method in METHODS if method in item} == {"post"} | (
                {"get"} if operation.query else set()
            )


@pytest.mark.parametrize("path", [path for path in DESCRIPTION["paths"] if path.startswith("/_mockpars")])
def test_it_and_the_control_api_agree_on_the_methods_of(server: Controlled, path: str) -> None:
    real = re.sub(r"{\w+}", "x", path)
    answer = server.call("OPTIONS", real)
    allowed = {method.lower() for method in answer.headers["Allow"].split(", ")} - {"options", "head"}
    assert allowed == {method for method in METHODS if method in DESCRIPTION["paths"][path]}


def test_every_endpoint_is_described() -> None:
    described = {(path, method.upper()) for path, method, _ in OPERATIONS_DESCRIBED if path.startswith("/_mockpars")}
    assert described == {(endpoint.path, endpoint.method) for endpoint in ENDPOINTS}


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({}, True),
        ({"name": "a-b", "ttl": "PT1H", "clock": "real", "provider_id": "0000001"}, True),
        ({"name": "A"}, False),
        ({"name": "a-"}, False),
        ({"ttl": "P"}, False),
        ({"ttl": "PT"}, False),
        ({"ttl": "P1DT"}, False),
        ({"provider_id": "1"}, False),
        ({"user": ""}, False),
        ({"user": "x" * 251}, False),
        ({"colour": "red"}, False),
        ([], False),
    ],
)
def test_the_description_and_the_checks_of_a_request_agree(value: Any, valid: bool) -> None:
    schema = DESCRIPTION["paths"]["/_mockpars/sandboxes"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert (not list(problems(value, schema))) is valid
    if valid:
        validate(value, schema, DESCRIPTION)
    else:
        with pytest.raises(Exception, match="Failed validating"):
            validate(value, schema, DESCRIPTION)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_messages_of_the_reference_are_as_described(operation: str) -> None:
    schema = DESCRIPTION["components"]["schemas"][f"{operation}Message"]
    root = etree.fromstring(MESSAGES[operation].encode())
    validate(as_data(root, schema), schema, DESCRIPTION)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_answers_of_pars_are_as_described(server: Controlled, operation: str) -> None:
    for sent in ("SaveActivity", "SaveLearnerActivity"):
        server.send(sent, MESSAGES[sent])
    answer = etree.fromstring(server.send(operation, MESSAGES[operation]).encode())
    responses = DESCRIPTION["paths"][support.path_of(operation)]["post"]["responses"]
    name = responses["200"]["content"]["application/xml"]["schema"]["$ref"].rpartition("/")[2]
    schema = DESCRIPTION["components"]["schemas"][name]
    validate(as_data(answer, schema), schema, DESCRIPTION)


def test_a_fault_is_as_described(server: Controlled) -> None:
    schema = DESCRIPTION["components"]["schemas"]["Fault"]
    answer = etree.fromstring(server.send("SaveActivity", "<a/>").encode())
    validate(as_data(answer, schema), schema, DESCRIPTION)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_made_from_the_description_is_valid_by_the_schemas(operation: str) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    schema = DESCRIPTION["components"]["schemas"][f"{operation}Message"]
    described = schemathesis.openapi.from_dict(json.loads(json.dumps(DESCRIPTION)))
    judge = Schemas()

    @settings(
        max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=described[support.path_of(operation)]["POST"].as_strategy())
    def check(case: Any) -> None:
        assert judge.validate(operation, as_xml(case.body, schema)) == ()

    check()


def as_xml(value: Any, schema: dict[str, Any]) -> etree._Element:
    """XML from the data that a schema with XML names describes, in the order of its properties."""
    element = etree.Element(f"{{{schema['xml']['namespace']}}}{schema['xml']['name']}")
    if not isinstance(value, dict):
        element.text = str(value)
        return element
    for name, part in schema["properties"].items():
        if name in value and part.get("type") == "array":
            element.extend([as_xml(entry, part["items"]) for entry in value[name]])
        elif name in value:
            element.append(as_xml(value[name], part))
    return element


def as_data(element: etree._Element, schema: dict[str, Any]) -> Any:
    """XML as the data that a schema with XML names describes; fails where names, namespaces or number differ."""
    name = etree.QName(element)
    assert schema["xml"]["name"] == name.localname
    assert schema["xml"]["namespace"] == (name.namespace or "")
    if schema.get("type") == "integer":
        return int(element.text or "")
    if schema.get("type") != "object":
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        key = etree.QName(child).localname
        part = schema["properties"][key]
        if part.get("type") == "array":
            found.setdefault(key, []).append(as_data(child, part["items"]))
        else:
            assert key not in found
            found[key] = as_data(child, part)
    return found
