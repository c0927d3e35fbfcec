"""Values that want to be more than values: in headers, in paths, in XML, in the journal, on the studio's pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from mockpars.web.operations import OPERATIONS
from tests import support
from tests.e2e.conftest import Server
from tests.hardening.line import Line
from tests.support import RESPONSES, basic, path_of

pytestmark = pytest.mark.served

VALUES = [
    "a\r\nX-Injected: yes",
    "a\nSet-Cookie: x=y",
    "a\rb",
    "]]><Result>Accepted</Result>",
    "</Message><CreditId>ccid:mockpars:1</CreditId>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--",
    "&amp;&#13;&#10;",
    "{{7*7}}${7*7}",
    "../../../etc/passwd",
    "\u2028\u2029\u0085\u202e",
    "%0d%0aX-Injected:%20yes",
]


def _clean(told_head: bytes) -> bool:
    return b"\nx-injected" not in told_head.lower() and b"\nset-cookie: x=y" not in told_head.lower()


@pytest.mark.parametrize("value", VALUES)
def test_what_is_echoed_in_xml_stays_a_value(server: Server, sandbox: str, value: str) -> None:
    """As activity, title, name, credit type: the answer is valid by its schema and tells it as it was sent."""
    text = escape(value).replace("\r", "&#13;").replace("\n", "&#10;")
    server.post("SaveActivity", None, sandbox)
    message = support.activities(support.activity("ECHO", title="TITLE", kind="KIND"))
    for blank in ("ECHO", "TITLE", "KIND"):
        server_answer = server.post("SaveActivity", message.replace(blank, text), sandbox)
        assert server_answer.status < 500
        assert RESPONSES.validate_response(server_answer.root) == ()
    record = support.learners(support.record(provider="PROVIDER", credits=(support.credit("TYPE", "AMOUNT"),)))
    for blank in ("PROVIDER", "TYPE", "AMOUNT", support.HOLLOWAY.last):
        answer = server.post("SaveLearnerActivity", record.replace(blank, text), sandbox)
        assert answer.status < 500
        assert RESPONSES.validate_response(answer.root) == ()
        assert answer.one("Result") != "Accepted" if answer.status == 200 else True
        assert answer.all("CreditId") == []
        assert b"<script" not in answer.body


@pytest.mark.parametrize("value", VALUES)
def test_what_is_echoed_in_headers_adds_none(server: Server, value: str) -> None:
    """By query, path, scenario, media type, credentials and activity ID; the raw heads are looked at."""
    encoded = quote(value, safe="")
    message = support.sample("LearnerMatchRequest").encode()
    one_line = value.replace("\r", " ").replace("\n", " ").encode("utf-8").decode("latin-1")
    with Line(server.base) as line:
        heads = [
            line.ask("GET", f"{path_of('GetActivity')}?ProviderActivityID={encoded}", b"", f"Authorization: {basic()}"),
            line.ask(
                "GET", f"{path_of('GetLearnerStatusByCreditId')}?CreditId={encoded}", b"", f"Authorization: {basic()}"
            ),
            line.ask("POST", path_of("LearnerMatchRequest", encoded), message, "Content-Type: text/xml"),
            line.ask("GET", f"/_mockpars/sandboxes/{encoded}"),
            line.ask("GET", f"/_mockpars/studio-login?next={encoded}"),
            line.ask("GET", f"/_mockpars/studio/default/learners?q={encoded}"),
            line.ask("GET", f"/{encoded}"),
            line.ask(
                "POST",
                path_of("LearnerMatchRequest"),
                message,
                "Content-Type: text/xml",
                f"X-Mockpars-Scenario: {one_line}",
            ),
            line.ask("POST", path_of("LearnerMatchRequest"), message, f"Content-Type: {one_line}"),
        ]
    for told in heads:
        assert told.status < 500
        assert _clean(told.head)
        assert b"<script>alert" not in told.body or b"\ncontent-type: application/json" in told.head.lower()


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../x",
        "..%2fx",
        "%2e%2e",
        "/etc",
        "a/b",
        "a\\b",
        "a%00b",
        "a\u0000b",
        "CON",
        "",
        " ",
        "a" * 300,
        "a;b",
        "é",
        "x\r\n",
        ".",
    ],
)
def test_a_sandbox_name_is_never_a_path(server: Server, name: str) -> None:
    """422 for what is not lower-case letters, digits and hyphens; nothing is made of it, nothing answers under it."""
    status, told = server.control("POST", "sandboxes", {"name": name})
    assert status == 422, told
    _, listed = server.control("GET", "sandboxes")
    assert name not in [entry["name"] for entry in listed["sandboxes"]]
    answer = server.request(
        "POST", path_of("LearnerMatchRequest", quote(name, safe="") or "%20"), b"<a/>", Content_Type="text/xml"
    )
    assert answer.status in (400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/_mockpars/studio-static/../../settings.py",
        "/_mockpars/studio-static/..%2f..%2f..%2fsettings.py",
        "/_mockpars/studio-static/%2e%2e/%2e%2e/__init__.py",
        "/_mockpars/studio-static//etc/passwd",
        "/_mockpars/studio-static/..\\..\\guard.py",
        "/services/../_mockpars/../../etc/passwd",
        "/_mockpars/studio-static/studio.css%00.py",
    ],
)
def test_no_path_leads_out_of_the_static_files(server: Server, path: str) -> None:
    """404, whatever the spelling."""
    with Line(server.base) as line:
        told = line.ask("GET", path)
    assert told.status in (303, 308, 400, 404)
    assert b"import " not in told.body
    assert b"root:" not in told.body


@pytest.mark.parametrize("value", VALUES)
def test_the_journal_and_the_studio_show_it_as_text(server: Server, sandbox: str, value: str) -> None:
    """The page of the exchange, of the activity and of the search have no element that came from a value."""
    text = escape(value).replace("\r", "&#13;").replace("\n", "&#10;")
    agent = value.replace("\r", " ").replace("\n", " ").encode().decode("latin-1")
    message = support.activities(support.activity("XSS", title="TITLE")).replace("TITLE", text)
    answer = server.post("SaveActivity", message, sandbox, User_Agent=agent)
    assert answer.status < 500
    status, told = server.control("GET", f"sandboxes/{sandbox}/journal")
    assert status == 200
    number = told["exchanges"][0]["id"]
    assert server.control("GET", f"sandboxes/{sandbox}/journal/{number}")[0] == 200
    for page in (
        f"journal/{number}",
        "activities",
        "journal",
        f"learners?q={quote(value)}",
        f"physicians?q={quote(value)}",
    ):
        shown = server.request("GET", f"/_mockpars/studio/{sandbox}/{page}")
        assert shown.status == 200
        for element in (b"<script>alert", b"<img src=x", b"7*7}}${49", b"{{49"):
            assert element not in shown.body


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sql_is_only_ever_a_value(server: Server, sandbox: str, operation: str) -> None:
    """Quotes and comments find nothing more than any other unknown value, and the sandbox is as it was."""
    server.post("SaveActivity", None, sandbox)
    server.post("SaveLearnerActivity", None, sandbox)
    for value in ("' OR '1'='1", "1; DELETE FROM learner_record; --", "\\'; DROP TABLE world; --", "%' --", "*"):
        query = "&".join(f"{name}={quote(value)}" for name in ("AccmeActivityID", "CreditId", "moduleID", "UniqueID"))
        answer = server.request("GET", f"{path_of(operation, sandbox)}?{query}", Authorization=basic())
        assert answer.status in (200, 400, 404, 405)
        assert b"<Status>Submitted" not in answer.body
    assert server.post("SaveLearnerActivity", None, sandbox).codes == ["304"]


def test_nothing_is_left_in_the_folder_the_server_runs_in(server: Server) -> None:
    """Whatever names were sent above."""
    assert not [entry for entry in Path.cwd().iterdir() if entry.name in ("x", "etc", "CON", "a")]
