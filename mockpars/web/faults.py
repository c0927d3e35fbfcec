"""Gateway failures on purpose (T9): what a client meets when Azure's gateway, a proxy or the line fails, not PARS."""

from __future__ import annotations

import random

from mockpars.domain.scenario import Scenario
from mockpars.web.doorway import Exchange
from mockpars.web.replies import XML, Reply
from mockpars.wire import render

_HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n"
)
_HTML_500 = (
    "<!DOCTYPE html>\r\n<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.</h1>"
    "<p><i>Runtime Error</i></p><p>An application error occurred on the server.</p></body></html>\r\n"
)
_WCF_500 = (
    '<Fault xmlns="http://schemas.microsoft.com/ws/2005/05/envelope/none"><Code><Value>Receiver</Value></Code><Reason>'
    '<Text xml:lang="en-US">The server was unable to process the request due to an internal error.</Text></Reason>'
    "</Fault>"
)


_BEFORE = frozenset(
    {
        "too-many-requests",
        "server-error",
        "bad-gateway",
        "unavailable",
        "gateway-timeout",
        "html-page",
        "reset",
        "timeout",
    }
)


def comes_before_pars(fault: Scenario) -> bool:
    """Whether PARS never sees the message; otherwise it is processed and only the answer suffers."""
    return fault.kind.name in _BEFORE


def gateway_reply(fault: Scenario, exchange: Exchange) -> Reply:
    """What comes instead of an answer of PARS."""
    name, argument = fault.kind.name, fault.argument or ""
    if name == "reset":
        exchange.reset = True
    elif name == "timeout":
        exchange.never_answer = float(argument)
    return {
        "too-many-requests": Reply(
            429,
            "application/json",
            b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in %s seconds."}' % argument.encode(),
            (("Retry-After", argument),),
        ),
        "server-error": Reply(500, XML, _WCF_500.encode()),
        "bad-gateway": Reply(502, "text/html", _HTML_502.encode()),
        "unavailable": Reply(503, "application/json", b'{"statusCode": 503, "message": "Service Unavailable"}'),
        "gateway-timeout": Reply(504, XML, b"<error><code>504</code><message>Gateway Timeout</message></error>"),
        "html-page": Reply(500, "text/html; charset=utf-8", _HTML_500.encode()),
    }.get(name, Reply(504, XML, render.fault_answer("Timeout", "No answer.", "")))


def spoil(fault: Scenario, reply: Reply, exchange: Exchange, seed: int) -> Reply:
    """What a fault makes of an answer that PARS has given."""
    name = fault.kind.name
    if name == "latency":
        exchange.delay = _seconds(fault.argument or "2", seed)
    elif name == "truncated":
        exchange.cut_at = len(reply.body) * 3 // 5
    elif name == "answer-lost":
        exchange.reset = True
    elif name == "wrong-content-type":
        return Reply(reply.status, "text/html; charset=utf-8", reply.body, reply.headers)
    return reply


def _seconds(argument: str, seed: int) -> float:
    low, _, high = argument.partition("-")
    return random.Random(seed).uniform(float(low), float(high or low))  # noqa: S311 - jitter, seeded so that it repeats
