"""One call over HTTP: TLS 1.2 or newer, time-outs, bounded answers, and what kind of trouble there was."""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from xml.etree.ElementTree import Element  # the type of what answers.py has parsed

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from mockpars.client.answers import NotAnAnswer, parse, read_fault
from mockpars.client.errors import Fault
from mockpars.client.exchange import Exchange, blank_credentials
from mockpars.client.settings import ClientSettings

log = logging.getLogger("mockpars.client")

_MOST_BYTES = 16 * 1024 * 1024
_HEADERS = {
    "Content-Type": "application/xml; charset=utf-8",
    "Accept": "application/xml",
    "User-Agent": "mockpars-client",
}
_T = TypeVar("_T")


@dataclass
class Trouble(Exception):
    """A call without a usable answer. `sent` is whether PARS may have seen the message at all."""

    message: str
    sent: bool = True
    http_status: int | None = None
    retry_after: float | None = None
    unreadable: bool = False
    hopeless: bool = False

    @property
    def had_no_effect(self) -> bool:
        """Whether PARS certainly did nothing: it was never reached, or its gateway turned the message away (429)."""
        return not self.sent or self.http_status == 429


class Transport:
    """Sends messages, one at a time, with the account's HTTP Basic credentials."""

    def __init__(self, settings: ClientSettings, session: requests.Session | None = None) -> None:
        self._settings = settings
        self._session = session or requests.Session()
        self._session.mount("https://", _Tls12Adapter())
        self._session.auth = HTTPBasicAuth(settings.user.encode(), settings.password.encode())
        self.last_exchange: Exchange | None = None

    def call(self, operation: str, service_url: str, message: bytes, read: Callable[[Element], _T]) -> _T:
        """Sends once and reads the answer. Raises Trouble, or Fault where the request itself was refused."""
        url = f"{service_url}/{operation}"
        started = time.monotonic()
        try:
            status, headers, body = self._post(url, message)
        except Trouble as trouble:
            self._keep(Exchange(operation, url, blank_credentials(message), None, trouble.message), started)
            raise
        self._keep(
            Exchange(operation, url, blank_credentials(message), status, body.decode("utf-8", "replace")), started
        )
        if status != 200:
            raise _refusal(operation, status, headers, body)
        try:
            return read(parse(body))
        except NotAnAnswer as error:
            raise Trouble(f"the answer cannot be used: {error}", http_status=status, unreadable=True) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._session.close()

    def _keep(self, exchange: Exchange, started: float) -> None:
        self.last_exchange = exchange
        # Neither messages nor answers: they name people.
        seen = exchange.http_status or "no answer"
        log.info("%s: %s in %.0f ms", exchange.operation, seen, (time.monotonic() - started) * 1000)

    def _post(self, url: str, message: bytes) -> tuple[int, Any, bytes]:
        timeout = (self._settings.connect_timeout, self._settings.timeout)
        deadline = time.monotonic() + self._settings.connect_timeout + self._settings.timeout
        try:
            with self._session.post(
                url, data=message, headers=_HEADERS, timeout=timeout, stream=True, allow_redirects=False
            ) as answer:
                return answer.status_code, answer.headers, _read(answer, deadline)
        except requests.RequestException as error:
            # From None: the request that an exception of this library carries has our credentials in its headers.
            raise _explain(error) from None


def _read(answer: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(64 * 1024):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Trouble(f"the answer is larger than {_MOST_BYTES} bytes", http_status=answer.status_code)
        if time.monotonic() > deadline:
            raise Trouble("the answer took too long to arrive", http_status=answer.status_code)
    return bytes(body)


def _explain(error: requests.RequestException) -> Trouble:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Trouble("the server's certificate is not trusted", sent=False, hopeless=True)
    if any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return Trouble("PARS cannot be reached", sent=False)
    if isinstance(error, requests.Timeout):
        return Trouble("no answer in time")
    return Trouble(f"the connection broke ({type(error).__name__})")


def _causes(error: object) -> list[BaseException]:
    """An exception with everything it wraps; the libraries below wrap in several ways."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        this = waiting.pop()
        if isinstance(this, BaseException) and this not in found:
            found.append(this)
            waiting += [this.__cause__, this.__context__, getattr(this, "reason", None), *this.args]
    return found


def _refusal(operation: str, status: int, headers: Any, body: bytes) -> Trouble | Fault:
    fault = read_fault(operation, status, body)
    if status == 429:
        return Trouble("PARS asks for patience (429)", http_status=429, retry_after=_retry_after(headers))
    if status >= 500 or status == 408:
        reason = f": {fault.reason}" if fault else ""
        return Trouble(
            f"PARS or its gateway failed ({status}){reason}", http_status=status, retry_after=_retry_after(headers)
        )
    if fault is not None:
        return fault
    reason = "a redirect is never followed, since credentials would go with it" if status < 400 else "no reason given"
    return Fault(operation, status, "", reason)


def _retry_after(headers: Any) -> float | None:
    """Seconds to wait, from a number or a date."""
    value = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d{1,7}", value, re.ASCII):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


class _Tls12Adapter(HTTPAdapter):
    """An adapter that speaks nothing older than TLS 1.2 (T4)."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_context(), **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=_context(), **kwargs)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
