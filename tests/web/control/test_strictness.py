"""What is not exactly a request is refused, in one shape, and changes nothing."""

from __future__ import annotations

import json

import pytest

from tests import support
from tests.web.controlled import DEFAULT, SANDBOXES, Controlled


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"{", 400),
        (b"nonsense", 400),
        (b'{"by": NaN}', 400),
        (b'{"by": "PT1H", "by": "PT2H"}', 400),
        (b'{"by": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"by": ' + b"9" * 10_000 + b"}", 400),
        (b"[]", 422),
        (b'"PT1H"', 422),
        (b"null", 422),
        (b"17", 422),
        (b"", 422),
        (b'{"by": "PT1H\\u0000"}', 422),
        (b'{"by": "\\ud800"}', 422),
        (b'{"by": "PT1H", "\\ud800\\u0000": 1}', 422),
        (b'{"by": ' + b"9" * 1_000 + b"}", 422),
        (b'{"by": 1e400}', 422),
        (b'{"by": {"by": "PT1H"}}', 422),
        (b'{"by": null}', 422),
        (b'{"by": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused(server: Controlled, sent: bytes, status: int) -> None:
    path = f"{DEFAULT}/clock/advance"
    assert server.error("POST", path, data=sent, content_type="application/json")[0] == status
    assert server.get(f"{DEFAULT}/clock")["now"] == support.NOW


def test_a_byte_order_mark_and_a_charset_do_no_harm(server: Controlled) -> None:
    sent = b"\xef\xbb\xbf" + json.dumps({"by": "PT1H"}).encode()
    server.post(f"{DEFAULT}/clock/advance", data=sent, content_type="application/json; charset=utf-8")


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
def test_a_body_must_be_labelled_as_json(server: Controlled, media: str | None) -> None:
    answer = server.call("POST", f"{DEFAULT}/clock/advance", data=b'{"by": "PT1H"}', content_type=media)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=9999999999999999999999", "limit=-1", "sort=id", "limit=1&limit=2",
              "state=%00%00", "state=tx", "q=", "q=%01"],
)  # fmt: skip
def test_a_query_that_is_not_what_it_should_be_is_refused(server: Controlled, query: str) -> None:
    assert server.faults("GET", f"{DEFAULT}/physicians?{query}")


def test_a_request_without_parameters_takes_none(server: Controlled) -> None:
    assert list(server.faults("GET", "/_mockpars/health?verbose=1")) == ["verbose"]
    assert list(server.faults("POST", f"{DEFAULT}/reset", {"hard": True})) == ["hard"]
    assert list(server.faults("DELETE", f"{DEFAULT}/journal", {"before": 3})) == ["before"]


@pytest.mark.parametrize(
    "path", ["/_mockpars/nothing", "/_mockpars/ready/", f"{SANDBOXES}/nobody",
             f"{SANDBOXES}/nobody/clock", f"{DEFAULT}/journal/0x1", f"{DEFAULT}/journal/" + "9" * 50,
             f"{DEFAULT}/physicians/%00", f"{DEFAULT}/physicians/%FF", f"{DEFAULT}/activities/%00",
             f"{SANDBOXES}/a%0Ab"],
)  # fmt: skip
def test_a_path_where_nothing_is_answers_404_in_json(server: Controlled, path: str) -> None:
    assert server.error("GET", path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_answers_405_with_those_allowed(server: Controlled, method: str) -> None:
    answer = server.call(method, "/_mockpars/health")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_answers_which_methods_there_are(server: Controlled) -> None:
    answer = server.call("OPTIONS", f"{DEFAULT}/clock")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, PUT")


def test_a_refused_request_changes_nothing(submitted: Controlled) -> None:
    before = submitted.get(DEFAULT)
    submitted.error("POST", SANDBOXES, {"name": "a", "ttl": "P99999W"})
    submitted.error("POST", f"{DEFAULT}/clock/set", {"at": "1999-01-01"})
    assert submitted.get(DEFAULT) == before
    assert len(submitted.get(SANDBOXES)["sandboxes"]) == 1


def test_a_bug_is_answered_in_the_same_shape(server: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(server.world, "sandbox", broken)
    answer = server.call("GET", f"{DEFAULT}/clock", described=False)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (500, "Internal")
