"""One exchange with PARS from its first byte to its journal entry; the views stay a dozen lines because of it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response

from mockpars.domain.rejection import Finding
from mockpars.domain.scenario import Scenario
from mockpars.errors import BadCredentials, BadScenario, BrokenRequest, MethodNotAllowed, StoreError, UnknownScenario
from mockpars.service import journal
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenarios import BREAKS, Scenarios, Subject, read_scenario
from mockpars.web import faults
from mockpars.web.doorway import Exchange
from mockpars.web.faults import Reply
from mockpars.web.operations import Answer
from mockpars.wire import redact, render

log = logging.getLogger("mockpars")

XML = "application/xml; charset=utf-8"
SCENARIO_HEADER = "X-Mockpars-Scenario"
_SHOWN_HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "User-Agent",
    "Accept",
    SCENARIO_HEADER,
    "Transfer-Encoding",
)


@dataclass(slots=True)
class Visit:
    """A request to one operation of a sandbox, and what becomes of it."""

    sandbox: Sandbox
    operation: str
    request: Request
    debug_headers: bool
    exchange: Exchange
    body: bytes = b""
    well_formed: bool = False
    scenarios: Scenarios = field(init=False)
    fault: Scenario | None = None
    answer: Answer | None = None
    started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.scenarios = Scenarios(self.sandbox, self.operation)

    def read_wishes(self) -> None:
        """Reads the scenarios the request itself asks for. Raises BrokenRequest for one that nobody knows."""
        wished = self.request.headers.get(SCENARIO_HEADER)
        if not wished:
            return
        try:
            self.scenarios.asked = tuple(read_scenario(name.strip()) for name in wished.split(",") if name.strip())
        except UnknownScenario as error:
            raise BadScenario(f"{SCENARIO_HEADER}: {error.reason}", error.fix) from None

    def draw_fault(self, about: Subject) -> bool:
        """Chooses the fault that acts on this request; true when it comes before PARS sees the message."""
        acting = self.scenarios.acting_on(about, BREAKS)
        self.fault = acting[0] if acting else None
        return self.fault is not None and faults.comes_before_pars(self.fault)

    def reply(self, answer: Answer | None) -> Response:
        """Ends the exchange with an answer of PARS, or with the gateway failure that came before it."""
        self.answer = answer
        if answer is None and self.fault is not None:
            reply = faults.gateway_reply(self.fault, self.exchange)
            return self._finish(reply, "Fault", ())
        answer = answer or Answer(b"", "Answered")
        reply = Reply(200, XML, answer.body)
        if self.fault is not None:
            reply = faults.spoil(self.fault, reply, self.exchange, self.sandbox.world.exchange)
        return self._finish(reply, answer.outcome, answer.findings)

    def refuse(self, error: BrokenRequest) -> Response:
        """Ends the exchange with the Fault of a broken request; a fault for everybody still comes first."""
        if self.fault is None and self.draw_fault(Subject()):
            return self.reply(None)
        reply = broken(error)
        self.answer = Answer(reply.body, "Refused", verdict={"refused": refusal(error)})
        if self.fault is not None:
            reply = faults.spoil(self.fault, reply, self.exchange, self.sandbox.world.exchange)
        return self._finish(reply, "Refused", ())

    def _finish(self, reply: Reply, outcome: str, findings: tuple[Finding, ...]) -> Response:
        entry = self._entry(reply, outcome)
        with self.sandbox.store.transaction():
            journal.write(self.sandbox, entry)
        self.exchange.uncommitted = self.sandbox.store.uncommitted
        response = to_response(reply)
        if self.debug_headers:
            headers = response.headers
            headers["X-Mockpars-Journal"] = str(self.sandbox.world.exchange)
            if findings:
                headers["X-Mockpars-Rules"] = " ".join(finding.rule for finding in findings)
                headers["X-Mockpars-Basis"] = " ".join(f"{finding.source}:{finding.basis}" for finding in findings)
        return response

    def _entry(self, reply: Reply, outcome: str) -> journal.Entry:
        request, answer = self.request, self.answer
        headers = {name: request.headers[name] for name in _SHOWN_HEADERS if name in request.headers}
        basic = request.headers.get("Authorization")
        if basic is not None:
            headers["Authorization"] = f"{basic.split(' ')[0][:20]} {redact.MASK}"
        return journal.Entry(
            operation=self.operation,
            method=request.method,
            path=request.path,
            query=redact.redact_query(request.query_string.decode("latin-1")),
            headers=headers,
            client=request.remote_addr or "",
            status=reply.status,
            outcome=outcome,
            codes=answer.codes if answer else (),
            request=self._request_text(),
            response=reply.body.decode("utf-8", "replace"),
            duration_ms=(time.perf_counter() - self.started) * 1000,
            fault=self.fault.name if self.fault else None,
            scenarios=tuple(entry.name for entry in self.scenarios.asked),
            verdict=answer.verdict if answer else {},
        )

    def _request_text(self) -> str:
        # A broken document, or one with CDATA, may hide the password from the patterns; its own text does not.
        world = self.sandbox.world
        plain = self.well_formed and b"<![" not in self.body
        return redact.redact(redact.as_text(self.body), () if plain else (world.password, world.user))


def refusal(error: BrokenRequest) -> dict[str, Any]:
    """A broken request's reason as plain data, for the journal."""
    details = [
        {
            key: getattr(detail, key)
            for key in ("problem", "expected", "line", "path")
            if getattr(detail, key) is not None
        }
        for detail in error.details
    ]
    return {"code": error.code, "reason": error.reason, "fix": error.fix, "details": details}


def broken(error: BrokenRequest) -> Reply:
    """The one XML shape of every broken request (D2)."""
    headers: list[tuple[str, str]] = []
    if isinstance(error, BadCredentials):
        headers.append(("WWW-Authenticate", 'Basic realm="PARS", charset="UTF-8"'))
    if isinstance(error, MethodNotAllowed):
        headers.append(("Allow", ", ".join(error.allow)))
    body = render.fault_answer(error.code, error.reason, error.fix, error.details)
    return Reply(error.status, XML, body, tuple(headers))


def store_failed(error: StoreError) -> Reply:
    """The answer when the store cannot: a full disk is no fault of the request."""
    return Reply(500, XML, render.fault_answer("Internal", error.reason, error.fix))


def to_response(reply: Reply) -> Response:
    """An answer in Flask's terms."""
    response = Response(reply.body, status=reply.status, content_type=reply.content_type)
    for name, value in reply.headers:
        response.headers[name] = value
    return response
