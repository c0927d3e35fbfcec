"""The whole description, put together."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from mockpars import __version__
from mockpars.web.control.endpoint import PREFIX, SANDBOX, Endpoint
from mockpars.web.control.table import ENDPOINTS
from mockpars.web.openapi import pars
from mockpars.web.openapi.answers import ANSWERS, ref

Schema = dict[str, Any]

_INTRODUCTION = (
    "ACCME's PARS on your own machine: its web services (XML), and a control API (JSON) that creates sandboxes, moves "
    "their clocks, shows what happened and makes things happen. Everything in it is synthetic. The XML schemas are "
    "reconstructed; see xsd/README.md for what is known and what is assumed."
)
_VARIABLES = {
    "sandbox": "Name of a sandbox; the first is called default",
    "physician": "ID such as PH-0001, NPI, or a persona's key",
    "activity": "ACCME Activity ID or Provider Activity ID",
    "credit_id": "Credit ID such as ccid:mockpars:100000001",
    "exchange": "Number of an exchange",
    "armed": "Number of an armed scenario",
}
_REFUSALS = {
    400: "The body is not JSON",
    401: "The token is missing or wrong",
    403: "The caller is not on this machine, or is a page of another origin",
    404: "There is no such thing",
    405: "The path is right, the method is not",
    408: "The body did not arrive in time",
    409: "Things are not in the state for it",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "A field is missing, unknown or wrong",
    500: "The store could not, or mockpars failed",
}


@cache
def describe() -> Schema:
    """The OpenAPI 3.1 document. Callers must not change it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockpars",
            "version": __version__,
            "description": _INTRODUCTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "PARS", "description": "The web services of PARS"},
            {"name": "Control", "description": "The control API of mockpars"},
        ],
        "paths": {**pars.paths(), **_control_paths()},
        "components": {
            "schemas": {**pars.schemas(), **ANSWERS},
            "parameters": _parameters(),
            "headers": _headers(),
            "securitySchemes": {
                "account": {"type": "http", "scheme": "basic", "description": "The sandbox's web-services account"},
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token the server was started with; without one, none is asked",
                },
            },
        },
    }


def _control_paths() -> Schema:
    found: Schema = {}
    for endpoint in ENDPOINTS:
        item = found.setdefault(endpoint.path, {})
        item[endpoint.method.lower()] = _operation(endpoint)
        variables = re.findall(r"{(\w+)}", endpoint.path)
        if variables:
            item["parameters"] = [pars.ref_parameter(_title(name)) for name in variables]
    return found


def _operation(endpoint: Endpoint) -> Schema:
    operation: Schema = {
        "operationId": endpoint.name,
        "tags": ["Control"],
        "summary": endpoint.summary,
        "responses": _responses(endpoint),
        "security": [] if endpoint.open_to_all else [{}, {"token": []}],
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.query:
        operation["parameters"] = [
            {"name": name, "in": "query", "description": schema.get("description", ""), "schema": schema}
            for name, schema in endpoint.query.items()
        ]
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": "required" in endpoint.body,
            "content": {"application/json": {"schema": endpoint.body}},
        }
    return operation


def _responses(endpoint: Endpoint) -> Schema:
    good: Schema = {"description": endpoint.summary}
    if endpoint.answer:
        good["content"] = {"application/json": {"schema": ref(endpoint.answer)}}
        good["content"] |= {media: {} for media in endpoint.media}
    answers: Schema = {str(endpoint.status): good}
    for status in sorted(_statuses(endpoint)):
        content = {"application/json": {"schema": ref("Error")}}
        answers[str(status)] = {"description": _REFUSALS[status], "content": content}
    return answers


def _statuses(endpoint: Endpoint) -> set[int]:
    found = {405, 422, 500, *endpoint.refusals}
    if not endpoint.open_to_all:
        found |= {401, 403}
    if "{" in endpoint.path:
        found.add(404)
    if endpoint.method != "GET":
        found |= {400, 408, 413, 415}
    return found


def _parameters() -> Schema:
    variables = {
        _title(name): {
            "name": name,
            "in": "path",
            "required": True,
            "description": words,
            "schema": {"type": "string", "minLength": 1},
        }
        for name, words in _VARIABLES.items()
    }
    scenario = {
        "name": "X-Mockpars-Scenario",
        "in": "header",
        "required": False,
        "description": f"Scenarios that act on this request, separated by commas, or none; see {PREFIX}/scenarios",
        "schema": {"type": "string", "enum": ["", *_CALM_SCENARIOS]},
    }
    return {**variables, "Scenario": scenario}


# Enough to show what may stand there; those that break the line would break whoever explores the description.
_CALM_SCENARIOS = ["board-approve", "board-reject", "board-silent", "state-reject", "overnight-slow"]


def _headers() -> Schema:
    text = {"type": "string"}
    return {
        "Journal": {"description": f"Number of the exchange: GET {SANDBOX}/journal/{{exchange}}", "schema": text},
        "Rules": {"description": "The rules that were broken", "schema": text},
        "Basis": {"description": "For each rule its source, and how sure we are", "schema": text},
    }


def _title(name: str) -> str:
    return name.title().replace("_", "")
