"""The description of the PARS services, from the table of operations and the XSDs."""

from __future__ import annotations

from functools import cache
from typing import Any

from mockpars.resources import data_path
from mockpars.web.openapi.answers import ref
from mockpars.web.openapi.from_xsd import Xsd
from mockpars.web.operations import OPERATIONS, Operation
from mockpars.wire import names

Schema = dict[str, Any]

_ANSWERS = {
    "SaveActivity": (names.BLL, "SaveActivityResponse"),
    "GetActivity": (names.BLL, "GetActivityResponse"),
    "SaveLearnerActivity": (names.BLL, "SaveLearnerActivityResponse"),
    "GetLearnerStatus": (names.BLL, "LearnerStatusResponse"),
    "GetLearnerStatusByCreditId": (names.BLL, "LearnerStatusResponse"),
    "LearnerMatchRequest": (names.SERIALIZATION, "int"),
}
_SUMMARIES = {
    "SaveActivity": "Register, change or delete activities (A1 to A4)",
    "GetActivity": "Read a registered activity (A5)",
    "SaveLearnerActivity": "Submit or delete completions (L1, L4, L5, L10)",
    "GetLearnerStatus": "Where a learner record stands, by learner and activity (L6, L9)",
    "GetLearnerStatusByCreditId": "Where a learner record stands, by credit ID (L6, L8)",
    "LearnerMatchRequest": "How many physicians of PARS a learner matches (L2, L3)",
}
_REFUSALS = {
    "400": "The message is broken: not XML, not of its schema, wrongly encoded, or of another provider",
    "401": "The credentials are not those of the sandbox",
    "404": "There is no such record, or no such sandbox",
    "405": "The path is right, the method is not",
    "408": "The body did not arrive in time",
    "413": "The body is too large",
    "415": "The body is not XML, or is SOAP",
    "500": "The store could not keep it, or mockpars failed",
}
_CREDENTIALS = "The web-services account is in the message; HTTP Basic, when sent too, must agree with it (T5, T8)."


def paths() -> dict[str, Any]:
    """Each operation at each of its paths, in the default sandbox and in named ones."""
    found: dict[str, Any] = {}
    for operation in OPERATIONS.values():
        for number, path in enumerate(operation.paths):
            for prefix, suffix in (("", ""), ("/sandboxes/{sandbox}", "InSandbox")):
                name = f"{operation.name}{'Alias' if number else ''}{suffix}"
                item: Schema = {"post": _post(operation, name)}
                if operation.query is not None:
                    item["get"] = _get(operation, name)
                if prefix:
                    item["parameters"] = [ref_parameter("Sandbox")]
                found[prefix + path] = item
    return found


def ref_parameter(name: str) -> Schema:
    """A parameter that many paths have."""
    return {"$ref": f"#/components/parameters/{name}"}


@cache
def schemas() -> dict[str, Schema]:
    """A message per operation, its answers, and the Fault."""
    xsd = Xsd(data_path("xsd"), {space: prefix for space, prefix in names.PREFIXES.items() if prefix})
    found = {f"{operation}Message": _message(xsd, operation) for operation in OPERATIONS}
    for namespace, name in (*_ANSWERS.values(), (names.BLL, "Fault")):
        found["MatchAnswer" if name == "int" else name] = xsd.element(namespace, name)
    return found


def _message(xsd: Xsd, operation: str) -> Schema:
    message = xsd.element(*names.split(names.SUBMIT_MESSAGE))
    data = message["properties"]["Data"]
    namespace, root = names.split(names.ROOT_OF[operation])
    # The envelope takes the documents of all operations; an operation takes its own.
    data["properties"] = {root: xsd.element(namespace, root)}
    data["required"] = [root]
    del data["minProperties"], data["maxProperties"]
    return message


def _post(operation: Operation, name: str) -> Schema:
    schema = {"schema": ref(f"{operation.name}Message")}
    return {
        "operationId": name,
        "tags": ["PARS"],
        "summary": _SUMMARIES[operation.name],
        "description": _CREDENTIALS,
        "parameters": [ref_parameter("Scenario")],
        "requestBody": {"required": True, "content": {"application/xml": schema, "text/xml": schema}},
        "responses": _responses(operation),
        "security": [{}, {"account": []}],
    }


def _get(operation: Operation, name: str) -> Schema:
    one_of_several = operation.name == "GetActivity"
    return {
        "operationId": f"{name}ByUrl",
        "tags": ["PARS"],
        "summary": f"{_SUMMARIES[operation.name]}, asked by URL",
        "parameters": [
            {
                "name": parameter,
                "in": "query",
                "required": not one_of_several,
                "schema": {"type": "string", "minLength": 1, "maxLength": 250},
            }
            for parameter in operation.parameters
        ]
        + [ref_parameter("Scenario")],
        "responses": _responses(operation),
        "security": [{"account": []}],
    }


def _responses(operation: Operation) -> Schema:
    _, answer = _ANSWERS[operation.name]
    schema = ref("MatchAnswer" if answer == "int" else answer)
    accepted = {
        "description": "The answer of PARS; rejections are in it, with their codes",
        "headers": {
            f"X-Mockpars-{name}": {"$ref": f"#/components/headers/{name}"} for name in ("Journal", "Rules", "Basis")
        },
        "content": {"application/xml": {"schema": schema}},
    }
    faults = {
        status: {"description": words, "content": {"application/xml": {"schema": ref("Fault")}}}
        for status, words in _REFUSALS.items()
    }
    return {"200": accepted, **faults}
