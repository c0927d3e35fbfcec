"""Bodies that are too large, too late or not what they say: refused before the application sees them."""

from __future__ import annotations

import gzip
import socket
import time

import pytest

from tests.web.doorway.raw import BODY_TIMEOUT, MAX_BODY, Served, chunked, message, read_answer


def test_a_body_of_exactly_the_limit_is_taken(served: Served) -> None:
    assert len(served.post(b"x" * MAX_BODY).json["body"]) == MAX_BODY
    assert len(served.send(chunked(b"x" * MAX_BODY)).json["body"]) == MAX_BODY


def test_an_announced_body_over_the_limit_is_refused_before_it_is_sent(served: Served) -> None:
    answer = served.send(message(b"", "Expect: 100-continue", length=MAX_BODY + 1))
    assert (answer.status, answer.fault, answer.headers["connection"]) == (413, "TooLarge", "close")


def test_an_endless_chunked_body_is_refused_at_the_limit(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(MAX_BODY // 1000 + 1):
            connection.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        answer = read_answer(connection)
    assert (answer.status, answer.fault) == (413, "TooLarge")


def test_a_compressed_body_that_grows_past_the_limit_is_refused(served: Served) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < MAX_BODY
    answer = served.post(bomb, "Content-Encoding: gzip")
    assert (answer.status, answer.fault) == (413, "TooLarge")


@pytest.mark.parametrize(
    "body",
    [b"not gzip", gzip.compress(b"text")[:-3], gzip.compress(b"text") + b"junk"],
    ids=["not gzip", "cut gzip", "junk after gzip"],
)
def test_a_body_that_is_not_the_gzip_it_says_is_refused(served: Served, body: bytes) -> None:
    answer = served.post(body, "Content-Encoding: gzip")
    assert (answer.status, answer.fault) == (400, "Encoding")


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "compress"])
def test_an_unknown_content_encoding_is_refused(served: Served, encoding: str) -> None:
    answer = served.post(b"text", f"Content-Encoding: {encoding}")
    assert (answer.status, answer.fault) == (415, "Encoding")


def test_a_body_that_does_not_come_is_timed_out(served: Served) -> None:
    started = time.monotonic()
    answer = served.send(message(b"<half", length=100))
    assert (answer.status, answer.fault) == (408, "Timeout")
    assert time.monotonic() - started >= BODY_TIMEOUT


def test_a_body_shorter_than_its_content_length_never_reaches_the_application(served: Served) -> None:
    ran = int(served.get("/").json["ran"])
    with served.connect() as connection:
        connection.sendall(message(b"<half", path="/short", length=100))
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    seen = served.get("/").json
    assert int(seen["ran"]) == ran + 1
    assert ["/short", 400, "Malformed"] in seen["refusals"]


@pytest.mark.parametrize("rest", [b"zz\r\nbroken chunk\r\n0\r\n\r\n", b"ff\r\ncut"])
def test_broken_chunks_never_reach_the_application(served: Served, rest: bytes) -> None:
    ran = int(served.get("/").json["ran"])
    with served.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n" + rest)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    assert int(served.get("/").json["ran"]) == ran + 1


@pytest.mark.parametrize("length", ["-1", "many", "1\r\nContent-Length: 2"])
def test_a_content_length_that_makes_no_sense_is_refused(served: Served, length: str) -> None:
    assert served.send(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nab".encode()).status == 400


def test_a_refused_request_is_told_for_the_journal(served: Served) -> None:
    served.post(b"text", "Content-Encoding: br", path="/refused")
    assert ["/refused", 415, "Encoding"] in served.get("/").json["refusals"]
