"""The Flask application of a World: services, control API, studio, and what an unforeseen path or error answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from mockpars.errors import NotFound, StoreError
from mockpars.service.sandboxes import DEFAULT
from mockpars.web.control_api import control_api
from mockpars.web.doorway import Environ
from mockpars.web.operations import NO_OPERATION, OPERATIONS, Operation
from mockpars.web.pars_api import Door
from mockpars.web.replies import XML, Reply, broken, send, store_failed
from mockpars.web.studio import studio
from mockpars.wire import render
from mockpars.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

log = logging.getLogger("mockpars")

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]


class Pars(Flask):
    """A Flask application in which the services are routes, but take a short way past Flask's routing and contexts."""

    def __init__(self, world: World, door: Door | None = None) -> None:
        super().__init__("mockpars", static_folder=None, template_folder=None)
        self._door = door or Door(world)
        self.register_blueprint(_services(self._door))

    def wsgi_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        try:
            reply = self._door.answer_at(environ)
        except Exception as error:
            return self.fail(error, environ, start_response)
        return super().wsgi_app(environ, start_response) if reply is None else send(reply, environ, start_response)

    def fail(self, error: Exception, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a failure of the short way as Flask answers those of its views."""
        with self.request_context(environ):
            return self.make_response(self.handle_user_exception(error))(environ, start_response)


def create_app(world: World, door: Door | None = None) -> Pars:
    """A WSGI application that serves this world."""
    app = Pars(world, door)
    app.url_map.merge_slashes = False  # // is a wrong path, and is told so in XML, not by a redirect in HTML
    app.register_blueprint(studio(world))  # first: the two share a prefix
    app.register_blueprint(control_api(world))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreError, _store_error)
    app.register_error_handler(Exception, _bug)
    return app


def _services(door: Door) -> Blueprint:
    """The blueprint of the services, and of what a wrong path under them answers."""
    blueprint = Blueprint("pars", __name__)
    for operation in OPERATIONS.values():
        for number, path in enumerate(operation.paths):
            for prefix in ("", "/sandboxes/<sandbox>"):
                name = f"{operation.name}-{number}{'-named' if prefix else ''}"
                view = _view(door, operation)
                blueprint.add_url_rule(prefix + path, name, view, methods=_METHODS, provide_automatic_options=False)
    for prefix in ("", "/sandboxes/<sandbox>"):
        rule, view = f"{prefix}/services/<path:path>", _lost_view(door)
        blueprint.add_url_rule(rule, f"lost{prefix[:2]}", view, methods=_METHODS, provide_automatic_options=False)
    return blueprint


def _view(door: Door, operation: Operation) -> Callable[..., Response]:
    def view(sandbox: str = DEFAULT) -> Response:
        return _to_response(door.reply(operation, sandbox, request.environ))

    return view


def _lost_view(door: Door) -> Callable[..., Response]:
    def view(path: str, sandbox: str = DEFAULT) -> Response:
        return _to_response(door.turn_away(_lost(path, sandbox), sandbox, NO_OPERATION, request.environ))

    return view


def _lost(path: str, sandbox: str) -> NotFound:
    root = request.script_root + ("" if sandbox == DEFAULT else f"/sandboxes/{sandbox}")
    served = ", ".join(root + path for operation in OPERATIONS.values() for path in operation.paths)
    wanted = path.rstrip("/").rsplit("/", 1)[-1]
    near = {name.lower(): operation for name, operation in OPERATIONS.items()}.get(wanted.lower())
    hint = f"Did you mean {root}{near.paths[0]}? " if near else ""
    reason = f"There is no operation at {request.path}."
    if path.endswith(".svc") or "wsdl" in request.query_string.decode("latin-1").lower():
        reason += " There is no WSDL either: SOAP is deprecated (T4)."
    return NotFound(reason, f"{hint}Served: {served}.")


def _to_response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, reply.all_headers)


def _http_error(error: HTTPException) -> Response:
    if error.code == 404:
        fix = "PARS is under /services/, a named sandbox under /sandboxes/NAME/services/, control under /_mockpars/."
        return _to_response(broken(NotFound(f"There is nothing at {request.path}.", fix)))
    body = render.fault_answer("Method" if error.code == 405 else "Malformed", error.description or error.name, "")
    return _to_response(Reply(error.code or 500, XML, body))


def _store_error(error: StoreError) -> Response:
    log.error("%s %s", error.reason, error.fix)
    return _to_response(store_failed(error))


def _bug(error: Exception) -> Response:
    log.exception("a bug of mockpars, at %s %s", request.method, request.path, exc_info=error)
    reason = "mockpars failed while answering; this is a fault of mockpars, not of the request."
    body = render.fault_answer("Internal", reason, "Look at the log of mockpars, and report what stands there.")
    return _to_response(Reply(500, XML, body))
