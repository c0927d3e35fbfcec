"""What the application gets to see of a request."""

from __future__ import annotations

import gzip
import threading
import zlib

import pytest

from tests.web.doorway.raw import Served, chunked, message, read_answer


def test_the_application_sees_the_request_as_wsgi_describes_it(served: Served) -> None:
    answer = served.send(
        b"POST /caf%C3%A9/a%20b?x=1&y=%20 HTTP/1.1\r\nHost: pars.test:99\r\nContent-Type: text/xml\r\n"
        b"X-Twice: a\r\nX-Twice: b\r\nX_Twice: forged\r\nContent-Length: 4\r\n\r\nbody"
    )
    seen = answer.json
    assert seen["REQUEST_METHOD"] == "POST"
    assert seen["PATH_INFO"] == "/caf\u00c3\u00a9/a b"
    assert seen["QUERY_STRING"] == "x=1&y=%20"
    assert seen["CONTENT_TYPE"] == "text/xml"
    assert seen["CONTENT_LENGTH"] == "4"
    assert seen["HTTP_HOST"] == "pars.test:99"
    assert seen["HTTP_X_TWICE"] == "a, b"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["SERVER_PORT"] == str(served.port)
    assert seen["wsgi.url_scheme"] == "http"
    assert seen["body"] == "body"


def test_a_connection_carries_many_requests(served: Served) -> None:
    with served.connect() as connection:
        for number in range(20):
            connection.sendall(message(b"%d" % number))
            assert read_answer(connection).json["body"] == str(number)


def test_a_chunked_body_arrives_whole(served: Served) -> None:
    assert served.send(chunked(b"one ", b"two ", b"three")).json["body"] == "one two three"


def test_expect_100_continue_is_answered_before_the_body_is_sent(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(message(b"", "Expect: 100-continue", length=5))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(b"hello")
        assert read_answer(connection).json["body"] == "hello"


def test_head_is_answered_without_a_body_and_options_by_the_application(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = read_answer(connection, head=True)
        assert int(answer.headers["content-length"]) > 0
        connection.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_answer(connection).json["REQUEST_METHOD"] == "OPTIONS"


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZIP", lambda body: gzip.compress(body[:3]) + gzip.compress(body[3:])),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
    ],
    ids=["gzip", "gzip in two members", "deflate", "deflate without its header"],
)
def test_a_compressed_body_is_decompressed(served: Served, encoding: str, compress: object) -> None:
    assert callable(compress)
    seen = served.post(compress(b"<a>text</a>"), f"Content-Encoding: {encoding}").json
    assert seen["body"] == "<a>text</a>"
    assert seen["CONTENT_LENGTH"] == "11"
    assert "HTTP_CONTENT_ENCODING" not in seen


def test_racing_clients_each_get_their_own_answer(served: Served) -> None:
    wrong: list[str] = []

    def race(name: int) -> None:
        with served.connect() as connection:
            for number in range(25):
                text = f"{name}-{number}"
                connection.sendall(message(text.encode(), path="/?uncommitted=1"))
                if read_answer(connection).json["body"] != text:
                    wrong.append(text)

    threads = [threading.Thread(target=race, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
