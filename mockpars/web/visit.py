"""One exchange with PARS from its first byte to its journal entry; the views stay a dozen lines because of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from mockpars.domain.rejection import Finding
from mockpars.domain.scenario import Scenario
from mockpars.errors import BadScenario, BrokenRequest, UnknownScenario
from mockpars.service import journal
from mockpars.service.arming import can_act
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenario_files import ScenarioFiles
from mockpars.service.scenarios import BREAKS, Scenarios, Subject, read_scenario, read_wish
from mockpars.web import faults
from mockpars.web.doorway import Environ, Exchange
from mockpars.web.operations import Answer
from mockpars.web.replies import XML, Reply, broken, explain_refusal
from mockpars.wire import redact

SCENARIO_HEADER = "X-Mockpars-Scenario"
_SHOWN_HEADERS = {
    "Content-Type": "CONTENT_TYPE",
    "Content-Encoding": "HTTP_CONTENT_ENCODING",
    "Transfer-Encoding": "HTTP_TRANSFER_ENCODING",
    "User-Agent": "HTTP_USER_AGENT",
    "Accept": "HTTP_ACCEPT",
    SCENARIO_HEADER: "HTTP_X_MOCKPARS_SCENARIO",
}
"""Request headers the journal keeps, and their names in a WSGI environment."""


@dataclass(slots=True)
class Visit:
    """A request to one operation of a sandbox, and what becomes of it."""

    sandbox: Sandbox
    operation: str
    environ: Environ
    debug_headers: bool
    exchange: Exchange
    body: bytes = b""
    redacted: str | None = None
    scenarios: Scenarios = field(init=False)
    fault: Scenario | None = None
    answer: Answer | None = None

    def __post_init__(self) -> None:
        self.scenarios = Scenarios(self.sandbox, self.operation)

    def read_wishes(self, files: ScenarioFiles) -> None:
        """Reads the scenarios the request itself asks for. Raises BrokenRequest for one that nobody knows."""
        wished = self.environ.get(_SHOWN_HEADERS[SCENARIO_HEADER])
        if not wished:
            return
        try:
            names = [name.strip() for name in wished.split(",")]
            self.scenarios.asked = tuple(read_wish(name, files) for name in names if name)
        except UnknownScenario as error:
            raise BadScenario(f"{SCENARIO_HEADER}: {error.reason}", error.fix) from None

    @property
    def idle(self) -> list[str]:
        """Scenarios the request asks for that can never act on its operation; the answer says so."""
        wishes = [read_scenario(str(wish.body["scenario"])) for wish in self.scenarios.asked]
        return [wish.name for wish in wishes if not can_act(wish, self.operation)]

    def draw_fault(self, about: Subject) -> bool:
        """Chooses the fault that acts on this request; true when it comes before PARS sees the message."""
        acting = self.scenarios.acting_on(about, BREAKS)
        self.fault = acting[0] if acting else None
        return self.fault is not None and faults.comes_before_pars(self.fault)

    def reply(self, answer: Answer | None) -> Reply:
        """Ends the exchange with an answer of PARS, or with the gateway failure that came before it."""
        self.answer = answer
        if answer is None and self.fault is not None:
            reply = faults.gateway_reply(self.fault, self.exchange)
            return self._finish(reply, "Fault", ())
        answer = answer or Answer(b"", "Answered")
        reply = Reply(200, XML, answer.body)
        if self.fault is not None:
            reply = faults.spoil(self.fault, reply, self.exchange, self.sandbox.exchange)
        return self._finish(reply, answer.outcome, answer.findings)

    def refuse(self, error: BrokenRequest) -> Reply:
        """Ends the exchange with the Fault of a broken request; a fault for everybody still comes first."""
        if self.fault is None and self.draw_fault(Subject()):
            return self.reply(None)
        reply = broken(error)
        self.answer = Answer(reply.body, "Refused", verdict={"refused": explain_refusal(error)})
        if self.fault is not None:
            reply = faults.spoil(self.fault, reply, self.exchange, self.sandbox.exchange)
        return self._finish(reply, "Refused", ())

    def turn_away(self, error: BrokenRequest) -> Reply:
        """Ends the exchange of a request that no operation sees. Nothing armed is spent on it, nor its body kept."""
        reply = broken(error)
        self.answer = Answer(reply.body, "Refused", verdict={"refused": explain_refusal(error)})
        return self._finish(reply, "Refused", ())

    def _finish(self, reply: Reply, outcome: str, findings: tuple[Finding, ...]) -> Reply:
        self._write(reply, outcome)
        self.exchange.pledge = self.sandbox.store.pledge()
        if self.debug_headers:
            reply.headers += (("X-Mockpars-Journal", str(self.sandbox.exchange)),)
            if findings:
                bases = " ".join(f"{finding.source}:{finding.basis}" for finding in findings)
                rules = " ".join(finding.rule for finding in findings)
                reply.headers += (("X-Mockpars-Rules", rules), ("X-Mockpars-Basis", bases))
        if self.scenarios.asked and (idle := self.idle):
            reply.headers += (("X-Mockpars-Idle-Scenario", ", ".join(idle)),)
        return reply

    def _write(self, reply: Reply, outcome: str) -> None:
        environ, answer = self.environ, self.answer
        query = environ.get("QUERY_STRING", "")
        headers = {name: environ[key] for name, key in _SHOWN_HEADERS.items() if key in environ}
        basic = environ.get("HTTP_AUTHORIZATION")
        if basic is not None:
            headers["Authorization"] = f"{basic.split(' ')[0][:20]} {redact.MASK}"
        body: dict[str, Any] = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": redact.redact_query(query),
            "headers": headers,
            "client": environ.get("REMOTE_ADDR", ""),
            "scheme": environ.get("wsgi.url_scheme", ""),
            "digest": journal.digest(query.encode("utf-8", "replace"), self.body),
            "duration_ms": round((time.perf_counter() - self.exchange.began) * 1000, 3),
        }
        if answer is not None:
            body |= answer.verdict
        if self.fault is not None:
            body["fault"] = self.fault.name
        if self.scenarios.asked:
            body["scenarios"] = [str(wish.body["scenario"]) for wish in self.scenarios.asked]
        journal.write(
            self.sandbox,
            operation=self.operation,
            outcome=outcome,
            codes=answer.codes if answer else (),
            status=reply.status,
            body=body,
            request=self._request_text(),
            response=reply.body.decode("utf-8", "replace"),
        )

    def _request_text(self) -> str:
        if self.redacted is not None:
            return self.redacted
        # A broken document may hide a password from the patterns; its own text does not.
        world = self.sandbox.world
        return redact.redact(redact.as_text(self.body), (world.password, world.user))
