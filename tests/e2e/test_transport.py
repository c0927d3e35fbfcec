"""Transport against a served process: chunked, compressed, expected, oversize, racing, keep-alive."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests import support
from tests.e2e.conftest import PATIENCE, Server
from tests.support import XML, path_of, sample

pytestmark = pytest.mark.served

RACERS = 64


def _head(server: Server, operation: str, *headers: str, sandbox: str | None = None) -> bytes:
    lines = [
        f"POST {path_of(operation, sandbox)} HTTP/1.1",
        f"Host: {server.address[0]}",
        f"Content-Type: {XML}",
        "Connection: close",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_chunked_body_is_read_whole(server: Server) -> None:
    """In pieces of odd sizes, cut within letters."""
    body = sample("LearnerMatchRequest").replace("James", "Jámes").encode()
    chunks = [body[at : at + 37] for at in range(0, len(body), 37)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    answer = server.raw(_head(server, "LearnerMatchRequest", "Transfer-Encoding: chunked"), framed)
    assert b" 200 OK" in answer
    assert b">1</int>" in answer


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip"])
def test_a_compressed_body_is_read(server: Server, encoding: str) -> None:
    """Content-Encoding: gzip."""
    body = gzip.compress(sample("LearnerMatchRequest").encode())
    path = path_of("LearnerMatchRequest")
    answer = server.request("POST", path, body, Content_Type=XML, Content_Encoding=encoding)
    assert (answer.status, answer.root.text) == (200, "1")


def test_a_body_that_is_not_what_its_encoding_says_is_refused(server: Server) -> None:
    """400 with the reason."""
    path = path_of("LearnerMatchRequest")
    answer = server.request("POST", path, b"<not-gzip/>", Content_Type=XML, Content_Encoding="gzip")
    assert (answer.status, answer.codes) == (400, ["Encoding"])


def test_who_expects_100_continue_gets_it_before_the_body(server: Server) -> None:
    """curl asks for it with bodies above a kilobyte."""
    body = sample("SaveLearnerActivity").encode()
    head = _head(server, "LearnerMatchRequest", f"Content-Length: {len(body)}", "Expect: 100-continue")
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversized_body_is_413(server: Server, chunked: bool) -> None:
    """The limit is 8 MiB here; a chunked one is stopped on its way, an announced one before it starts."""
    if chunked:
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        head = _head(server, "SaveActivity", "Transfer-Encoding: chunked")
        with socket.create_connection(server.address, timeout=PATIENCE) as connection:
            connection.sendall(head)
            try:
                for _ in range(200):
                    connection.sendall(piece)
            except OSError:  # it may hang up while we still send
                pass
            received = _what_is_left(connection)
        assert received == b"" or received.startswith(b"HTTP/1.1 413 ")
    else:
        received = server.raw(_head(server, "SaveActivity", f"Content-Length: {9 << 20}"))
        assert received.startswith(b"HTTP/1.1 413 ")
        assert b"<Code>TooLarge</Code>" in received
    assert server.request("GET", "/_mockpars/ready").status == 200


def _what_is_left(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def test_a_bomb_of_gzip_is_413(server: Server) -> None:
    """A few kilobytes that become many megabytes."""
    body = gzip.compress(b"<a>" + b" " * (64 << 20))
    answer = server.request("POST", path_of("SaveActivity"), body, Content_Type=XML, Content_Encoding="gzip")
    assert (answer.status, answer.codes) == (413, ["TooLarge"])


def test_what_the_doorway_refuses_is_journaled_and_answered_in_the_language_of_its_path(
    server: Server, sandbox: str
) -> None:
    """A client's mistake must be seen, even if its body was not read; the control API speaks JSON throughout."""
    bad = {"Content_Encoding": "zstd", "Content_Type": XML}
    answer = server.request("POST", path_of("SaveLearnerActivity", sandbox), b"<x/>", **bad)
    assert (answer.status, answer.codes) == (415, ["Encoding"])
    _, told = server.control("GET", f"sandboxes/{sandbox}/journal")
    (kept,) = told["exchanges"]
    assert (kept["operation"], kept["outcome"], kept["status"]) == ("SaveLearnerActivity", "Refused", 415)
    with closing(HTTPConnection(*server.address, timeout=PATIENCE)) as connection:
        connection.request("POST", "/_mockpars/sandboxes", b"{}", {"Content-Encoding": "zstd"})
        refused = connection.getresponse()
        assert (refused.status, refused.headers.get_content_type()) == (415, "application/json")
        assert json.load(refused)["error"]["code"] == "Encoding"


def test_a_body_shorter_than_announced_is_told_so_or_dropped(server: Server, sandbox: str) -> None:
    """And nothing is stored of it."""
    body = sample("SaveActivity").encode()
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        connection.sendall(_head(server, "SaveActivity", f"Content-Length: {len(body) + 10}", sandbox=sandbox) + body)
        connection.shutdown(socket.SHUT_WR)
        received = _what_is_left(connection)
    assert b" 200 " not in received
    assert server.post("SaveLearnerActivity", None, sandbox).codes == ["302"]


def test_one_connection_carries_many_requests(server: Server) -> None:
    """Refused ones too, as long as their body was read."""
    connection = HTTPConnection(*server.address, timeout=PATIENCE)
    connection.connect()
    first = connection.sock
    for body, status in ((sample("LearnerMatchRequest"), 200), ("<", 400), (sample("LearnerMatchRequest"), 200)):
        connection.request("POST", path_of("LearnerMatchRequest"), body.encode(), {"Content-Type": XML})
        response = connection.getresponse()
        response.read()
        assert response.status == status
        assert connection.sock is first
    connection.close()


def test_head_and_options_work(server: Server) -> None:
    """Without bodies."""
    head = server.request("HEAD", path_of("GetActivity") + "?AccmeActivityID=1", Authorization=support.basic())
    assert (head.status, head.body) == (200, b"")
    options = server.request("OPTIONS", path_of("SaveActivity"))
    assert (options.status, options.headers["Allow"] if "Allow" in options.headers else options.headers["allow"]) == (
        204,
        "POST, OPTIONS",
    )


def test_of_64_identical_submissions_at_once_one_is_accepted(server: Server, sandbox: str) -> None:
    """And 63 are duplicates of it, by its credit ID (304)."""
    server.post("SaveActivity", None, sandbox)
    start = threading.Barrier(RACERS)
    answers: list[support.Answer] = []

    def race() -> None:
        start.wait(PATIENCE)
        answers.append(server.post("SaveLearnerActivity", None, sandbox))

    threads = [threading.Thread(target=race) for _ in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(tuple(answer.codes) for answer in answers) == [()] + [("304",)] * (RACERS - 1)
    (winner,) = [answer.one("CreditId") for answer in answers if answer.one("Result") == "Accepted"]
    named = {found for answer in answers for found in re.findall(r"ccid:mockpars:\d+", answer.body.decode())}
    assert named == {winner}
    assert len({answer.headers["X-Mockpars-Journal"] for answer in answers}) == RACERS


@pytest.mark.parametrize("scenario", ["reset", "answer-lost", "truncated", "timeout:0.2", "latency:0.1"])
def test_a_broken_line_breaks_on_the_wire(server: Server, sandbox: str, scenario: str) -> None:
    """What Flask's test client cannot show."""
    server.post("SaveActivity", None, sandbox)
    try:
        answer = server.post("SaveLearnerActivity", None, sandbox, X_Mockpars_Scenario=scenario)
        broken = False
    except OSError:
        broken = True
    assert broken is (scenario in ("reset", "answer-lost", "timeout:0.2"))
    if scenario == "truncated":
        with pytest.raises(SyntaxError):
            _ = answer.root
    stored = server.post("SaveLearnerActivity", None, sandbox).codes == ["304"]
    assert stored is (scenario not in ("reset", "timeout:0.2"))


def test_a_slow_answer_holds_up_nobody(server: Server, sandbox: str) -> None:
    """Nor does a client that sends half a request, or an idle connection."""
    server.post("SaveActivity", None, sandbox)
    done = threading.Event()

    def slow() -> None:
        server.post("LearnerMatchRequest", None, sandbox, X_Mockpars_Scenario="latency:2")
        done.set()

    thread = threading.Thread(target=slow)
    thread.start()
    with (
        socket.create_connection(server.address, timeout=PATIENCE),
        socket.create_connection(server.address, timeout=PATIENCE) as half,
    ):
        half.sendall(_head(server, "SaveActivity", "Content-Length: 1000") + b"<Submit")
        for _ in range(20):
            assert server.post("LearnerMatchRequest", None, sandbox).root.text == "1"
        assert not done.is_set()
    thread.join(PATIENCE)
    assert done.is_set()
