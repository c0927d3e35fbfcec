"""Who may: the envelope's credentials are always checked, HTTP Basic must agree when sent (T5, T8)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests import support
from tests.support import ACTIVITY_ID, PASSWORD, USER, Served, basic

RIGHT, WRONG = (USER, PASSWORD), (USER, "hunter2")

MATRIX = [
    # envelope, Basic, lenient, strict
    (RIGHT, None, True, False),
    (RIGHT, basic(), True, True),
    (RIGHT, basic(USER, "wrong"), False, False),
    (RIGHT, basic("other@example.org"), False, False),
    (RIGHT, basic(USER, PASSWORD + ":"), False, False),
    (RIGHT, "Basic " + base64.b64encode(b"no colon").decode(), False, False),
    (RIGHT, "Basic !!!not-base64!!!", False, False),
    (RIGHT, "Basic", False, False),
    (RIGHT, "Bearer abc", False, False),
    (RIGHT, basic().replace("Basic", "basic"), True, True),
    (WRONG, None, False, False),
    (WRONG, basic(), False, False),
    (WRONG, basic(*WRONG), False, False),
    (("", ""), basic(), False, False),
    ((USER.upper(), PASSWORD), None, False, False),
    ((USER, PASSWORD + " "), None, False, False),
    ((USER, PASSWORD.upper()), None, False, False),
    ((USER, "pässword\u2603"), None, False, False),
    ((USER, "x" * 250), None, False, False),
]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("sent", "header", "lenient_ok", "strict_ok"), MATRIX)
def test_envelope_and_basic_must_be_right_and_agree(
    serve: Callable[..., Served],
    sent: tuple[str, str],
    header: str | None,
    lenient_ok: bool,
    strict_ok: bool,
    strict: bool,
) -> None:
    """401 with a Fault and WWW-Authenticate otherwise; a strict server requires Basic."""
    served = serve(strict_auth=str(strict).lower())
    headers = {"Authorization": header} if header else {}
    answer = served.post("LearnerMatchRequest", support.match(user=sent[0], password=sent[1]), **headers)
    if strict_ok if strict else lenient_ok:
        assert answer.root.text == "1"
        return
    assert (answer.status, answer.codes) == (401, ["Credentials"])
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.one("Fix")
    assert "hunter2" not in answer.body.decode()


@pytest.mark.parametrize("missing", ["User", "Password"])
def test_a_missing_part_is_named(served: Served, missing: str) -> None:
    """Credentials come before the schema, so this is a 401."""
    message = support.match()
    cut = message[: message.index(f"<{missing}>")] + message[message.index(f"</{missing}>") + len(missing) + 3 :]
    answer = served.post("LearnerMatchRequest", cut)
    assert answer.status == 401
    assert answer.all("Problem") == [f"{missing} is missing"]
    assert answer.all("Path") == [f"SubmitMessage/{missing}"]


def test_an_empty_envelope_lacks_both(served: Served) -> None:
    """Both are told."""
    answer = served.post(
        "LearnerMatchRequest", '<SubmitMessage xmlns="http://schemas.datacontract.org/2004/07/BLL.Service"/>'
    )
    assert answer.all("Problem") == ["User is missing", "Password is missing"]


@pytest.mark.parametrize(
    ("header", "ok"),
    [
        (basic(), True),
        (None, False),
        (basic(USER, "wrong"), False),
        (basic("", ""), False),
        ("Basic x", False),
        ("Bearer x", False),
    ],
)
def test_a_read_by_get_needs_basic(ready: Served, header: str | None, ok: bool) -> None:
    """It has no envelope."""
    headers = {"Authorization": header} if header else {}
    path = support.path_of("GetActivity")
    answer = ready.request("GET", path, query_string={"AccmeActivityID": ACTIVITY_ID}, headers=headers)
    assert answer.status == (200 if ok else 401)
    assert ok or answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_credentials_are_asked_for_before_a_reads_parameters(ready: Served) -> None:
    """So that nobody learns anything without them."""
    assert ready.request("GET", support.path_of("GetLearnerStatus")).status == 401


def test_other_credentials_can_be_set(serve: Callable[..., Served]) -> None:
    """Non-ASCII ones too, in both places."""
    served = serve(user="üser", password="pä:ss wörd<&>", provider="1234567")
    message = support.match(user="üser", password="pä:ss wörd<&>", provider="1234567")
    header = "Basic " + base64.b64encode("üser:pä:ss wörd<&>".encode()).decode()
    assert served.post("LearnerMatchRequest", message).root.text == "1"
    assert served.post("LearnerMatchRequest", message, Authorization=header).root.text == "1"
    assert served.post("LearnerMatchRequest", support.match()).status == 401
