"""A stand-in for ACCME's sandbox: a mock behind a doorman who changes the shape of every answer.

The doorman knows no control API, and can lose answers, redirect, or change what is said.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What our answers are called there: other elements, other words, another namespace, no integer of .NET.
_NAMES = {
    "Result": "SubmissionStatus",
    "CreditId": "CreditIdentifier",
    "AccmeActivityID": "ParsActivityId",
    "Code": "ErrorNumber",
    "Message": "ErrorText",
    "Status": "RecordStatus",
    "Deliveries": "BoardStatuses",
    "Delivery": "BoardStatus",
    "LearnerRecord": "LearnerRecordResult",
    "int": "LearnerMatchResult",
}
_WORDS = {"Accepted": "Success", "Rejected": "Failed"}
_OURS = ("http://schemas.datacontract.org/2004/07/BLL.Service", "http://schemas.microsoft.com/2003/10/Serialization/")


def reshaped(body: str) -> str:
    """An answer of the mock in the stand-in's own shape."""
    for name, other in _NAMES.items():
        body = re.sub(rf"(</?){name}(?=[\s/>])", rf"\g<1>{other}", body)
    for word, other in _WORDS.items():
        body = body.replace(f"<SubmissionStatus>{word}<", f"<SubmissionStatus>{other}<")
    for uri in _OURS:
        body = body.replace(uri, "urn:pars:sandbox")
    return body


Sabotage = Callable[[str, bytes, tuple[int, bytes]], tuple[int, bytes] | None]
"""Path, body sent, status and body of the answer: what is answered instead, or None for no answer at all."""


class StandIn:
    """Use as a context manager; `url` is its base URL. `seen` counts requests; `sabotage` may change an answer."""

    def __init__(self) -> None:
        self.restore_doorman()

    def restore_doorman(self) -> None:
        """Answers as the mock behind does, in the other shape; forgets what was seen."""
        self.seen: list[tuple[str, str]] = []
        self.sabotage: Sabotage = lambda path, sent, answer: answer
        self.redirect_to: str | None = None

    def restore(self) -> None:
        """The doorman as he was, and the mock behind fresh from its seed."""
        self.restore_doorman()
        url = f"{self.behind}/_mockpars/sandboxes/default/reset"
        request = urllib.request.Request(url, b"", {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=10):
            pass

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "mockpars", "serve", "--ephemeral", "--port", "0", "--host", "127.0.0.1"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.behind = self._process.stdout.readline().strip()
        handler = type("Handler", (_Handler,), {"standin": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """The mock's answer: status, headers, body."""
        hop = ("host", "connection", "content-length", "transfer-encoding")
        kept = {name: value for name, value in headers.items() if name.lower() not in hop}
        request = urllib.request.Request(self.behind + path, data=body or None, headers=kept, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, dict(answer.headers.items()), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers.items()), error.read()

    def held(self) -> dict[str, Any]:
        """How many activities and learner records the mock behind holds that are not deleted."""
        with urllib.request.urlopen(f"{self.behind}/_mockpars/sandboxes/default", timeout=10) as answer:
            held: dict[str, Any] = json.load(answer)["held"]
            return held


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece, or every answer waits for an acknowledgement

    def do_POST(self) -> None:
        self._answer()

    do_GET = do_PUT = do_DELETE = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _answer(self) -> None:
        body = self._body()
        if self.path.startswith("/_mockpars"):
            self._send(404, {"Content-Type": "text/html"}, b"<html>The resource cannot be found.</html>")
            return
        self.standin.seen.append((self.path, body.decode("utf-8", "replace")))
        if self.standin.redirect_to:
            self._send(302, {"Location": self.standin.redirect_to}, b"")
            return
        status, headers, said = self.standin.forward(self.command, self.path, dict(self.headers.items()), body)
        changed = self.standin.sabotage(self.path, body, (status, reshaped(said.decode()).encode()))
        if changed is None:  # the answer is lost
            self.close_connection = True
            return
        passed = ("content-type", "allow", "www-authenticate")
        kept = {name: value for name, value in headers.items() if name.lower() in passed}
        self._send(changed[0], kept, changed[1])

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
