"""Every form does what it says, through the API's own rules, and says what became of it."""

from __future__ import annotations

import pytest

from tests.support import learners, record
from tests.web.studio.browsing import Browser

ACTIVITY = {
    "provider_activity_id": "SEPSIS-1",
    "title": "Sepsis in the small hours",
    "starts": "2026-02-01",
    "ends": "2026-06-30",
    "claim_by": "2026-07-31",
    "credits": "2.0",
    "format": "Course",
    "support": "no",
}


def test_the_clock_advances_and_the_page_says_what_changed(busy: Browser) -> None:
    page = busy.told("/advance", by="overnight")
    assert "What changed" in page
    assert "Transmitted" in page
    assert "Mon 11 May 2026, 00:00 CDT" in page


def test_a_clock_that_is_advanced_by_nonsense_says_so(busy: Browser) -> None:
    answer = busy.post("/advance", by="yesterday")
    assert answer.status_code == 409
    assert "cannot advance" in answer.text


def test_sandboxes_are_made_and_switched(browser: Browser) -> None:
    page = browser.told("/create", new="team-a")
    assert "<h1>team-a</h1>" in page
    assert "/sandboxes/team-a/services/" in page
    assert "<option selected>team-a</option>" in page
    answer = browser.open("/switch?to=team-a")
    assert answer.headers["Location"] == "/_mockpars/studio/team-a/"
    assert browser.post("/create", new="Not A Name").status_code == 409
    assert browser.post("/create", new="team-a").status_code == 409


def test_each_sandbox_has_pages_of_its_own(browser: Browser) -> None:
    browser.told("/create", new="team-a")
    browser.told("/_mockpars/studio/team-a/example")
    assert "James Holloway" in browser.page("/_mockpars/studio/team-a/learners")
    assert "James Holloway" not in browser.page("/learners")


def test_a_reset_asks_for_the_name(busy: Browser) -> None:
    assert "Nothing was reset" in busy.told("/reset", confirm="yes")
    assert "James Holloway" in busy.page("/learners")
    assert "as new" in busy.told("/reset", confirm="default")
    assert "James Holloway" not in busy.page("/learners")


def test_an_activity_is_registered_edited_closed_and_deleted(browser: Browser) -> None:
    page = browser.told("/activities/save", **ACTIVITY)
    assert "PARS answered Accepted" in page
    assert "Sepsis in the small hours" in page
    edit = browser.page("/activities/12345678/edit")
    assert 'value="2026-07-31"' in edit
    page = browser.told("/activities/save", **ACTIVITY | {"title": "Sepsis at dawn", "accme_id": "12345678"})
    assert "Sepsis at dawn" in page
    assert "closed" in browser.told("/activities/12345678/act", act="close")
    assert "Open again." in browser.told("/activities/12345678/act", act="open")
    assert "Deleted" in browser.told("/activities/12345678/act", act="delete")
    assert "No activity is registered" in browser.page("/activities")
    assert "SaveActivity" in browser.page("/journal")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("starts", "2026-12-31", 101),
        ("credits", "none", 102),
        ("format", "Campfire", 103),
        ("support", "maybe", 104),
        ("claim_by", "2026-06-29", 105),
        ("accme_id", "99", 302),
    ],
)
def test_a_form_meets_the_rules_of_the_api(browser: Browser, field: str, value: str, code: int) -> None:
    answer = browser.post("/activities/save", **ACTIVITY | {field: value})
    assert answer.status_code == 200
    assert f'<span class="code">{code}</span>' in answer.text
    assert "How to mend it" in answer.text
    assert f'value="{value}"' in answer.text


def test_a_form_that_no_schema_takes_shows_why(browser: Browser) -> None:
    answer = browser.post("/activities/save", **ACTIVITY | {"starts": "tomorrow"})
    assert "Refused" in answer.text
    assert "startDateTime" in answer.text


def test_moc_is_registered_by_form(browser: Browser) -> None:
    moc = {
        "moc_board": ["ABIM", "ABOS", ""],
        "moc_points": ["2.0", "1.0", ""],
        "moc_kind": ["Medical Knowledge", "Self-Assessment", ""],
        "moc_claim_by": ["", "", ""],
        "moc_diplomate_id": ["", "", ""],
    }
    answer = browser.post("/activities/save", **ACTIVITY | moc)
    assert '<span class="code">322</span>' in answer.text
    page = browser.told("/activities/save", **ACTIVITY | moc | {"moc_diplomate_id": ["", "95001", ""]})
    assert "2.0 points, Medical Knowledge" in page


def test_qa_decides_as_the_board(busy: Browser) -> None:
    page = busy.told("/learners/100000001/decide", destination="TX", decision="reject", reason="Licence lapsed")
    assert "TX rejects" in page
    busy.told("/advance", by="overnight")
    page = busy.page("/learners/100000001")
    assert "Licence lapsed" in page
    assert "does not go to" in busy.told("/learners/100000001/decide", destination="AK", decision="approve")
    assert "Choose approve" in busy.told("/learners/100000001/decide", destination="TX", decision="maybe")


def test_a_refusal_arrives_as_mail(busy: Browser) -> None:
    assert "No mail" in busy.page("/mail")
    busy.told("/learners/100000001/decide", destination="TX", decision="reject", reason="Licence lapsed")
    assert "No mail" in busy.page("/mail")
    busy.told("/advance", by="overnight")
    assert "TX did not accept" in busy.page("/mail")
    letter = busy.page("/mail/100000001-TX")
    assert "Licence lapsed" in letter
    assert "1234567890" in letter
    message = busy.open("/mail/100000001-TX.eml")
    assert message.headers["Content-Type"] == "message/rfc822"
    assert "Subject: PARS: TX did not accept" in message.text
    assert "Needs attention" in busy.page("/")


def test_a_record_is_deleted_as_a_client_does(busy: Browser) -> None:
    page = busy.told("/learners/100000001/delete")
    assert "Deleted; it can be submitted again" in page
    assert '<span class="chip gone">Deleted</span>' in page
    assert "SaveLearnerActivity" in busy.page("/journal")
    assert "deleted before" in busy.told("/learners/100000001/delete")
    assert busy.send("SaveLearnerActivity", learners(record())).status_code == 200


def test_an_armed_scenario_is_shown_and_disarmed(busy: Browser) -> None:
    busy.told("/break/save", scenario="reject-303", operation="SaveLearnerActivity", times="2", percent="50")
    page = busy.page("/")
    assert "reject-303" in page
    assert "2 more" in page
    assert "50 % of requests" in page
    assert "Disarmed." in busy.told("/disarm", armed="1")
    assert "not armed any more" in busy.told("/disarm", armed="1")
