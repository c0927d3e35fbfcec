"""Answers: their failures, deliberate delays and cuts, and the commit they wait for."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from tests.web.doorway.raw import Served, read_answer, serving


def test_a_bug_in_the_application_is_a_500_without_a_traceback(served: Served) -> None:
    answer = served.get("/?raise=1")
    assert (answer.status, answer.fault) == (500, "Internal")
    assert b"RuntimeError" not in answer.body


def test_a_header_cannot_smuggle_in_another(served: Served) -> None:
    answer = served.get("/?header=a%0D%0ASet-Cookie:%20stolen")
    assert "set-cookie" not in answer.headers
    assert answer.status == 500


def test_a_deliberate_delay_holds_up_nobody_else(served: Served) -> None:
    with served.connect() as slow:
        slow.sendall(b"GET /?delay=0.8 HTTP/1.1\r\nHost: x\r\n\r\n")
        started = time.monotonic()
        assert served.get("/").status == 200
        assert time.monotonic() - started < 0.7
        assert read_answer(slow).status == 200
        assert time.monotonic() - started >= 0.7


def test_a_reset_ends_the_connection_without_an_answer(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /?reset=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)


def test_a_request_that_is_never_answered_is_reset_in_the_end(served: Served) -> None:
    started = time.monotonic()
    with served.connect() as connection:
        connection.sendall(b"GET /?never_answer=0.5 HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)
    assert time.monotonic() - started >= 0.5


def test_a_cut_document_is_a_whole_answer(served: Served) -> None:
    answer = served.get("/?size=1000&cut_at=7")
    assert (answer.body, answer.headers["content-length"]) == (b"xxxxxxx", "7")
    assert served.get("/?size=1000&cut_at=0").body == b""


def test_a_cut_connection_ends_within_the_announced_body(served: Served) -> None:
    answer = served.get("/?size=1000&cut_at=7&cut_connection=1")
    assert (answer.body, answer.headers["content-length"], answer.whole) == (b"xxxxxxx", "1000", False)


def test_a_stream_is_sent_piece_by_piece(served: Served) -> None:
    assert served.get("/?stream=1").body == b"piece 0;piece 1;piece 2;"


def test_a_stream_that_fails_half_way_does_not_look_whole(served: Served) -> None:
    """A cut list of learners must not pass for all of them."""
    received = b""
    with served.connect() as connection:
        connection.sendall(b"GET /?stream=broken HTTP/1.1\r\nHost: x\r\n\r\n")
        with suppress(ConnectionResetError):
            while piece := connection.recv(1000):
                received += piece
    assert b"piece 2;" in received
    assert not received.endswith(b"0\r\n\r\n")
    assert served.get("/").status == 200


def test_an_answer_with_uncommitted_changes_waits_for_the_flush(served: Served) -> None:
    before = int(served.get("/").json["flushes"])
    served.get("/?uncommitted=1")
    assert int(served.get("/").json["flushes"]) == before + 1


def test_changes_that_cannot_be_committed_are_answered_with_500() -> None:
    with serving("--disk-full") as served:
        answer = served.get("/?uncommitted=1")
        assert (answer.status, answer.fault) == (500, "Internal")
        assert served.get("/").status == 200


def test_requests_that_wait_together_share_flushes(served: Served) -> None:
    before = int(served.get("/").json["flushes"])
    connections = [served.connect() for _ in range(50)]
    for connection in connections:
        connection.sendall(b"GET /?uncommitted=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    for connection in connections:
        assert read_answer(connection).status == 200
        connection.close()
    assert before < int(served.get("/").json["flushes"]) <= before + 50
