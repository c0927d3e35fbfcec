"""What is served answers as the Flask application does, and PARS's clients without importing Flask at all."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from mockpars.web.bodies import Refusal
from mockpars.web.front import READY_PATH, Front
from tests.support import XML, path_of, sample
from tests.web.controlled import Controlled

ROOT = Path(__file__).parents[2]

# In a process of its own, as in this one everything has been imported.
_LIGHT = """
import json, sys
from argparse import Namespace
from io import BytesIO
import mockpars.cli.serve, mockpars.web.server
from mockpars.settings import load
from mockpars.web.front import Front
from mockpars.world import open_world
front = Front(open_world(load(Namespace(ephemeral="true", clock="2026-05-10T15:00:00Z"), {}), grouped=True))
statuses = []
def ask(method, path, body=b""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "CONTENT_LENGTH": str(len(body)),
               "CONTENT_TYPE": "application/xml; charset=utf-8", "wsgi.input": BytesIO(body),
               "HTTP_AUTHORIZATION": "Basic d3MtdXNlckBleGFtcGxlLm9yZzpzYW5kYm94"}
    status, headers, answer = front.answer(environ)
    statuses.extend([status, b">Accepted<" in answer])
ask("GET", "/_mockpars/ready")
for path, body in json.load(sys.stdin):
    ask("POST", path, body.encode())
print(json.dumps([statuses, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def _client(front: Front) -> Client:
    """As the doorway asks, but in WSGI's terms."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        status, headers, body = front.answer(environ)
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    return Client(app)


@pytest.fixture
def server() -> Iterator[Controlled]:
    """A world, and the Flask application of it."""
    one = Controlled()
    yield one
    one.close()


def test_pars_is_served_without_flask() -> None:
    """Flask and what it imports would take most of the start."""
    messages = [(path_of(name), sample(name)) for name in ("SaveActivity", "SaveLearnerActivity")]
    done = subprocess.run(
        [sys.executable, "-c", _LIGHT], cwd=ROOT, input=json.dumps(messages), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    statuses, modules = json.loads(done.stdout)
    assert statuses == [200, False, 200, True, 200, True]
    assert not {"flask", "werkzeug", "jinja2", "click", "jsonschema", "xmlschema", "faker"} & set(modules)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_readiness_is_told_as_the_control_api_tells_it(server: Controlled, method: str) -> None:
    """Which the OpenAPI description is held against."""
    quick, whole = (client.open(READY_PATH, method=method) for client in (_client(Front(server.world)), server.client))
    assert (quick.status_code, quick.data, dict(quick.headers)) == (whole.status_code, whole.data, dict(whole.headers))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_mockpars/health"),
        ("GET", "/_mockpars/"),
        ("POST", READY_PATH),
        ("GET", "/nowhere"),
        ("POST", "/services/SaveActivity"),
        ("OPTIONS", "/services/ACCMEService.svc/IACCMEServiceREST/SaveActivity"),
        ("DELETE", "/services/ACCMEService.svc/IACCMEServiceREST/SaveActivity"),
        ("GET", "/services/ACCMEService.svc/IACCMEServiceREST/GetActivity?ProviderActivityID=none"),
    ],
)
def test_all_else_is_answered_by_flask(server: Controlled, method: str, path: str) -> None:
    """The same status, media type and allowed methods."""
    front = _client(Front(server.world))
    here = {"REMOTE_ADDR": "127.0.0.1"}
    quick, whole = (client.open(path, method=method, environ_base=here) for client in (front, server.client))
    assert (quick.status_code, quick.content_type, quick.headers.get("Allow")) == (
        whole.status_code,
        whole.content_type,
        whole.headers.get("Allow"),
    )


def test_a_bug_on_the_short_way_is_a_500_that_says_so(server: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a traceback."""
    monkeypatch.setattr("mockpars.wire.messages.parse_xml", lambda *_: 1 / 0)
    answer = _client(Front(server.world)).post(path_of("SaveActivity"), data=sample("SaveActivity"), content_type=XML)
    assert answer.status_code == 500
    assert "a fault of mockpars" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "media"), [("/_mockpars/sandboxes", "application/json"), (path_of("SaveActivity"), "application/xml")]
)
def test_a_refusal_speaks_the_language_of_its_path(server: Controlled, path: str, media: str) -> None:
    """Services in XML, control in JSON, wherever nobody is too."""
    refusal = Refusal(413, "TooLarge", "Too large.", "Send less.")
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "POST", "QUERY_STRING": ""}
    status, headers, body = Front(server.world).refuse(environ, refusal)
    assert (status, b"TooLarge" in body) == (413, True)
    assert dict(headers)["Content-Type"].startswith(media)


def test_the_rest_is_made_between_requests(server: Controlled) -> None:
    """So that the first call of the control API need not wait for it."""
    front = Front(server.world)

    async def go() -> int:
        front.warm_up()
        turns = 0
        while "app" not in vars(front):
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(go()) >= 3
