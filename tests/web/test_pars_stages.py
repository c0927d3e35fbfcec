"""The stages answer in one declared order, each with a reason and with what to send instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockpars.web.operations import OPERATIONS
from tests import support
from tests.support import ACTIVITY_ID, HOLLOWAY, PEOPLE, Served, record

SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'

# Each row breaks one stage; a message that breaks several is answered by the first of them.
BREAKS: list[tuple[str, Callable[[str], str], int, str]] = [
    ("well-formed", lambda text: text[:-5], 400, "Malformed"),
    ("credentials", lambda text: text.replace(">sandbox<", ">wrong<"), 401, "Credentials"),
    ("schema", lambda text: text.replace("ar:AccmeActivityID", "ar:ActivityID"), 400, "Schema"),
    ("provider", lambda text: text.replace("0008273", "0008274"), 200, "100"),
    ("identity", lambda text: text.replace("1975-03-22", "1975-03-21"), 200, "300"),
    ("lookup", lambda text: text.replace("12345678<", "12345679<"), 200, "302"),
    ("completion", lambda text: text.replace("2026-05-06</ar:Comp", "2025-05-06</ar:Comp"), 200, "303"),
]


@pytest.mark.parametrize("first", range(len(BREAKS)), ids=[row[0] for row in BREAKS])
def test_a_stage_beats_all_later_ones(ready: Served, first: int) -> None:
    """Whatever else is wrong, the first stage that fails answers, and only it."""
    text = support.sample("SaveLearnerActivity")
    for _, spoil, _, _ in reversed(BREAKS[first:]):
        before, text = text, spoil(text)
        assert text != before
    answer = ready.post("SaveLearnerActivity", text)
    assert (answer.status, answer.codes) == (BREAKS[first][2], [BREAKS[first][3]])


def test_the_media_type_is_looked_at_before_the_body(ready: Served) -> None:
    """Malformed, with wrong credentials, and not even XML by its own account."""
    answer = ready.post("SaveLearnerActivity", "<", media="application/json")
    assert (answer.status, answer.codes) == (415, ["MediaType"])


def test_the_method_is_looked_at_before_the_media_type(ready: Served) -> None:
    """PUT with JSON."""
    answer = ready.request("PUT", support.path_of("SaveActivity"), data=b"{}", content_type="application/json")
    assert (answer.status, answer.codes) == (405, ["Method"])


def test_the_path_is_looked_at_first_of_all(served: Served) -> None:
    """A wrong path with a wrong method and body."""
    answer = served.request("DELETE", support.path_of("SaveActivity") + "s", data=b"{}", content_type="text/plain")
    assert (answer.status, answer.codes) == (404, ["NotFound"])


def test_a_stages_findings_are_all_told(ready: Served) -> None:
    """Several at once, from schema and from rules."""
    text = support.sample("SaveLearnerActivity").replace("1975-03-22", "22.3.1975").replace("1234567890", "12")
    text = text.replace(">2026-05-06</ar:Completed", ">soon</ar:Completed")
    answer = ready.post("SaveLearnerActivity", text)
    assert len(answer.all("Problem")) == 3
    assert len(set(answer.all("Path"))) == 3
    assert all(answer.all("Expected"))
    assert answer.all("Line") == ["1"] * 3
    assert "22.3.1975" not in answer.body.decode()


@pytest.mark.parametrize(
    "media",
    [
        "application/xml",
        "application/xml; charset=utf-8",
        "application/xml;charset=UTF-8",
        'application/xml; charset="utf-8"',
        "text/xml",
        "TEXT/XML; Charset=utf-8",
        "application/xml; charset=utf-8; q=1",
        "application/pars+xml",
    ],
)
def test_xml_by_any_of_its_names_is_taken(served: Served, media: str) -> None:
    """T4."""
    assert served.post("SaveActivity", media=media).one("Result") == "Accepted"


@pytest.mark.parametrize(
    "media",
    [None, "", "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "xml",
     "application/octet-stream", "text/html"],
)  # fmt: skip
def test_another_media_type_is_told_to_send_xml(served: Served, media: str | None) -> None:
    """415, even if the body is right."""
    answer = served.post("SaveActivity", media=media)
    assert (answer.status, answer.codes) == (415, ["MediaType"])
    assert "application/xml; charset=utf-8" in answer.one("Fix")


@pytest.mark.parametrize(
    ("media", "headers", "body"),
    [
        ("application/soap+xml; charset=utf-8", {}, SOAP.format("<x/>")),
        ("text/xml", {"SOAPAction": '"SaveActivity"'}, SOAP.format("<x/>")),
        ("text/xml", {"SOAPAction": '""'}, support.sample("SaveActivity")),
        ("text/xml", {}, SOAP.format("<x/>")),
        ("application/xml", {}, SOAP.format(support.learners())),
        (
            "application/xml",
            {},
            SOAP.format("").replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
        ),
    ],
)
def test_a_soap_call_is_told_that_soap_is_gone(served: Served, media: str, headers: dict[str, str], body: str) -> None:
    """415 with the REST form (T4), by media type, by header, by envelope."""
    answer = served.post("SaveActivity", body, media=media, **headers)
    assert (answer.status, answer.codes) == (415, ["Soap"])
    assert "SubmitMessage" in answer.one("Fix")
    assert served.counts() == (0, 0)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_another_method_is_told_which_to_use(served: Served, operation: str, method: str) -> None:
    """405 with Allow; GET and HEAD are for the reads."""
    answer = served.request(method, support.path_of(operation), headers={"Authorization": support.basic()})
    takes_get = OPERATIONS[operation].query is not None
    if method in ("GET", "HEAD") and takes_get:
        assert answer.status == 400  # it is taken, but its parameters are missing
        return
    assert answer.status == 405
    assert answer.headers["Allow"] == ("POST, GET, HEAD, OPTIONS" if takes_get else "POST, OPTIONS")
    assert method == "HEAD" or "POST a SubmitMessage" in answer.one("Fix")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/services/ACCMEService.svc/SaveActivity", "IACCMEServiceREST/SaveActivity?"),
        ("/services/ACCMEService.svc/IACCMEServiceREST/saveactivity", "IACCMEServiceREST/SaveActivity?"),
        (
            "/services/ACCMEService.svc/IACCMEServiceREST/SaveLearnerActivity",
            "IACCMELearnerServiceREST/SaveLearnerActivity?",
        ),
        ("/services/ACCMELearnerService.svc/IACCMELearnerServiceREST/SaveLearnerActivity/", "SaveLearnerActivity?"),
        ("/services/ACCMEService.svc", "Served:"),
        ("/services/ACCMEService.svc?wsdl", "no WSDL"),
        ("/services/nothing", "Served:"),
        ("/sandboxes/default/services/x/GetActivity", "/sandboxes/default/services"),
    ],
)
def test_a_wrong_path_is_told_the_right_one(served: Served, path: str, hint: str) -> None:
    """404 that lists what is served, and guesses what was meant."""
    for method in ("GET", "POST"):
        answer = served.request(method, path)
        assert (answer.status, answer.codes) == (404, ["NotFound"])
        assert hint in f"{answer.one('Reason')} {answer.one('Fix')}" or hint == "no WSDL"
        assert "WSDL" in answer.one("Reason") or ".svc" not in path[-5:]
        for operation in OPERATIONS.values():
            assert operation.paths[0] in answer.one("Fix")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_operations_message_is_told_where_it_belongs(served: Served, operation: str) -> None:
    """A right message at the wrong path."""
    message = support.sample("SaveActivity" if operation != "SaveActivity" else "SaveLearnerActivity")
    answer = served.post(operation, message)
    assert (answer.status, answer.codes) == (400, ["Schema"])
    told = " ".join([*answer.all("Problem"), *answer.all("Expected")])
    assert "SaveActivity" in told or "ACCMEActivities" in told
    assert served.counts() == (0, 0)


@pytest.mark.parametrize(
    ("who", "changes", "codes"),
    [
        ("ida-unlicensed", {"activity": "9"}, ["306"]),
        ("nora-noconsent", {"completed": "2020-01-01"}, ["307"]),
        ("sun-o", {"activity": "9", "completed": "2020-01-01"}, ["302"]),
        ("sun-o", {"completed": "2020-01-01", "credits": None}, ["303", "303", "305"]),
    ],
)
def test_identity_then_activity_then_completion(
    ready: Served, who: str, changes: dict[str, str], codes: list[str]
) -> None:
    """The rules' own order."""
    message = support.learners(record(PEOPLE[who], **changes))
    assert ready.post("SaveLearnerActivity", message).codes == codes


def test_nothing_of_a_refused_request_is_kept_but_its_journal(ready: Served) -> None:
    """No record, no activity; the exchange with its reason."""
    before = ready.counts()
    for _, spoil, _, _ in BREAKS:
        ready.post("SaveLearnerActivity", spoil(support.sample("SaveLearnerActivity")))
    assert ready.counts() == before
    assert [entry["outcome"] for entry in ready.journal()] == ["Rejected"] * 4 + ["Refused"] * 3 + ["Accepted"]
    assert HOLLOWAY.born not in str(ready.journal())
    assert ready.get("GetActivity", AccmeActivityID=ACTIVITY_ID).one("Result") == "Accepted"
