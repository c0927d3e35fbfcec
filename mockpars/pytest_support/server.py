"""The server behind the fixtures: one that runs already, or one of our own; and calls to its control API."""

from __future__ import annotations

import http.client
import json
import os
import subprocess  # the server is a process of its own, as in production
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

_START_SECONDS = 30.0
_CALL_SECONDS = 30.0


class ControlError(Exception):
    """The control API refused a call, or there is no server; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its base URL, with the token of its control API if it asks for one."""

    url: str
    token: str = ""

    def call(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Any:
        """A call to the control API: JSON in, JSON out. Raises ControlError."""
        target = path + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        content = None
        if method != "GET":
            headers["Content-Type"] = "application/json"
            content = json.dumps(body or {}).encode()
        status, _, answer = self.send(method, target, content, headers)
        found = json.loads(answer) if answer else None
        if status >= 400:
            raise ControlError(_refusal(method, path, status, found))
        return found

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Any request below the base URL. Raises ControlError when there is no answer."""
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_CALL_SECONDS)
        try:
            connection.request(method, parts.path + path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ControlError(
                f"There is no answer from mockpars at {self.url}: {str(error) or type(error).__name__}"
            ) from None
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[Server]:
    """The server at MOCKPARS_URL (its token in MOCKPARS_TOKEN), or else one that ends with this context."""
    url = os.environ.get("MOCKPARS_URL", "").rstrip("/")
    if url:
        server = Server(url, os.environ.get("MOCKPARS_TOKEN", ""))
        server.call("GET", "/_mockpars/ready")
        yield server
        return
    with started() as server:
        yield server


@contextmanager
def started(*flags: str) -> Iterator[Server]:
    """A server of our own that keeps nothing, with further flags of `mockpars serve`; it ends with this context."""
    command = [sys.executable, "-m", "mockpars", "serve", "--ephemeral", "--port", "0", "--log-format", "text", *flags]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCKPARS_")}
    with subprocess.Popen(  # noqa: S603 - our own module, with arguments written here
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=clean, text=True
    ) as process:
        try:
            yield Server(_first_line(process))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _first_line(process: subprocess.Popen[str]) -> str:
    """The base URL, which is all of the first line; later lines are read and dropped, so that the pipe never fills."""
    found: list[str] = []
    started = threading.Event()

    def drain() -> None:
        # Our own reference: the pipe closes when the process ends, and then so does this thread.
        if process.stdout is not None:
            for line in process.stdout:
                found[:] = found or [line.strip()]
                started.set()
        started.set()

    threading.Thread(target=drain, name="mockpars output", daemon=True).start()
    started.wait(_START_SECONDS)
    if not found or not found[0].startswith("http"):
        raise ControlError(f"mockpars serve did not start within {_START_SECONDS:.0f} s; see its words above.")
    return found[0]


def _refusal(method: str, path: str, status: int, body: Any) -> str:
    error = body.get("error", {}) if isinstance(body, dict) else {}
    details = "".join(
        f"\n  {entry.get('field')}: {entry.get('problem')}"
        + (f" (expected: {entry['expected']})" if entry.get("expected") else "")
        for entry in error.get("details", [])
    )
    return (
        f"{method} {path} answered {status}: {error.get('reason', 'no reason given')} {error.get('fix', '')}{details}"
    )
