"""Connections: what HTTP/1.1 allows clients, and what they get wrong."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress

import pytest

from tests.web.doorway.raw import HEAD_TIMEOUT, IDLE_TIMEOUT, Served, message, read_answer, serving


def test_requests_sent_ahead_are_answered_in_their_order(served: Served) -> None:
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"".join(message(b"%d" % number, path="/?size=3&uncommitted=1") for number in range(50)))
        connection.sendall(b"GET /?delay=0.2 HTTP/1.1\r\nHost: x\r\n\r\n" + message(b"last", "Connection: close"))
        answers = stream.read()
    assert answers.count(b"HTTP/1.1 200 OK") == 52
    assert answers.count(b"\r\n\r\nxxx") == 50
    assert answers.endswith(b"}")
    assert b'"body": "last"' in answers[answers.rindex(b"HTTP/1.1 200") :]


@pytest.mark.parametrize("step", [1, 7, 100])
def test_a_request_may_come_in_pieces(served: Served, step: int) -> None:
    whole = message(b"<a>text</a>", "X-Name: a long value", path="/some/where?x=1")
    with served.connect() as connection:
        for start in range(0, len(whole), step):
            connection.sendall(whole[start : start + step])
            time.sleep(0.001)
        seen = read_answer(connection).json
    assert (seen["body"], seen["PATH_INFO"], seen["HTTP_X_NAME"]) == ("<a>text</a>", "/some/where", "a long value")


def test_a_wish_for_http_2_is_declined_and_the_request_answered(served: Served) -> None:
    """Java's client asks for it with each first request, and sends the body all the same."""
    wish = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB", "X-Kept: 1")
    with served.connect() as connection:
        connection.sendall(message(b"<a/>", *wish))
        seen = read_answer(connection).json
        assert (seen["body"], seen["HTTP_X_KEPT"]) == ("<a/>", "1")
        assert "HTTP_UPGRADE" not in seen
        connection.sendall(message(b"<b/>"))
        assert read_answer(connection).json["body"] == "<b/>"


def test_a_client_that_only_stops_sending_still_gets_its_answer(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /?delay=0.3 HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert read_answer(connection).status == 200


def test_http_1_0_is_answered_and_hung_up_on(served: Served) -> None:
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"GET /?stream=1 HTTP/1.0\r\n\r\n")
        answer = stream.read()
    assert answer.endswith(b"\r\n\r\npiece 0;piece 1;piece 2;")
    assert b"chunked" not in answer


@pytest.mark.parametrize(
    ("request_line", "status", "told"),
    [
        (b"\x16\x03\x01\x02\x00", 400, b"not HTTP/1.1"),
        (b"BREW /coffee HTTP/1.1\r\n\r\n", 400, b"method"),
        (b"GET / HTTP/1.1\r\nno colon here\r\n\r\n", 400, b"header"),
        (b"CONNECT pars:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, b"proxies"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n", 431, b"longer than"),
    ],
    ids=["TLS", "unknown method", "broken header", "proxy", "endless head"],
)
def test_what_is_no_request_is_told_why(served: Served, request_line: bytes, status: int, told: bytes) -> None:
    answer = served.send(request_line)
    assert (answer.status, answer.headers["connection"]) == (status, "close")
    assert answer.fault
    assert told in answer.body


def test_a_head_that_does_not_come_is_timed_out(served: Served) -> None:
    with served.connect() as idle:
        started = time.monotonic()
        answer = served.send(b"POST / HTTP/1.1\r\nHo")
        assert (answer.status, answer.fault) == (408, "Timeout")
        assert time.monotonic() - started >= HEAD_TIMEOUT
        idle.sendall(message(b"not late, since it had not begun"))
        assert read_answer(idle).status == 200


def test_a_connection_that_carries_nothing_is_closed_in_the_end() -> None:
    with serving("--impatient") as served, ExitStack() as stack:
        started = time.monotonic()
        silent, used, held = (stack.enter_context(served.connect()) for _ in range(3))
        held.sendall(b"GET /?delay=2.5 HTTP/1.1\r\nHost: x\r\n\r\n")
        used.sendall(message(b"once"))
        assert read_answer(used).status == 200
        assert silent.recv(1000) == b""
        assert time.monotonic() - started >= IDLE_TIMEOUT
        assert used.recv(1000) == b""
        assert read_answer(held).status == 200


def test_what_the_client_has_left_to_send_does_not_cost_it_the_answer(served: Served) -> None:
    """A connection closed on unread bytes is reset, and the client might see that instead of the 413."""
    with served.connect() as connection:
        connection.sendall(message(b"", length=50_000_000))
        connection.sendall(b"x" * 3_000_000)
        assert read_answer(connection).status == 413


def test_every_answer_is_dated(served: Served) -> None:
    from email.utils import parsedate_to_datetime

    told = parsedate_to_datetime(served.get("/").headers["date"]).timestamp()
    assert abs(told - time.time()) < 5


@pytest.mark.parametrize(
    "request_line",
    [b"GET /?delay=3 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /?size=50000 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["waits for an answer", "reads no answers"],
)
def test_who_sends_ahead_without_end_is_not_read_any_more(served: Served, request_line: bytes) -> None:
    """Else what it has sent, or what is to be sent to it, would fill the memory."""
    sent = 0
    with served.connect() as connection, suppress(TimeoutError):
        connection.settimeout(0.5)
        while sent < 200_000_000:
            sent += connection.send(request_line * 1000)
    assert sent < 50_000_000
    assert served.get("/").status == 200


def test_any_number_of_wishes_for_http_2_is_declined(served: Served) -> None:
    wish = b"GET /?size=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with served.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(wish * 2000 + b"GET /?size=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert stream.read().count(b"HTTP/1.1 200 OK") == 2001


def test_an_old_client_that_wants_to_keep_its_connection_is_told_that_it_may(served: Served) -> None:
    with served.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert read_answer(connection).headers["connection"] == "keep-alive"
