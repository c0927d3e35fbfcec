"""A mock in this process, without a socket, for the suite to judge; cheap enough to make one per impostor."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask

from mockpars.contract.library import Library
from mockpars.contract.messages import Message
from mockpars.contract.targets.base import Answer
from mockpars.contract.targets.mock import DEFAULT_CLOCK, MockTarget
from mockpars.settings import load
from mockpars.web.app import create_app
from mockpars.web.doorway import Exchange
from mockpars.world import open_world

BASE = "http://impostor"


class WsgiClient:
    """Speaks to a WSGI application as HttpClient speaks to a server."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._lock = threading.Lock()

    def send(self, base: str, message: Message) -> list[Answer]:
        """The answers to a message; what goes out at once goes out one after the other."""
        path = urlsplit(base).path + message.path
        headers = dict(message.headers)
        return [
            self._ask(message.method, path, urlencode(message.query), headers, message.body)
            for _ in range(message.at_once)
        ]

    def call(self, method: str, url: str, json_body: Any = None, token: str = "") -> Answer:
        """A JSON call, for the control API."""
        parts = urlsplit(url)
        body = None if json_body is None else json.dumps(json_body).encode()
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        return self._ask(method, parts.path, parts.query, headers, body)

    def close(self) -> None:
        """Nothing is open."""

    def _ask(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        sent = {name.lower(): value for name, value in headers.items()}
        data = body or b""
        if sent.pop("content-encoding", "") == "gzip":
            try:
                data = gzip.decompress(data)
            except (OSError, EOFError) as error:  # the doorway, which is not here, refuses that
                return Answer(0, {}, b"", 0.0, path, str(error))
        path, _, own_query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": quote(path, safe="/%:@!$&'()*+,;=~-._").encode().decode("latin-1"),
            "QUERY_STRING": query or own_query,
            "SERVER_NAME": "impostor",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(data),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "mockpars.exchange": Exchange(),
        }
        for name, value in sent.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        status: list[Any] = []

        def start(line: str, answered: list[tuple[str, str]], failure: Any = None) -> Any:
            status[:] = [int(line.split(" ")[0]), {name.lower(): value for name, value in answered}]
            return lambda data: None

        started = time.perf_counter()
        with self._lock:
            pieces = self._app(environ, start)
            content = b"".join(pieces)
            if hasattr(pieces, "close"):
                pieces.close()
        return Answer(status[0], status[1], content, time.perf_counter() - started, f"{BASE}{path}")


class InProcessMock(MockTarget):
    """The mock, with whatever was changed in its modules before this is made."""

    workers = 1

    def __init__(self, library: Library, wrap: Any = None) -> None:
        super().__init__(BASE, library, "imp")
        self.world = open_world(load(Namespace(ephemeral="true", clock=DEFAULT_CLOCK), {}), grouped=False)
        app: Flask = create_app(self.world)
        self.client = WsgiClient(wrap(app) if wrap else app)  # type: ignore[assignment]  # it has the same methods

    def close(self) -> None:
        """Lets go of the store."""
        self.world.store.close()
