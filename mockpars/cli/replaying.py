"""Replaying a ticket: the sandbox it speaks of, its message filled in again, and its verdict beside the new one."""

from __future__ import annotations

import base64
import http.client
import re
import secrets
from datetime import date
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.pytest_support.server import ControlError, Server
from mockpars.web.tickets import births
from mockpars.web.tickets.bundle import BadTicket
from mockpars.web.tickets.making import ANSWERED, CUT, NOTHING, told_of
from mockpars.wire import masked
from mockpars.wire.redact import MASK

_USER, _PASSWORD = "replay@example.org", "as the ticket was sent"
_WRONG = {"right": "", "missing": "", "wrong": "not the one"}
_SECONDS = 30.0
_SOON = {"latency": "latency:0.2", "timeout": "timeout:0.2"}
"""Faults that take their time take less of it: the verdict is the same."""
_NOT_SENT_AGAIN = frozenset({"Authorization", "Content-Encoding", "Transfer-Encoding"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)")


class Replay:
    """A fresh sandbox on a server, in which a ticket is replayed; gone afterwards, unless it is kept."""

    def __init__(self, server: Server, ticket: dict[str, Any], *, own: bool, keep: bool = False) -> None:
        self._server, self._ticket, self._own = server, ticket, own
        self._keep = keep or own
        self._name = f"replay-{secrets.token_hex(4)}"
        self._path = f"/_mockpars/sandboxes/{self._name}"
        self._on_file: dict[str, date] = {}
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        """Makes the sandbox. Raises BadTicket where the server refuses what the ticket says it held."""
        self._learn_dates()
        ground = dict(self._ticket["ground"])
        clock, provider = ground.pop("clock"), ground.pop("provider_id")
        ground["armed"] = [{**entry, "scenario": _soon(entry["scenario"])} for entry in ground["armed"]]
        ground["physicians"] = [self._physician(entry) for entry in ground["physicians"]]
        account = {"user": _USER, "password": _PASSWORD} | ({} if self._own else {"provider_id": provider})
        body = {"name": self._name, "ttl": "PT1H", "clock": clock, **account, "ground": ground}
        try:
            self._server.call("POST", "/_mockpars/sandboxes", body)
        except ControlError as error:
            raise BadTicket(f"What this ticket says the sandbox held cannot be laid again. {error}") from None
        if self._ticket["environment"]["strict_auth"] and not self._own:
            self.notes.append("The ticket's server required HTTP Basic; whether this one does is up to it.")
        if self._keep and not self._own:
            self.notes.append(f"The sandbox stays for an hour: {self._server.url}/_mockpars/studio/{self._name}/")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the sandbox, unless it is kept or goes with its server."""
        if not self._keep:
            self._server.call("DELETE", self._path)

    def send(self) -> list[tuple[str, str]]:
        """Sends the message, and tells the verdict line by line."""
        endpoint, headers = self._ticket["endpoint"], self._headers()
        found = self._ticket["request"]["births"]
        born = births.fill_in(found[0], self._on_file) if found else ""
        query = masked.fill_query(endpoint["query"], born)
        _, _, tail = endpoint["path"].partition("/services/")
        path = f"/sandboxes/{self._name}/services/{tail}" + (f"?{query}" if query else "")
        status, received = self._exchange(endpoint["method"], path, self._body(headers), headers)
        exchanges = self._server.call("GET", f"{self._path}/journal", query={"limit": "1"})["exchanges"]
        if not exchanges:
            return told_of(status, "not in the journal", None, received or "", NOTHING if received is None else None)
        kept = self._server.call("GET", f"{self._path}/journal/{exchanges[0]['id']}")
        seen = _seen(endpoint["method"], received, kept["response"])
        return told_of(kept["status"], kept["outcome"], kept["fault"], kept["response"], seen)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str | None]:
        """Status and text of the answer; None where the connection was closed without one."""
        parts = urlsplit(self._server.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            connection.request(method, parts.path + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def _learn_dates(self) -> None:
        """The dates of birth on file where the ticket is replayed; those of its own physicians are made up."""
        own = {entry["id"]: entry["born_as"] for entry in self._ticket["ground"]["physicians"]}
        for number, name in enumerate(sorted({entry for entry in own.values() if entry in own})):
            self._on_file[name] = births.invented(number)
        for name in sorted((births.whose(self._ticket["request"]["births"]) | set(own.values())) - set(own)):
            try:
                found = self._server.call("GET", f"/_mockpars/sandboxes/default/physicians/{name}")
            except ControlError as error:
                raise BadTicket(f"The ticket speaks of {name}, whom this seed does not have. {error}") from None
            self._on_file[name] = date.fromisoformat(found["date_of_birth"])
        for name, born_as in own.items():
            self._on_file[name] = self._on_file[born_as]

    def _physician(self, entry: dict[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in entry.items() if name not in ("born_as", "persona")}
        return {**known, "date_of_birth": self._on_file[entry["id"]].isoformat()}

    def _headers(self) -> dict[str, str]:
        """Those that were sent. Scenarios are armed instead, unless an unknown one was the matter."""
        sent = {entry["name"]: entry["value"] for entry in self._ticket["request"]["headers"]}
        if not any(error["code"] == "Scenario" for error in self._ticket.get("errors", ())):
            sent.pop("X-Mockpars-Scenario", None)
        basic = self._ticket["request"]["credentials"]["basic"]
        kind = sent.get("Authorization", "Basic").split(" ")[0]
        pair = f"{_USER}:{_PASSWORD}" if basic == "right" else "nobody:not the one"
        kept = {name: value for name, value in sent.items() if name not in _NOT_SENT_AGAIN}
        if basic != "none":
            kept["Authorization"] = f"{kind} {base64.b64encode(pair.encode()).decode()}"
        return kept

    def _body(self, headers: dict[str, str]) -> bytes | None:
        text = masked.fill(self._ticket["request"]["body"], self._value)
        if not text:
            return None if self._ticket["endpoint"]["method"] in ("GET", "HEAD") else b""
        return _encoded(text, headers.get("Content-Type", ""), self._ticket.get("errors", ()))

    def _value(self, name: str, which: int) -> str:
        told = self._ticket["request"]
        if name.lower() in ("user", "password"):
            state = told["credentials"][name.lower()]
            return {"user": _USER, "password": _PASSWORD}[name.lower()] if state == "right" else _WRONG[state]
        return births.fill_in(told["births"][which], self._on_file) if which < len(told["births"]) else MASK


def compare(ticket: dict[str, Any], said: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """What the ticket and the replay tell differently: about what, the ticket's words, the replay's."""
    before = {entry["about"]: entry["said"] for entry in ticket["verdict"]["told"]}
    now = dict(said)
    nothing = "nothing of the kind"
    return [
        (about, before.get(about, nothing), now.get(about, nothing))
        for about in dict.fromkeys((*before, *now))
        if before.get(about) != now.get(about)
    ]


def _seen(method: str, received: str | None, kept: str) -> str:
    if received is None:
        return NOTHING
    return CUT if method != "HEAD" and len(received) < len(kept) else ANSWERED


def _soon(name: str) -> str:
    kind = name.partition(":")[0]
    return _SOON.get(kind, name) if kind in CATALOGUE_OF_SCENARIOS else name


def _encoded(text: str, content_type: str, errors: Any) -> bytes:
    """In the encoding that it declares, unless a false declaration was what was wrong with it."""
    declared = _CHARSET.search(content_type) or _DECLARED.match(text)
    if declared is None or any(error["code"] == "Encoding" for error in errors):
        return text.encode("utf-8", "replace")
    try:
        return text.encode(declared[1], "replace")
    except LookupError:
        return text.encode("utf-8", "replace")
