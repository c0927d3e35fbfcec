"""Servers started for the tests as people start them, and a client that speaks plain HTTP to them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import NOW, XML, Answer, path_of, sample

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds after which a test gives up on a server."""


@dataclass
class Server:
    """A running `mockpars serve`."""

    process: subprocess.Popen[str]
    base: str

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        parts = urlsplit(self.base)
        return parts.hostname or "", parts.port or 0

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own; header names are written with underscores."""
        connection = HTTPConnection(*self.address, timeout=PATIENCE)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def post(self, operation: str, body: str | None = None, sandbox: str | None = None, **headers: str) -> Answer:
        """POSTs a message: the reference's sample without one."""
        data = (sample(operation) if body is None else body).encode()
        return self.request("POST", path_of(operation, sandbox), data, Content_Type=XML, **headers)

    def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """A call of the control API: status and what its JSON says."""
        data = None if body is None else json.dumps(body).encode()
        answer = self.request(method, f"/_mockpars/{path}", data, Content_Type="application/json")
        return answer.status, json.loads(answer.body) if answer.body else None

    def advance(self, by: str, sandbox: str = "default") -> Any:
        """Moves a sandbox's clock."""
        status, told = self.control("POST", f"sandboxes/{sandbox}/clock/advance", {"by": by})
        assert status == 200, told
        return told

    def create(self, name: str) -> None:
        """Makes a sandbox."""
        status, told = self.control("POST", "sandboxes", {"name": name})
        assert status == 201, told

    def raw(self, *pieces: bytes) -> bytes:
        """Bytes as they are, in as many sends; what comes back until the server closes."""
        with socket.create_connection(self.address, timeout=PATIENCE) as connection:
            for piece in pieces:
                connection.sendall(piece)
            received = bytearray()
            while piece := connection.recv(65536):
                received += piece
        return bytes(received)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


def start(*flags: str, program: tuple[str, ...] = ("-m", "mockpars"), **variables: str) -> Server:
    """Starts `mockpars serve` on a free port; its first line on standard output is where it is."""
    command = [sys.executable, *program, "serve", "--port", "0", *flags]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKPARS_")} | variables
    process = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    base = process.stdout.readline().strip()
    if not base:
        process.wait(PATIENCE)
        raise RuntimeError(f"mockpars serve ended with exit code {process.returncode}")
    return Server(process, base)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests; each uses a sandbox of its own, or the default one if it is about that."""
    started = start("--ephemeral", "--clock", NOW, "--max-body", "8MiB")
    yield started
    started.stop(signal.SIGKILL)


@pytest.fixture
def starting() -> Iterator[Callable[..., Server]]:
    """Starts servers of a test's own and sees to it that none is left."""
    started: list[Server] = []

    def make(*flags: str) -> Server:
        started.append(start(*flags))
        return started[-1]

    yield make
    for entry in started:
        entry.stop(signal.SIGKILL)


@pytest.fixture
def sandbox(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a fresh sandbox, gone after the test."""
    name = f"t{abs(hash(request.node.nodeid)):x}"[:40]
    server.create(name)
    yield name
    server.control("DELETE", f"sandboxes/{name}")
