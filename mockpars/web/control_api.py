"""The control API over HTTP: JSON under /_mockpars/, from the table of endpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import HTTPException

from mockpars.errors import MockparsError
from mockpars.web.control.access import check_access
from mockpars.web.control.checks import problems, query_problems, read_json
from mockpars.web.control.endpoint import PREFIX, Call, Endpoint, fields
from mockpars.web.control.refusals import Refused, as_refused, error_response, invalid, json_response, not_found
from mockpars.web.control.table import ENDPOINTS
from mockpars.world import World

log = logging.getLogger("mockpars")

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
# Provider Activity IDs may have slashes in them.
_CONVERTERS = {"{activity}": "<path:activity>"}
_NOTHING = fields()


def control_api(world: World) -> Blueprint:
    """The blueprint of the control API, and of what a wrong path under it answers."""
    blueprint = Blueprint("control", __name__)
    started = world.wall()
    for path, methods in _by_path().items():
        name = path.removeprefix(f"{PREFIX}/").replace(".", "-")
        view = _view(world, started, methods)
        blueprint.add_url_rule(_rule(path), name, view, methods=_METHODS, provide_automatic_options=False)
    for number, rule in enumerate((PREFIX, f"{PREFIX}/", f"{PREFIX}/<path:path>")):
        view = _lost(world)
        blueprint.add_url_rule(rule, f"lost-{number}", view, methods=_METHODS, provide_automatic_options=False)
    blueprint.register_error_handler(Exception, _failed)
    blueprint.after_request(lambda response: _wait_for_commit(world, response))
    return blueprint


def _by_path() -> dict[str, dict[str, Endpoint]]:
    found: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        found.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return found


def _rule(path: str) -> str:
    for variable, converter in _CONVERTERS.items():
        path = path.replace(variable, converter)
    return path.replace("{", "<").replace("}", ">")


def _view(world: World, started: datetime, methods: Mapping[str, Endpoint]) -> Callable[..., Response]:
    allowed = sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})

    def view(**path: str) -> Response:
        endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
        check_access(request, world.settings, open_to_all=endpoint is not None and endpoint.open_to_all)
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(allowed)})
        if endpoint is None:
            reason = f"{request.path} does not take {request.method}."
            headers = [("Allow", ", ".join(allowed))]
            raise Refused(405, "Method", reason, f"It takes {', '.join(allowed)}.", headers=headers)
        call = Call(world, request.host_url.rstrip("/"), started, _path(path), _query(endpoint), _body(endpoint))
        with nullcontext() if endpoint.method == "GET" else world.store.transaction():
            return json_response(endpoint.run(call), endpoint.status)

    return view


def _lost(world: World) -> Callable[..., Response]:
    def view(path: str = "") -> Response:
        check_access(request, world.settings, open_to_all=False)
        raise not_found(f"There is nothing at {request.path[:200]}.", f"What there is: GET {PREFIX}/openapi.json.")

    return view


def _path(sent: dict[str, str]) -> dict[str, str]:
    # No ID has such a character, and not every database takes it even in a question.
    if any("\0" in value for value in sent.values()):
        raise not_found("There is nothing with a NUL character in its name.", "Send the name as it was answered.")
    return sent


def _query(endpoint: Endpoint) -> dict[str, str]:
    sent = request.args
    wrong = list(query_problems(sent, endpoint.query))
    wrong += [
        {"field": name, "problem": "stands there twice", "expected": "each parameter once"}
        for name in sent
        if len(sent.getlist(name)) > 1
    ]
    if wrong:
        raise invalid(wrong, "The query")
    return sent.to_dict()


def _body(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.method == "GET":
        return {}
    data = request.get_data(cache=False)
    if (data or request.mimetype) and request.mimetype != "application/json":
        _refuse_media(request)
    body = read_json(data)
    wrong = list(problems(body, endpoint.body or _NOTHING))
    if wrong:
        raise invalid(wrong, "The body")
    return dict(body)


def _refuse_media(sent: Request) -> None:
    # Pages of other origins can post forms and text without asking, but not JSON.
    media = repr(sent.mimetype[:60]) if sent.mimetype else "missing"
    raise Refused(
        415,
        "MediaType",
        f"The Content-Type is {media}; the control API takes JSON.",
        "Send Content-Type: application/json (curl: -H 'Content-Type: application/json').",
    )


def _failed(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return error_response(Refused(error.code or 500, "Http", error.description or error.name))
    if not isinstance(error, MockparsError):
        log.error("a bug of mockpars, at %s %s", request.method, request.path, exc_info=error)
        reason = "mockpars failed while answering; this is a fault of mockpars, not of the request."
        error = Refused(500, "Internal", reason, "Look at the log of mockpars, and report what stands there.")
    refused = as_refused(error)
    if refused.status == 500:
        log.error("%s %s", refused.reason, refused.fix)
    return error_response(refused)


def _wait_for_commit(world: World, response: Response) -> Response:
    """The answer may tell what is not durable yet, whether this request changed it or only read it."""
    exchange = request.environ.get("mockpars.exchange")
    if exchange is not None:
        exchange.uncommitted = world.store.uncommitted
    return response
