"""Who is answered at all."""

from __future__ import annotations

import pytest

from tests.web.controlled import DEFAULT, Controlled, Make


def test_without_a_token_only_this_machine_is_answered(server: Controlled) -> None:
    for caller in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
        assert server.call("GET", "/_mockpars/health", caller=caller).status_code == 200
    for caller in ("203.0.113.9", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "", "unix"):
        status, found = server.error("GET", "/_mockpars/health", caller=caller)
        assert (status, found["code"]) == (403, "Forbidden")
        assert "--control-from anywhere" in found["fix"]
    assert server.error("GET", "/_mockpars/nothing", caller="10.0.0.1")[0] == 403


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8027", "127.0.0.1:8027", "[::1]:8027", "a.localhost", "localhost."]
)
def test_names_of_this_machine_are_answered(server: Controlled, host: str) -> None:
    assert server.call("GET", "/_mockpars/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "[::2]"]
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(server: Controlled, host: str) -> None:
    assert server.call("GET", "/_mockpars/health", headers={"Host": host}).status_code == 403


def test_anywhere_is_answered_when_the_server_was_told_so(make: Make) -> None:
    server = make(control_from="anywhere")
    headers = {"Host": "mockpars.example"}
    assert server.call("GET", "/_mockpars/health", caller="203.0.113.9", headers=headers).status_code == 200


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer", "Basic c2VjcmV0", "secret", "Bearer secret2"])
def test_with_a_token_nobody_is_answered_without_it(make: Make, sent: str | None) -> None:
    server = make(token="secret")
    headers = {} if sent is None else {"Authorization": sent}
    answer = server.call("GET", "/_mockpars/health", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="mockpars"')


def test_with_the_token_anyone_is_answered(make: Make) -> None:
    server = make(token="secret")
    headers = {"Authorization": "bearer secret", "Host": "mockpars.example"}
    assert server.call("GET", "/_mockpars/health", caller="203.0.113.9", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "http://["])
def test_a_page_of_another_origin_changes_nothing(server: Controlled, origin: str) -> None:
    assert server.error("POST", f"{DEFAULT}/reset", headers={"Origin": origin})[0] == 403
    assert server.call("GET", f"{DEFAULT}/clock", headers={"Origin": origin}).status_code == 200


def test_a_page_of_this_server_may_change_things(server: Controlled) -> None:
    headers = {"Origin": "http://localhost:8027", "Host": "localhost:8027"}
    server.post(f"{DEFAULT}/reset", headers=headers)
