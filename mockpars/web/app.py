"""The Flask application of a World: blueprints, and what an unforeseen path or error answers."""

from __future__ import annotations

import logging

from flask import Response, request
from werkzeug.exceptions import HTTPException

from mockpars.errors import NotFound, StoreError
from mockpars.web.control.refusals import Refused, error_response
from mockpars.web.control_api import control_api
from mockpars.web.doorway import Environ, Headers, Refusal, Refuse
from mockpars.web.pars_api import Pars
from mockpars.web.replies import XML, Reply, broken, store_failed, to_response
from mockpars.web.studio import studio
from mockpars.wire import render
from mockpars.world import World

log = logging.getLogger("mockpars")


def create_app(world: World) -> Pars:
    """A WSGI application that serves this world."""
    app = Pars(world)
    app.url_map.merge_slashes = False  # // is a wrong path, and is told so in XML, not by a redirect in HTML
    app.register_blueprint(studio(world))  # first: the two share a prefix
    app.register_blueprint(control_api(world))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreError, _store_error)
    app.register_error_handler(Exception, _bug)
    return app


def refusing(app: Pars) -> Refuse:
    """What the doorway asks for when a body is too large, too late or not what it says: a Fault, or JSON of control."""

    def refuse(environ: Environ, refusal: Refusal) -> tuple[int, Headers, bytes]:
        if environ["PATH_INFO"].startswith("/_mockpars"):
            answer = error_response(Refused(refusal.status, refusal.code, refusal.reason, refusal.fix))
            return answer.status_code, list(answer.headers), answer.get_data()
        reply = app.refuse(environ, refusal)
        return reply.status, [("Content-Type", reply.content_type), *reply.headers], reply.body

    return refuse


def _http_error(error: HTTPException) -> Response:
    if error.code == 404:
        fix = "PARS is under /services/, a named sandbox under /sandboxes/NAME/services/, control under /_mockpars/."
        return to_response(broken(NotFound(f"There is nothing at {request.path}.", fix)))
    body = render.fault_answer("Method" if error.code == 405 else "Malformed", error.description or error.name, "")
    return to_response(Reply(error.code or 500, XML, body))


def _store_error(error: StoreError) -> Response:
    log.error("%s %s", error.reason, error.fix)
    return to_response(store_failed(error))


def _bug(error: Exception) -> Response:
    log.exception("a bug of mockpars, at %s %s", request.method, request.path, exc_info=error)
    reason = "mockpars failed while answering; this is a fault of mockpars, not of the request."
    body = render.fault_answer("Internal", reason, "Look at the log of mockpars, and report what stands there.")
    return to_response(Reply(500, XML, body))
