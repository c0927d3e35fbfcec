"""Every page opens, empty and full, says what it should, and escapes what it is sent."""

from __future__ import annotations

import re
import sys

import pytest

from tests.support import HOLLOWAY, activities, activity, learners, match, record
from tests.web.studio.browsing import Browser

PAGES = (
    "/",
    "/physicians",
    "/physicians/PH-0001",
    "/physicians/irma-internist",
    "/activities",
    "/activities/new",
    "/learners",
    "/break",
    "/journal",
    "/journal/rows?newest=0&live=off&outcome=Accepted",
    "/mail",
    "/codes",
    "/upload",
)
FULL = (
    "/activities/12345678",
    "/activities/12345678/edit",
    "/learners/100000001",
    "/journal/1",
    "/journal/2",
    "/journal/3",
    "/break/physicians?physician=hollo",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_an_empty_sandbox_open(browser: Browser, path: str) -> None:
    if path.startswith("/journal/rows"):
        assert browser.open(path).status_code == 204
    else:
        assert "<h1" in browser.page(path)


@pytest.mark.parametrize("path", [*PAGES, *FULL])
def test_pages_of_a_busy_sandbox_open(busy: Browser, path: str) -> None:
    assert busy.page(path)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/physicians/PH-9999",
        "/activities/1",
        "/activities/x/edit",
        "/learners/1",
        "/learners/x",
        "/learners.pdf",
        "/journal/99",
        "/mail/100000001-TX",
        "/mail/x",
        "/mail/x.eml",
        "/upload/report/none.csv",
        "/upload/template.doc",
        "/_mockpars/studio/nosuch/",
        "/_mockpars/studio-static/nothing.js",
        "/_mockpars/studio-static/../site.py",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(browser: Browser, path: str) -> None:
    answer = browser.open(path)
    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text or answer.is_json


@pytest.mark.parametrize("path", ["/_mockpars", "/_mockpars/studio", "/_mockpars/studio/"])
def test_short_addresses_lead_home(browser: Browser, path: str) -> None:
    answer = browser.open(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/_mockpars/")


def test_the_control_api_keeps_its_paths(browser: Browser) -> None:
    assert browser.open("/_mockpars/ready").json == {"ready": True}
    assert browser.open("/_mockpars/sandboxes").is_json
    assert browser.open("/_mockpars/", "DELETE").is_json


def test_an_empty_overview_says_what_to_do(browser: Browser) -> None:
    page = browser.page("/_mockpars/")
    assert "Load the example" in page
    assert "Nothing was rejected lately" in page


def test_the_overview_shows_time_contents_and_trouble(busy: Browser) -> None:
    busy.send("SaveLearnerActivity", learners(record(completed="2024-01-01")))
    page = busy.page("/")
    assert "Sun 10 May 2026, 10:00 CDT" in page
    assert "<strong>350</strong> physicians" in page
    assert "#4 SaveLearnerActivity</a> with 303" in page


def test_physicians_are_found_by_what_is_known_of_them(browser: Browser) -> None:
    for query, name in (
        ("q=Holloway", "James Holloway"),
        (f"q={HOLLOWAY.npi}", "James Holloway"),
        ("q=PH-0002", "José Núñez"),
        ("q=nunez", "José Núñez"),
        ("persona=irma-internist", "Irma Internist"),
    ):
        page = browser.page(f"/physicians?{query}")
        assert name in page
        assert "1 to 1 of 1" in page
    assert "Nobody fits" in browser.page("/physicians?q=Nobody+At+All")
    assert "of 350" not in browser.page("/physicians?state=TX&board=ABIM&profession=MD&persona=")


def test_physicians_come_in_pages(browser: Browser) -> None:
    first = browser.page("/physicians")
    assert 'rel="next"' in first
    second = browser.page("/physicians?start=50")
    assert 'rel="prev"' in second
    assert "51 to 100 of 350" in second


def test_a_transcript_has_the_columns_of_cme_passport(busy: Browser) -> None:
    page = busy.page("/physicians/PH-0001")
    assert "Accredited Continuing Education Transcript" in page
    for heading in ("Completion Date", "Activity", "Credits Earned"):
        assert f'<th scope="col">{heading}</th>' in page
    assert "1.0 AMA PRA Category 1 Credit" in page


def test_a_transcript_is_printed(busy: Browser) -> None:
    pytest.importorskip("fpdf", reason="needs fpdf2, of the studio extra")
    for physician in ("PH-0001", "oystein-odegaard", "jose-nunez"):
        answer = busy.open(f"/physicians/{physician}/transcript.pdf")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF-")


def test_the_learner_search_has_the_columns_of_pars(busy: Browser) -> None:
    page = busy.page("/learners")
    headings = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)
    for wanted in ("Board", "Name", "DOB", "Learner ID", "Activity", "Completion", "Credits Awarded", "Status"):
        assert wanted in headings
    assert "James Holloway" in page


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("q=holloway", True),
        ("q=1234567890", True),
        ("q=nobody", False),
        ("activity=12345678", True),
        ("activity=AMC-HIPAA-2025-V4", True),
        ("activity=1", False),
        ("status=Submitted", True),
        ("status=Approved", False),
        ("status=Deleted", False),
        ("board=ABIM", False),
        ("from=2026-05-10&to=2026-05-10", True),
        ("from=2026-05-11", False),
        ("to=2026-05-09", False),
        ("from=nonsense", True),
    ],
)
def test_the_learner_search_narrows(busy: Browser, query: str, is_there: bool) -> None:
    assert ("James Holloway" in busy.page(f"/learners?{query}")) is is_there


def test_a_record_shows_its_life_and_its_xml(busy: Browser) -> None:
    page = busy.page("/learners/100000001")
    assert '<svg class="timeline"' in page
    assert "still to come" in page
    assert "ar:CompletedDateTime" in page
    assert "ccid:mockpars:100000001" in page


def test_the_journal_filters_and_refreshes(busy: Browser) -> None:
    busy.send("LearnerMatchRequest", match())
    page = busy.page("/journal")
    assert 'hx-trigger="every 2s"' in page
    assert page.count("LearnerMatchRequest</td>") == 2
    assert "hx-trigger" not in busy.page("/journal?live=off")
    narrowed = busy.page("/journal?operation=SaveActivity")
    assert "LearnerMatchRequest</td>" not in narrowed
    assert busy.open("/journal/rows?newest=4").status_code == 204
    assert "#4" in busy.page("/journal/rows?newest=3")
    assert "No exchange fits" in busy.page("/journal?code=322")


def test_an_exchange_is_explained_with_the_offending_node_marked(busy: Browser) -> None:
    busy.send("SaveLearnerActivity", learners(record(completed="2025-12-31")))
    page = busy.page("/journal/4")
    assert "Completed 2025-12-31, but the activity runs" in page
    assert re.search(r'line marked"><code[^>]*><span class="tag">&lt;ar:CompletedDateTime</span>', page)
    assert "documented" in page
    assert "How to mend it" in page


def test_a_learner_not_found_names_the_nearest(busy: Browser) -> None:
    busy.send("LearnerMatchRequest", match().replace("1975-03-22", "1975-03-23"))
    page = busy.page("/journal/4")
    assert "Nearest physicians" in page
    assert 'physicians/PH-0001">James Holloway</a>' in page


def test_a_broken_request_is_explained_too(busy: Browser) -> None:
    busy.send("SaveLearnerActivity", "<not-xml")
    assert "Malformed" in busy.page("/journal/4")
    busy.send("SaveLearnerActivity", learners().replace("<ar:FirstName>James</ar:FirstName>", ""))
    assert "FirstName" in busy.page("/journal/5")
    busy.send("SaveLearnerActivity", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert "&lt;!DOCTYPE" in busy.page("/journal/6")


def test_nothing_that_was_sent_is_rendered_as_markup(browser: Browser) -> None:
    attack = '<script>alert("x")</script>\'"><img src=x onerror=alert(1)>'
    browser.send("SaveActivity", activities(activity(title=attack, name="A&<b>")))
    browser.send("SaveLearnerActivity", f"<{attack}")
    for path in ("/", "/activities", "/activities/12345678", "/activities/12345678/edit", "/journal", "/journal/1"):
        page = browser.page(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    for path in ("/physicians", "/learners", "/journal", "/break"):
        page = browser.page(f"{path}?q={attack}&activity={attack}&physician={attack}&argument={attack}&seen={attack}")
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_codes_tell_meaning_fix_basis_and_trigger(browser: Browser) -> None:
    page = browser.page("/codes")
    for code in (100, 101, 102, 103, 104, 105, 200, 300, 301, 302, 303, 304, 305, 306, 307, 310, 322):
        assert f'id="code-{code}"' in page
    assert "reject-303" in page
    assert "lars-latecomer" in page
    assert "answer-lost" in page


def test_static_files_are_served(browser: Browser) -> None:
    for name, kind in (("studio.css", "text/css"), ("htmx.min.js", "javascript"), ("icon.svg", "image/svg+xml")):
        answer = browser.open(f"/_mockpars/studio-static/{name}")
        assert answer.status_code == 200
        assert kind in answer.headers["Content-Type"]


def test_what_is_not_installed_is_named(busy: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    answer = busy.open("/physicians/PH-0001/transcript.pdf")
    assert answer.status_code == 409
    assert "mockpars[studio]" in answer.text
