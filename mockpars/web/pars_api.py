"""The PARS services over HTTP: a view per operation, in the default sandbox and in every named one (T1, T2, T3)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

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
from mockpars.web.visit import Visit, broken, to_response
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
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(_allowed(operation))})
        try:
            visit = door.visit(sandbox, operation)
        except UnknownSandbox as error:
            return to_response(broken(NotFound(error.reason, error.fix)))
        try:
            visit.read_wishes()
            answer = (
                door.ask_by_url(visit, operation) if request.method in ("GET", "HEAD") else door.post(visit, operation)
            )
            return visit.reply(answer)
        except BrokenRequest as error:
            return visit.refuse(error)

    return view


class _Door:
    """The stages of a request in their order: method, media type, well-formed, credentials, schema, provider, rules."""

    def __init__(self, world: World, schemas: Schemas) -> None:
        self._world = world
        self._schemas = schemas

    def visit(self, sandbox: str, operation: Operation) -> Visit:
        """Opens the exchange."""
        exchange = request.environ.get("mockpars.exchange") or Exchange()
        settings = self._world.settings
        return Visit(self._world.visit(sandbox), operation.name, request, settings.debug_headers, exchange)

    def post(self, visit: Visit, operation: Operation) -> Answer | None:
        """Answers a SubmitMessage; None when a gateway failure came before PARS."""
        if request.method != "POST":
            raise _wrong_method(operation)
        charset = _charset(operation)
        visit.body = request.get_data(cache=False)
        root = parse_xml(visit.body, charset)
        visit.well_formed = True
        refuse_soap(root)
        settings, sandbox = self._world.settings, visit.sandbox
        auth.check_envelope(sandbox, read_credentials(root), request.authorization, strict=settings.strict_auth)
        problems = self._schemas.validate(operation.name, root)
        if problems:
            raise _invalid(problems)
        envelope = read_envelope(root)
        return _run(visit, operation, envelope.provider_id, operation.read(envelope.payload))

    def ask_by_url(self, visit: Visit, operation: Operation) -> Answer | None:
        """Answers a read whose question stands in the URL."""
        if operation.query is None:
            raise _wrong_method(operation)
        auth.check_basic(visit.sandbox, request.authorization)
        question = operation.query(request.args)
        return _run(visit, operation, visit.sandbox.world.provider_id, question)


def _run(visit: Visit, operation: Operation, provider_id: str, question: object) -> Answer | None:
    if visit.draw_fault(operation.about(visit.sandbox, question)):
        return None
    return operation.run(visit.sandbox, provider_id, question, visit.scenarios)


def _invalid(problems: tuple[Detail, ...]) -> SchemaInvalid:
    many = f"{len(problems)} things are" if len(problems) > 1 else "One thing is"
    return SchemaInvalid(
        f"The message does not follow its schema: {many} wrong.", "Mend what the details name.", problems
    )


def _charset(operation: Operation) -> str | None:
    media, options = request.mimetype, request.mimetype_params
    if media in _XML_TYPES or (media.endswith("+xml") and media != "application/soap+xml"):
        return options.get("charset")
    if media == "application/soap+xml" or "SOAPAction" in request.headers:
        fix = f"POST the SubmitMessage itself as application/xml to {operation.paths[0]}."
        raise SoapNotServed("SOAP is deprecated and not served here (T4).", fix)
    sent = f"{media!r}" if media else "none"
    raise UnsupportedMedia(
        f"The Content-Type is {sent}; PARS takes XML only, not JSON or forms (T4).",
        "Send Content-Type: application/xml; charset=utf-8.",
    )


def _allowed(operation: Operation) -> tuple[str, ...]:
    return ("POST", "OPTIONS") if operation.query is None else ("POST", "GET", "HEAD", "OPTIONS")


def _wrong_method(operation: Operation) -> MethodNotAllowed:
    also = f", or GET with {', '.join(operation.parameters)} in the query" if operation.query else ""
    return MethodNotAllowed(
        f"{operation.name} does not take {request.method}.",
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
