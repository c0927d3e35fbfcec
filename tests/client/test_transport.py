"""TLS, redirects, endless answers, Retry-After: what a served sandbox does not do to a client."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from mockpars.client import ClientSettings, Fault, Learner, NoAnswer, ParsClient, Unreadable
from mockpars.client.patience import Patience
from mockpars.client.transport import Transport, _retry_after

LEARNER = Learner("James", "Holloway", date(1975, 3, 22), "1234567890")
Answering = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], ParsClient]]:
    """Makes a client of a server that answers as it is told."""
    servers: list[HTTPServer] = []

    def make(answering: Answering) -> ParsClient:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                answering(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        settings = ClientSettings("user", "word", "0008273", url, url, timeout=2)
        return ParsClient(settings, patience=Patience(attempts=2, sleep=lambda _: None))

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def _answer(status: int, body: bytes, **headers: str) -> Answering:
    def answering(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answering


def test_a_redirect_is_not_followed(serve: Callable[[Answering], ParsClient]) -> None:
    with serve(_answer(302, b"", Location="http://127.0.0.1:1/")) as client, pytest.raises(Fault, match="redirect"):
        client.match(LEARNER)


def test_a_document_type_in_an_answer_is_refused(serve: Callable[[Answering], ParsClient]) -> None:
    with serve(_answer(200, b"<!DOCTYPE int><int>1</int>")) as client, pytest.raises(Unreadable, match="document type"):
        client.match(LEARNER)


def test_an_answer_that_is_too_large_is_not_read(
    serve: Callable[[Answering], ParsClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockpars.client.transport._MOST_BYTES", 1000)
    with serve(_answer(200, b"<int>" + b" " * 5000 + b"1</int>")) as client, pytest.raises(NoAnswer, match="larger"):
        client.match(LEARNER)


def test_a_bare_404_is_no_word_of_pars(serve: Callable[[Answering], ParsClient]) -> None:
    with serve(_answer(404, b"<html>Not found</html>")) as client, pytest.raises(Fault):
        client.status_by_credit("ccid:x:1")


@pytest.mark.parametrize(("value", "seconds"), [("30", 30.0), ("", None), ("soon", None), ("-3", None)])
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert _retry_after({"Retry-After": value}) == seconds


def test_retry_after_as_a_date() -> None:
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    assert 15 < (_retry_after({"Retry-After": value}) or 0) <= 20


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    session = requests.Session()
    settings = ClientSettings("user", "word", "0008273", "https://localhost", "https://localhost")
    Transport(settings, session)
    manager = session.get_adapter("https://localhost").poolmanager  # type: ignore[attr-defined]  # untyped there
    context = manager.connection_pool_kw["ssl_context"]
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    session.close()
