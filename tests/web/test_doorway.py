"""The doorway and its server, over raw sockets against a tiny application served in a process of its own."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from mockpars.errors import SettingsError
from mockpars.web.server import listen

ROOT = Path(__file__).parents[2]
MAX_BODY = 100_000
BODY_TIMEOUT = 1.0

# Answers with what it was asked, as JSON; the query says what to ask of the doorway.
TINY_APP = f"""
import json, sys
from pathlib import Path
from urllib.parse import parse_qsl
from mockpars.web.bodies import Limits
from mockpars.web.server import TlsFiles, run

flushes = ran = 0
refusals = []

async def pieces():
    for n in range(3):
        yield b"piece %d;" % n

def app(environ, start_response):
    global ran
    ran += 1
    body = environ["wsgi.input"].read()
    exchange = environ["mockpars.exchange"]
    wishes = dict(parse_qsl(environ["QUERY_STRING"]))
    for name in ("delay", "never_answer"):
        if name in wishes:
            setattr(exchange, name, float(wishes[name]))
    for name in ("uncommitted", "reset", "cut_connection"):
        if name in wishes:
            setattr(exchange, name, True)
    if "cut_at" in wishes:
        exchange.cut_at = int(wishes["cut_at"])
    if "stream" in wishes:
        exchange.stream = pieces()
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

def refused(environ, refusal):
    refusals.append([environ["PATH_INFO"], refusal.status, refusal.code])

tls = None
if "--tls" in sys.argv:
    folder = Path(sys.argv[sys.argv.index("--tls") + 1])
    tls = TlsFiles(folder / "cert.pem", folder / "key.pem", ready=lambda port: print(port, flush=True))
host = "::1" if "--ipv6" in sys.argv else "127.0.0.1"
run(app, host, 0, Limits({MAX_BODY}, {BODY_TIMEOUT}), flush, lambda port: print(port, flush=True), tls,
    refused=refused, grace=1.0)
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
            headers[name] = value
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


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One server for the tests that do not stop it."""
    with serving() as one:
        yield one


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


def test_idle_half_sent_and_unread_connections_hold_up_nobody(served: Served) -> None:
    idle = [served.connect() for _ in range(200)]
    slow = [served.connect() for _ in range(50)]
    for connection in slow[:25]:
        connection.sendall(b"POST / HTTP/1.1\r\nHo")
    for connection in slow[25:]:
        connection.sendall(message(b"<", length=1000))
    deaf = [served.connect() for _ in range(10)]
    for connection in deaf:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.sendall(b"GET /?size=5000000 HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        for _ in range(20):
            started = time.monotonic()
            assert served.get("/").status == 200
            assert time.monotonic() - started < 1
    finally:
        for connection in idle + slow + deaf:
            connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_once_the_requests_under_way_are_answered(number: signal.Signals) -> None:
    with serving() as served, served.connect() as slow, served.connect():
        slow.sendall(b"GET /?delay=0.5 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)
        served.process.send_signal(number)
        assert read_answer(slow).status == 200
        output, errors = served.process.communicate(timeout=10)
        assert (served.process.returncode, output, errors) == (0, "stopped in good order\n", "")


def test_requests_held_past_the_grace_are_answered_503_and_the_server_stops() -> None:
    with serving() as served, served.connect() as held, served.connect() as half:
        held.sendall(b"GET /?delay=60 HTTP/1.1\r\nHost: x\r\n\r\n")
        half.sendall(b"POST / HTTP/1.1\r\nHos")
        time.sleep(0.2)
        served.process.terminate()
        answer = read_answer(held)
        assert (answer.status, answer.fault) == (503, "Internal")
        output, _ = served.process.communicate(timeout=10)
        assert (served.process.returncode, output) == (0, "stopped in good order\n")


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs the right to make a PID namespace")
def test_process_1_of_a_container_stops_on_sigterm() -> None:
    command = ["unshare", "--fork", "--pid", "--kill-child", sys.executable, "-c", TINY_APP]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as outer:
        assert outer.stdout is not None
        if not outer.stdout.readline():
            pytest.skip("this machine does not allow PID namespaces")
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)
        output, _ = outer.communicate(timeout=10)
    assert (outer.returncode, output) == (0, "stopped in good order\n")


def test_an_ipv6_address_is_listened_on() -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with serving("--ipv6") as served:
        served.host = "::1"
        assert served.get("/").json["REMOTE_ADDR"] == "::1"


def test_a_port_in_use_is_an_error_with_advice(served: Served) -> None:
    with pytest.raises(SettingsError, match="in use by another program") as caught:
        listen("127.0.0.1", served.port)
    assert "--port 0" in caught.value.fix


def test_an_address_of_another_machine_is_an_error_with_advice() -> None:
    with pytest.raises(SettingsError, match="no address"):
        listen("192.0.2.1", 0)


def test_http_and_https_are_served_side_by_side(tmp_path: Path) -> None:
    import ssl

    trustme = pytest.importorskip("trustme", reason="needs trustme to make a certificate")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving("--tls", str(tmp_path)) as served:
        assert served.process.stdout is not None
        tls_port = int(served.process.stdout.readline())
        assert served.get("/").json["wsgi.url_scheme"] == "http"
        plain = socket.create_connection(("127.0.0.1", tls_port), timeout=10)
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(message(b"secret"))
            seen = read_answer(connection).json
            assert (seen["body"], seen["wsgi.url_scheme"]) == ("secret", "https")


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
