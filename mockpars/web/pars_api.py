"""The PARS services over HTTP: a view per operation, in the default sandbox and in every named one (T1, T2, T3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache

from flask import Blueprint, Request, Response, request
from flask.globals import request_ctx
from werkzeug.http import parse_options_header

from mockpars.errors import (
    BrokenRequest,
    Detail,
    MethodNotAllowed,
    NotFound,
    SchemaInvalid,
    SoapNotServed,
    UnknownSandbox,
    UnsupportedMedia,
)
from mockpars.service.sandboxes import DEFAULT
from mockpars.web import auth
from mockpars.web.doorway import Exchange
from mockpars.web.operations import OPERATIONS, Answer, Operation
from mockpars.web.replies import broken, to_response
from mockpars.web.visit import Visit
from mockpars.wire.envelope import read_credentials, read_envelope
from mockpars.wire.safety import parse_xml, refuse_soap
from mockpars.wire.schemas import Schemas
from mockpars.world import World

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
_XML_TYPES = frozenset({"application/xml", "text/xml"})


def pars_api(world: World) -> Blueprint:
    """The blueprint of the services, and of what a wrong path under them answers."""
    blueprint = Blueprint("pars", __name__)
    door = _Door(world, Schemas())
    for operation in OPERATIONS.values():
        view = _view(door, operation)
        for number, path in enumerate(operation.paths):
            for prefix in ("", "/sandboxes/<sandbox>"):
                name = f"{operation.name}-{number}{'-named' if prefix else ''}"
                blueprint.add_url_rule(prefix + path, name, view, methods=_METHODS, provide_automatic_options=False)
    for prefix in ("", "/sandboxes/<sandbox>"):
        rule = f"{prefix}/services/<path:path>"
        blueprint.add_url_rule(rule, f"lost{prefix[:2]}", _lost, methods=_METHODS, provide_automatic_options=False)
    return blueprint


def _view(door: _Door, operation: Operation) -> Callable[..., Response]:
    def view(sandbox: str = DEFAULT) -> Response:
        asked = request_ctx.request  # the object itself: each look through the proxy costs as much as a rule
        if asked.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(_allowed(operation))})
        with door.transaction():
            try:
                visit = door.visit(sandbox, operation, asked)
            except UnknownSandbox as error:
                return to_response(broken(NotFound(error.reason, error.fix)))
            try:
                visit.read_wishes()
                return visit.reply(door.answer(visit, operation))
            except BrokenRequest as error:
                return visit.refuse(error)

    return view


class _Door:
    """The stages of a request in their order: method, media type, well-formed, credentials, schema, provider, rules."""

    def __init__(self, world: World, schemas: Schemas) -> None:
        self._world = world
        self._schemas = schemas

    def transaction(self) -> AbstractContextManager[None]:
        """An exchange is kept whole, its journal entry included, or not at all."""
        return self._world.store.transaction()

    def visit(self, sandbox: str, operation: Operation, asked: Request) -> Visit:
        """Opens the exchange."""
        exchange = asked.environ.get("mockpars.exchange") or Exchange()
        return Visit(self._world.visit(sandbox), operation.name, asked, self._world.settings.debug_headers, exchange)

    def answer(self, visit: Visit, operation: Operation) -> Answer | None:
        """Answers by method; None when a gateway failure came before PARS."""
        method = visit.request.method
        if method == "POST":
            return self._post(visit, operation)
        if method in ("GET", "HEAD") and operation.query is not None:
            auth.check_basic(visit.sandbox, visit.request.authorization)
            question = operation.query(visit.request.args)
            return _run(visit, operation, visit.sandbox.world.provider_id, question)
        raise _wrong_method(operation, method)

    def _post(self, visit: Visit, operation: Operation) -> Answer | None:
        charset = _charset(visit.request, operation)
        visit.body = _body(visit.request)
        root = parse_xml(visit.body, charset)
        visit.well_formed = True
        refuse_soap(root)
        basic = visit.request.authorization if "HTTP_AUTHORIZATION" in visit.request.environ else None
        auth.check_envelope(visit.sandbox, read_credentials(root), basic, strict=self._world.settings.strict_auth)
        problems = self._schemas.validate(operation.name, root)
        if problems:
            raise _invalid(problems)
        envelope = read_envelope(root)
        return _run(visit, operation, envelope.provider_id, operation.read(envelope.payload))


def _run(visit: Visit, operation: Operation, provider_id: str, question: object) -> Answer | None:
    if visit.scenarios.may_break and visit.draw_fault(operation.about(visit.sandbox, question)):
        return None
    return operation.run(visit.sandbox, provider_id, question, visit.scenarios)


def _invalid(problems: tuple[Detail, ...]) -> SchemaInvalid:
    many = f"{len(problems)} things are" if len(problems) > 1 else "One thing is"
    return SchemaInvalid(
        f"The message does not follow its schema: {many} wrong.", "Mend what the details name.", problems
    )


def _charset(asked: Request, operation: Operation) -> str | None:
    media, charset = _media_type(asked.environ.get("CONTENT_TYPE", ""))
    if media == "application/soap+xml" or "HTTP_SOAPACTION" in asked.environ:
        fix = f"POST the SubmitMessage itself as application/xml to {operation.paths[0]}."
        raise SoapNotServed("SOAP is deprecated and not served here (T4).", fix)
    if media in _XML_TYPES or media.endswith("+xml"):
        return charset
    sent = f"{media!r}" if media else "missing"
    raise UnsupportedMedia(
        f"The Content-Type is {sent}; PARS takes XML only, not JSON or forms (T4).",
        "Send Content-Type: application/xml; charset=utf-8.",
    )


def _body(asked: Request) -> bytes:
    """The body, which the doorway has read whole and measured already; another WSGI server says how long it is."""
    length = asked.environ.get("CONTENT_LENGTH")
    if length is None or not length.isdigit():
        return asked.get_data(cache=False)
    body: bytes = asked.environ["wsgi.input"].read(int(length))
    return body


@lru_cache(maxsize=64)  # clients send the same one again and again
def _media_type(header: str) -> tuple[str, str | None]:
    media, options = parse_options_header(header)
    return media.lower(), options.get("charset")


def _allowed(operation: Operation) -> tuple[str, ...]:
    return ("POST", "OPTIONS") if operation.query is None else ("POST", "GET", "HEAD", "OPTIONS")


def _wrong_method(operation: Operation, method: str) -> MethodNotAllowed:
    also = f", or GET with {', '.join(operation.parameters)} in the query" if operation.query else ""
    return MethodNotAllowed(
        f"{operation.name} does not take {method}.",
        f"POST a SubmitMessage as application/xml{also}.",
        allow=_allowed(operation),
    )


def _lost(path: str, sandbox: str = DEFAULT) -> Response:
    root = request.script_root + ("" if sandbox == DEFAULT else f"/sandboxes/{sandbox}")
    served = ", ".join(root + path for operation in OPERATIONS.values() for path in operation.paths)
    wanted = path.rstrip("/").rsplit("/", 1)[-1]
    near = {name.lower(): operation for name, operation in OPERATIONS.items()}.get(wanted.lower())
    hint = f"Did you mean {root}{near.paths[0]}? " if near else ""
    reason = f"There is no operation at {request.path}."
    if path.endswith(".svc") or "wsdl" in request.query_string.decode("latin-1").lower():
        reason += " There is no WSDL either: SOAP is deprecated (T4)."
    return to_response(broken(NotFound(reason, f"{hint}Served: {served}.")))
