"""The server: where it listens, how it stops, and whom it does not wait for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockpars.errors import SettingsError
from mockpars.web.server import listen
from tests.web.doorway.conftest import Tls
from tests.web.doorway.raw import ROOT, TINY_APP, Served, message, read_answer, serving


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


def test_http_and_https_are_served_side_by_side(tls: Tls) -> None:
    import ssl

    tls.context.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving("--tls", str(tls.folder)) as served:
        assert served.process.stdout is not None
        tls_port = int(served.process.stdout.readline())
        assert served.get("/").json["wsgi.url_scheme"] == "http"
        plain = socket.create_connection(("127.0.0.1", tls_port), timeout=10)
        with tls.context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(message(b"secret"))
            seen = read_answer(connection).json
            assert (seen["body"], seen["wsgi.url_scheme"]) == ("secret", "https")
