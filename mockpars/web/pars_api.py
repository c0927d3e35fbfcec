"""The PARS services over HTTP: one for each operation, in the default sandbox and in every named one (T1, T2, T3).

Flask is not imported here, nor Werkzeug but for what is rarely asked: the two would take most of a server's start, and
Flask's routing, contexts and sessions take as long as judging a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

from mockpars.errors import (
    BrokenRequest,
    MethodNotAllowed,
    NotFound,
    SoapNotServed,
    UnknownSandbox,
    UnsupportedMedia,
)
from mockpars.service.sandboxes import DEFAULT
from mockpars.web import auth
from mockpars.web.ahead import READ_AHEAD
from mockpars.web.doorway import Environ, Exchange
from mockpars.web.operations import OPERATIONS, Answer, Operation
from mockpars.web.replies import Reply, broken
from mockpars.web.visit import Visit
from mockpars.wire.envelope import Credentials
from mockpars.wire.messages import Message, read_message
from mockpars.wire.reader import OPERATION as READ_AHEAD_FOR
from mockpars.wire.schemas import Schemas
from mockpars.world import World

_XML_TYPES = frozenset({"application/xml", "text/xml"})
_USUAL = {f"{media};charset=utf-8": (media, "utf-8") for media in _XML_TYPES} | {
    media: (media, None) for media in _XML_TYPES
}
"""What nearly every client sends as Content-Type."""


class Door:
    """The stages of a request in their order: method, media type, well-formed, credentials, schema, provider, rules."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._schemas = Schemas()
        self._at = {path: operation for operation in OPERATIONS.values() for path in operation.paths}

    def answer_at(self, environ: Environ) -> Reply | None:
        """Answers a request; None when no service is at exactly its path."""
        operation, sandbox = self._meant(environ["PATH_INFO"])
        return self.reply(operation, sandbox, environ) if operation is not None and sandbox else None

    def _meant(self, path: str) -> tuple[Operation | None, str]:
        sandbox = DEFAULT
        if path.startswith("/sandboxes/") and path.isascii():
            sandbox, _, path = path.removeprefix("/sandboxes/").partition("/")
            path = f"/{path}"
        return self._at.get(path), sandbox

    def to_read(self, environ: Environ) -> str | None:
        """The charset of a message that can be read ahead, empty when none is named; None if it cannot be."""
        operation, _ = self._meant(environ["PATH_INFO"])
        if operation is None or operation.name != READ_AHEAD_FOR or environ["REQUEST_METHOD"] != "POST":
            return None
        media, charset = _media_type(environ.get("CONTENT_TYPE", ""))
        return charset or "" if media in _XML_TYPES else None

    def reply(self, operation: Operation, sandbox: str, environ: Environ) -> Reply:
        """Answers a request; an exchange is kept whole, its journal entry included, or not at all."""
        if environ["REQUEST_METHOD"] == "OPTIONS":
            return Reply(204, "", b"", (("Allow", ", ".join(_allowed(operation))),))
        with self._world.store.shared_transaction():
            try:
                visit = self._visit(sandbox, operation.name, environ)
            except UnknownSandbox as error:
                return broken(NotFound(error.reason, error.fix))
            try:
                visit.read_wishes(self._world.scenario_files)
                return visit.reply(self.answer(visit, operation))
            except BrokenRequest as error:
                return visit.refuse(error)

    def refuse(self, environ: Environ, error: BrokenRequest) -> Reply:
        """Turns away a request whose body could not be read; what is kept of it is durable when this returns."""
        operation, sandbox = self._meant(environ["PATH_INFO"])
        if operation is None:
            return broken(error)
        reply = self.turn_away(error, sandbox, operation.name, environ)
        self._world.store.commit()
        return reply

    def turn_away(self, error: BrokenRequest, sandbox: str, operation: str, environ: Environ) -> Reply:
        """Answers a request that no operation sees; the sandbox's journal keeps it, or its mistake would go unseen."""
        with self._world.store.shared_transaction():
            try:
                visit = self._visit(sandbox, operation, environ)
            except UnknownSandbox:
                return broken(error)
            return visit.turn_away(error)

    def _visit(self, sandbox: str, operation: str, environ: Environ) -> Visit:
        exchange = environ.get("mockpars.exchange") or Exchange()
        return Visit(self._world.visit(sandbox), operation, environ, self._world.settings.debug_headers, exchange)

    def answer(self, visit: Visit, operation: Operation) -> Answer | None:
        """Answers by method; None when a gateway failure came before PARS."""
        method = visit.environ["REQUEST_METHOD"]
        if method == "POST":
            return self._post(visit, operation)
        if method in ("GET", "HEAD") and operation.query is not None:
            auth.check_basic(visit.sandbox, _basic(visit.environ))
            question = operation.query(_parameters(visit.environ))
            return _run(visit, operation, visit.sandbox.world.provider_id, question)
        raise _wrong_method(operation, method)

    def _post(self, visit: Visit, operation: Operation) -> Answer | None:
        charset = _charset(visit.environ, operation)
        visit.body = _body(visit.environ)
        message: Message | None = visit.environ.get(READ_AHEAD)
        if message is None:
            admit = partial(self._admit, visit)
            message = read_message(self._schemas, operation.name, visit.body, charset, admit)
        else:
            self._admit(visit, message.credentials)
        visit.redacted = message.redacted
        return _run(visit, operation, message.provider_id, message.question)

    def _admit(self, visit: Visit, sent: Credentials) -> None:
        auth.check_envelope(visit.sandbox, sent, _basic(visit.environ), strict=self._world.settings.strict_auth)


def _run(visit: Visit, operation: Operation, provider_id: str, question: object) -> Answer | None:
    if visit.scenarios.may_break and visit.draw_fault(operation.about(visit.sandbox, question)):
        return None
    return operation.run(visit.sandbox, provider_id, question, visit.scenarios)


def _basic(environ: Environ) -> auth.Basic | None:
    sent = environ.get("HTTP_AUTHORIZATION")
    return auth.read_basic(sent) if sent else None


def _parameters(environ: Environ) -> Mapping[str, str]:
    from werkzeug.wrappers import Request

    return Request(environ).args


def _charset(environ: Environ, operation: Operation) -> str | None:
    media, charset = _media_type(environ.get("CONTENT_TYPE", ""))
    if media == "application/soap+xml" or "HTTP_SOAPACTION" in environ:
        fix = f"POST the SubmitMessage itself as application/xml to {operation.paths[0]}."
        raise SoapNotServed("SOAP is deprecated and not served here (T4).", fix)
    if media in _XML_TYPES or media.endswith("+xml"):
        return charset
    sent = f"{media!r}" if media else "missing"
    raise UnsupportedMedia(
        f"The Content-Type is {sent}; PARS takes XML only, not JSON or forms (T4).",
        "Send Content-Type: application/xml; charset=utf-8.",
    )


def _body(environ: Environ) -> bytes:
    """The body, which the doorway has read whole and measured already; another WSGI server says how long it is."""
    length = environ.get("CONTENT_LENGTH")
    if length is None or not length.isdigit():
        from werkzeug.wrappers import Request

        return Request(environ).get_data(cache=False)
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


@lru_cache(maxsize=64)  # clients send the same one again and again
def _media_type(header: str) -> tuple[str, str | None]:
    usual = _USUAL.get(header.lower().replace(" ", ""))
    if usual is not None:
        return usual
    from werkzeug.http import parse_options_header

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
