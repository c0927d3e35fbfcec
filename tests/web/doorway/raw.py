"""A tiny application behind the doorway, served in a process of its own, and raw sockets to talk to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[3]
MAX_BODY = 100_000
BODY_TIMEOUT = 1.0
HEAD_TIMEOUT = 1.5
IDLE_TIMEOUT = 1.0

# Answers with what it was asked, as JSON; the query says what to ask of the doorway.
TINY_APP = f"""
import json, sys
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl
from mockpars.web import connection
from mockpars.web.bodies import Limits
from mockpars.web.doorway import refuse_in_xml
from mockpars.web.server import TlsFiles, run
from mockpars.web.wsgi import run_wsgi

connection.HEAD_TIMEOUT = {HEAD_TIMEOUT}
if "--impatient" in sys.argv:
    connection.IDLE_TIMEOUT = {IDLE_TIMEOUT}
flushes = ran = 0
refusals = []

async def pieces(breaks=False):
    for n in range(3):
        yield b"piece %d;" % n
    if breaks:
        raise RuntimeError("no more of it")

def app(environ, start_response):
    global ran
    ran += 1
    body = environ["wsgi.input"].read()
    exchange = environ["mockpars.exchange"]
    wishes = dict(parse_qsl(environ["QUERY_STRING"]))
    for name in ("delay", "never_answer"):
        if name in wishes:
            setattr(exchange, name, float(wishes[name]))
    if "uncommitted" in wishes:
        exchange.pledge = flush
    for name in ("reset", "cut_connection"):
        if name in wishes:
            setattr(exchange, name, True)
    if "cut_at" in wishes:
        exchange.cut_at = int(wishes["cut_at"])
    if "stream" in wishes:
        exchange.stream = pieces(wishes["stream"] == "broken")
    if "raise" in wishes:
        raise RuntimeError("the application has a bug")
    shown = {{key: value for key, value in environ.items() if isinstance(value, str)}}
    shown.update(body=body.decode("latin-1"), flushes=flushes, ran=ran, refusals=refusals)
    answer = b"x" * int(wishes["size"]) if "size" in wishes else json.dumps(shown).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    if "header" in wishes:
        headers.append(("X-Wish", wishes["header"]))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer]

def flush():
    global flushes
    flushes += 1
    if "--disk-full" in sys.argv:
        raise OSError("no space left on device")

def refuse(environ, refusal):
    refusals.append([environ["PATH_INFO"], refusal.status, refusal.code])
    return refuse_in_xml(environ, refusal)

tls = None
if "--tls" in sys.argv:
    folder = Path(sys.argv[sys.argv.index("--tls") + 1])
    tls = TlsFiles(folder / "cert.pem", folder / "key.pem", ready=lambda port: print(port, flush=True))
host = "::1" if "--ipv6" in sys.argv else "127.0.0.1"
run(partial(run_wsgi, app), host, 0, Limits({MAX_BODY}, {BODY_TIMEOUT}), lambda port: print(port, flush=True), tls,
    refuse=refuse, grace=1.0)
print("stopped in good order", flush=True)
"""


@dataclass
class Served:
    """A served application: its process and its port on the machine itself."""

    process: subprocess.Popen[str]
    port: int
    host: str = "127.0.0.1"

    def connect(self) -> socket.socket:
        """Open a connection that gives up after ten seconds."""
        return socket.create_connection((self.host, self.port), timeout=10)

    def send(self, request: bytes) -> Answer:
        """Send bytes on a fresh connection and read one answer."""
        with self.connect() as connection:
            connection.sendall(request)
            return read_answer(connection)

    def get(self, path: str) -> Answer:
        """GET a path on a fresh connection."""
        return self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def post(self, body: bytes, *headers: str, path: str = "/") -> Answer:
        """POST a body with a true Content-Length."""
        return self.send(message(body, *headers, path=path))


@dataclass
class Answer:
    """An answer as read from the wire; ``whole`` is false when the connection ended within its body."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    @property
    def json(self) -> dict[str, Any]:
        """Return what the tiny application saw."""
        seen: dict[str, Any] = json.loads(self.body)
        return seen

    @property
    def fault(self) -> str:
        """Return the code of the Fault in the body, which also has a reason and a fix."""
        namespace = "{http://schemas.datacontract.org/2004/07/BLL.Service}"
        root = ET.fromstring(self.body)  # noqa: S314 - our own server wrote it
        assert root.tag == f"{namespace}Fault"
        assert root.findtext(f"{namespace}Reason")
        assert root.findtext(f"{namespace}Fix")
        return root.findtext(f"{namespace}Code") or ""


def message(body: bytes, *headers: str, path: str = "/", length: int | None = None) -> bytes:
    """Return a POST request; without a length given, Content-Length is the true one."""
    length = len(body) if length is None else length
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(*chunks: bytes) -> bytes:
    """Return a chunked POST request."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def read_answer(connection: socket.socket, *, head: bool = False) -> Answer:
    """Read one answer, or what there is of it; past any 100 Continue."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        if status == 100:
            return read_answer(connection)
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(stream.readline() or b"0", 16):
                body += stream.read(size)
                stream.readline()
            return Answer(status, headers, body, True)
        length = 0 if head else int(headers.get("content-length", 0))
        body = stream.read(length)
        return Answer(status, headers, body, len(body) == length)


@contextmanager
def serving(*flags: str) -> Iterator[Served]:
    """Serve the tiny application, and see to it that nothing is left of it."""
    process = subprocess.Popen(
        [sys.executable, "-c", TINY_APP, *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Served(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()
