"""Sending a Message over HTTP: as it stands, without following redirects, without the environment's netrc."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from mockpars.contract.messages import Message
from mockpars.contract.targets.base import Answer

_AGENT = "mockpars-contract"


class HttpClient:
    """Keeps a connection per thread. `timeout` in seconds; `proxies` as the environment says if wanted."""

    def __init__(self, timeout: float = 30.0, *, proxied: bool = False) -> None:
        self._timeout = timeout
        self._proxied = proxied
        self._local = threading.local()
        self._sessions: list[requests.Session] = []

    def send(self, base: str, message: Message) -> list[Answer]:
        """The answers to a message; several when it goes out at once."""
        if message.at_once == 1:
            return [self._one(base, message)]
        barrier = threading.Barrier(message.at_once)

        def together(_: int) -> Answer:
            barrier.wait(timeout=10)
            return self._one(base, message)

        with ThreadPoolExecutor(message.at_once) as pool:
            return list(pool.map(together, range(message.at_once)))

    def call(self, method: str, url: str, json: Any = None, token: str = "") -> Answer:
        """A JSON call, for the control API."""
        headers = {"User-Agent": _AGENT, **({"Authorization": f"Bearer {token}"} if token else {})}
        return self._perform(requests.Request(method, url, headers=headers, json=json), {})

    def close(self) -> None:
        """Closes the connections."""
        for session in self._sessions:
            session.close()

    def _one(self, base: str, message: Message) -> Answer:
        body: Any = message.body
        if message.chunked and message.body is not None:
            body = _pieces(message.body)
        headers = {"User-Agent": _AGENT, **dict(message.headers)}
        request = requests.Request(
            message.method, base + message.path, headers=headers, data=body, params=message.query or None
        )
        return self._perform(request, dict(message.headers))

    def _perform(self, request: requests.Request, exact: dict[str, str]) -> Answer:
        session = self._session()
        prepared = session.prepare_request(request)
        prepared.headers.update(exact)
        url = prepared.url or ""
        proxies = requests.utils.get_environ_proxies(url) if self._proxied else {}
        started = time.perf_counter()
        try:
            response = session.send(prepared, timeout=self._timeout, allow_redirects=False, proxies=proxies)
        except requests.RequestException as error:
            return Answer(0, {}, b"", time.perf_counter() - started, url, _why(error))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, response.content, time.perf_counter() - started, url)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            self._sessions.append(session)
        return session


def _pieces(body: bytes, size: int = 512) -> Iterator[bytes]:
    yield from (body[start : start + size] for start in range(0, len(body), size))


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return f"no answer: {type(error).__name__}"
