"""The control API over HTTP: JSON under /_mockpars/, from the table of endpoints."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from mockpars.errors import MockparsError
from mockpars.web.control.access import check_access
from mockpars.web.control.checks import problems, query_problems, read_json
from mockpars.web.control.endpoint import PREFIX, Call, Endpoint, fields
from mockpars.web.control.refusals import Refused, as_refused, error_response, invalid, json_response, not_found
from mockpars.web.control.routing import Place, all_routes
from mockpars.world import World

log = logging.getLogger("mockpars")

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
_NOTHING = fields()


class _Anything(BaseConverter):
    """The rest of a path, line ends included, which Flask's own converter leaves to others."""

    regex = r"[\s\S]+?"
    weight = 200
    part_isolating = False


def control_api(world: World) -> Blueprint:
    """The blueprint of the control API, and of what a wrong path under it answers."""
    blueprint = Blueprint("control", __name__)
    started = world.wall()

    def view(path: str = "") -> Response:
        return _answer(world, started)

    blueprint.record_once(lambda state: state.app.url_map.converters.update(anything=_Anything))
    for number, rule in enumerate((PREFIX, f"{PREFIX}/", f"{PREFIX}/<anything:path>")):
        blueprint.add_url_rule(rule, f"view-{number}", view, methods=_METHODS, provide_automatic_options=False)
    blueprint.register_error_handler(Exception, _failed)
    blueprint.after_request(lambda response: _finish(world, response))
    return blueprint


def _answer(world: World, started: datetime) -> Response:
    """Access, then the path, the method, the query and the body; then the endpoint, all or nothing."""
    found = all_routes().find(request.path)
    place, variables = found or (None, {})
    endpoint = place.methods.get("GET" if request.method == "HEAD" else request.method) if place else None
    check_access(request, world.settings, open_to_all=endpoint is not None and endpoint.open_to_all)
    if place is None:
        raise not_found(f"There is nothing at {request.path[:200]}.", f"What there is: GET {PREFIX}/openapi.json.")
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": ", ".join(place.allowed)})
    if endpoint is None:
        raise _wrong_method(place)
    root = request.host_url.rstrip("/")
    call = Call(world, root, started, _path(variables), _query(endpoint), _body(endpoint))
    with nullcontext() if endpoint.method == "GET" else world.store.transaction():
        answer = endpoint.run(call)
    return answer if isinstance(answer, Response) else json_response(answer, endpoint.status)


def _wrong_method(place: Place) -> Refused:
    allowed = ", ".join(place.allowed)
    reason = f"{request.path} does not take {request.method}."
    return Refused(405, "Method", reason, f"It takes {allowed}.", headers=[("Allow", allowed)])


def _path(sent: Mapping[str, str]) -> Mapping[str, str]:
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


def _finish(world: World, response: Response) -> Response:
    """What holds for every answer. It may tell what is not durable yet, whether this request changed it or read it."""
    # JSON that quotes what somebody sent must never be taken for a page.
    response.headers["X-Content-Type-Options"] = "nosniff"
    exchange = request.environ.get("mockpars.exchange")
    if exchange is not None:
        exchange.pledge = world.store.pledge()
    return response
