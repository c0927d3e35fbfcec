"""The control API behind Flask's test client; every answer is held against the description."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from mockpars.settings import load
from mockpars.web.app import create_app
from mockpars.web.doorway import Exchange
from mockpars.web.openapi import describe
from mockpars.world import open_world
from tests.support import NOW, path_of

SANDBOXES = "/_mockpars/sandboxes"
DEFAULT = f"{SANDBOXES}/default"
RECORDS = f"{DEFAULT}/learner-records"
FIRST = "ccid:mockpars:100000001"
"""The credit ID of a sandbox's first learner record."""


class Controlled:
    """A server's application, called from the same machine unless told otherwise."""

    def __init__(self, **settings: str) -> None:
        chosen = {"ephemeral": "true", "clock": NOW} | settings
        self.world = open_world(load(Namespace(**chosen), {}), grouped=False)
        self.client = create_app(self.world).test_client()
        self.exchange = Exchange()

    def close(self) -> None:
        """Lets go of the store."""
        self.world.store.close()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        caller: str = "127.0.0.1",
        described: bool = True,
        **options: Any,
    ) -> TestResponse:
        """Any request; `body` is sent as JSON."""
        self.exchange = Exchange()
        environ = {"REMOTE_ADDR": caller, "mockpars.exchange": self.exchange}
        if body is not None:
            options["json"] = body
        answer = self.client.open(path, method=method, environ_overrides=environ, **options)
        if described:
            hold_against_description(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """What a GET answers, which must be 200."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def post(self, path: str, body: Any = None, status: int = 200, **options: Any) -> Any:
        """What a POST answers, which must be of that status."""
        answer = self.call("POST", path, body, **options)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def error(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """Status and error of a request that is refused."""
        answer = self.call(method, path, body, **options)
        return answer.status_code, answer.get_json()["error"]

    def faults(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, str]:
        """What the details of a 422 say, by field."""
        status, found = self.error(method, path, body, **options)
        assert status == 422, found
        return {detail["field"]: detail["problem"] for detail in found["details"]}

    def send(self, operation: str, message: str, sandbox: str | None = None) -> str:
        """A message to PARS; its answer as text."""
        answer = self.client.post(path_of(operation, sandbox), data=message.encode(), content_type="application/xml")
        return answer.text


Make = Callable[..., Controlled]
"""Makes servers, each with settings of its own."""


def hold_against_description(method: str, path: str, answer: TestResponse) -> None:
    """Fails unless the description has this status for this request, and the answer is what it says."""
    description = describe()
    place = next((entry for name, entry in description["paths"].items() if _at(name, path)), None)
    assert answer.status_code < 500, answer.text
    if place is None or method.lower() not in place:
        assert answer.status_code in (204, 401, 403, 404, 405), answer.text
        schema = None if answer.status_code == 204 else {"$ref": "#/components/schemas/Error"}
    else:
        responses = place[method.lower()]["responses"]
        assert str(answer.status_code) in responses, f"{method} {path} may not answer {answer.status_code}"
        schema = responses[str(answer.status_code)].get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        assert not answer.data
        return
    assert answer.content_type == "application/json"
    validate(json.loads(answer.data), schema, description)


def validate(value: Any, schema: Mapping[str, Any], description: Mapping[str, Any]) -> None:
    """Holds a value against a schema of the description."""
    Draft202012Validator({**schema, "components": description["components"]}).validate(value)


def _at(name: str, path: str) -> bool:
    expression = re.escape(name).replace(r"\{activity\}", ".+")
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", expression), path.partition("?")[0]) is not None
