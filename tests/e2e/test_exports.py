"""A long download from the studio, and clients of PARS that do not have to wait for its end."""

from __future__ import annotations

import io
import socket
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import PATIENCE, Server
from tests.support import PEOPLE, activities, activity, by_credit, learners, record

pytestmark = pytest.mark.served

RECORDS = 3_000
ANSWERS = 5
"""Far fewer than fit between the slices of a download: none would if it were made in one go."""


def _fill(server: Server, sandbox: str) -> int:
    """Submits completions, and returns how many were accepted: not every physician has given consent."""
    plain = [person for key, person in PEOPLE.items() if key.startswith("PH-") and person.licences]
    names = [f"EXPORT-{number}" for number in range(RECORDS // len(plain) + 1)]
    server.post("SaveActivity", activities(*(activity(name) for name in names)), sandbox)
    accepted = 0
    for name in names:
        entries = [record(person, activity=None, provider_activity=name) for person in plain]
        accepted += server.post("SaveLearnerActivity", learners(*entries), sandbox).verdicts.count("Accepted")
    return accepted


def _download(server: Server, sandbox: str, kind: str) -> tuple[bytes, int]:
    """The whole answer, and how many answers of PARS came between its first byte and its last."""
    with ThreadPoolExecutor(1) as client, socket.create_connection(server.address, timeout=PATIENCE) as connection:
        path = f"/_mockpars/studio/{sandbox}/learners.{kind}"
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        received = bytearray(connection.recv(1))
        rest = client.submit(_read_all, connection)
        answers = 0
        while not rest.done():
            status = server.post("GetLearnerStatusByCreditId", by_credit("ccid:mockpars:100000001"), sandbox)
            assert status.one("Status") == "Submitted"
            answers += not rest.done()
        return bytes(received + rest.result()), answers


def _read_all(connection: socket.socket) -> bytes:
    received = bytearray()
    while piece := connection.recv(65536):
        received += piece
    return bytes(received)


def _unchunked(answer: bytes) -> bytes:
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head.lower()
    body = bytearray()
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    return bytes(body)


def test_pars_answers_while_all_learners_are_downloaded(server: Server, sandbox: str) -> None:
    """CSV and XLSX of some thousand records; both are whole."""
    records = _fill(server, sandbox)
    assert records > RECORDS * 0.9
    whole, answers = _download(server, sandbox, "csv")
    lines = _unchunked(whole).count(b"\r\n")
    assert lines == 1 + records
    assert answers >= ANSWERS
    whole, answers = _download(server, sandbox, "xlsx")
    with zipfile.ZipFile(io.BytesIO(_unchunked(whole))) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<row ") == lines
    assert answers >= ANSWERS
