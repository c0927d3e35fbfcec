"""Who may open the studio, and that nobody else's page can fill in its forms."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.web.studio.browsing import Browser

Browse = Callable[..., Browser]
ELSEWHERE = ("203.0.113.9", "pars.example.org")
HOME = "/_mockpars/"


def _sign_in(browser: Browser, user: str, password: str, following: str = HOME) -> int:
    page = browser.open(f"/_mockpars/studio-login?next={following}").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    data = {"csrf": token[1], "user": user, "password": password, "next": following}
    browser.open("/_mockpars/studio-login", "POST", data=data)
    return browser.open(HOME).status_code


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8027", "[::1]:8027", "studio.localhost"])
def test_this_machine_needs_no_account(browse: Browse, host: str) -> None:
    assert browse("127.0.0.1", host).open(HOME).status_code == 200


@pytest.mark.parametrize(
    ("caller", "host"),
    [ELSEWHERE, ("127.0.0.1", "evil.example.com"), ("203.0.113.9", "localhost"), ("", "localhost")],
)
@pytest.mark.parametrize("control_from", ["local", "anywhere"])
def test_anybody_else_is_sent_to_sign_in(browse: Browse, caller: str, host: str, control_from: str) -> None:
    browser = browse(caller, host, control_from=control_from)
    answer = browser.open("/learners?q=a")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/_mockpars/studio-login?next=")
    page = browser.open("/_mockpars/studio-login").text
    assert "open to this machine only" in page
    assert 'name="password"' not in page


def test_the_ui_account_signs_in_and_out(browse: Browse) -> None:
    browser = browse(*ELSEWHERE, ui_user="qa@example.org", ui_password="let me in")
    assert _sign_in(browser, "qa@example.org", "wrong") == 303
    assert _sign_in(browser, "somebody", "let me in") == 303
    assert _sign_in(browser, "qa@example.org", "let me in") == 200
    assert "Sign out" in browser.page(HOME)
    browser.open("/_mockpars/studio-login", "POST", data={"csrf": browser.token(), "act": "out"})
    assert browser.open(HOME).status_code == 303


def test_with_a_token_even_this_machine_signs_in(browse: Browse) -> None:
    browser = browse(token="s3cret-token")
    assert browser.open(HOME).status_code == 303
    assert _sign_in(browser, "", "s3cret") == 303
    assert _sign_in(browser, "", "s3cret-token") == 200


@pytest.mark.parametrize(
    "address", ["https://evil.example.com/", "//evil.example.com", "/_mockpars//evil", "/services/"]
)
def test_signing_in_never_leads_elsewhere(browse: Browse, address: str) -> None:
    browser = browse(*ELSEWHERE, ui_password="let me in")
    page = browser.open("/_mockpars/studio-login", query_string={"next": address}).text
    assert 'name="next" value="/_mockpars/"' in page


def test_forms_of_a_stranger_are_refused_before_anything_happens(browse: Browse) -> None:
    browser = browse(*ELSEWHERE, ui_password="let me in")
    assert browser.open("/reset", "POST", data={"confirm": "default"}).status_code == 403


@pytest.mark.parametrize("data", [{}, {"csrf": ""}, {"csrf": "x" * 32}])
def test_a_form_without_its_token_is_refused(busy: Browser, data: dict[str, str]) -> None:
    answer = busy.open("/reset", "POST", data={"confirm": "default", **data})
    assert answer.status_code == 403
    assert "James Holloway" in busy.page("/learners")


def test_a_token_of_another_session_is_refused(browse: Browse) -> None:
    mine, other = browse(), browse()
    assert mine.open("/reset", "POST", data={"confirm": "default", "csrf": other.token()}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", "http://localhost:1"])
def test_a_page_of_another_origin_may_post_nothing(busy: Browser, origin: str) -> None:
    data = {"confirm": "default", "csrf": busy.token()}
    answer = busy.open("/reset", "POST", data=data, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "James Holloway" in busy.page("/learners")


def test_its_own_origin_may(busy: Browser) -> None:
    data = {"by": "overnight", "csrf": busy.token()}
    answer = busy.open("/advance", "POST", data=data, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", [HOME, "/journal", "/nowhere", "/learners.csv"])
def test_every_answer_keeps_scripts_and_frames_out(browser: Browser, path: str) -> None:
    headers = browser.open(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_cookie_stays_with_the_studio(browser: Browser) -> None:
    cookie = browser.open(HOME).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/_mockpars" in cookie


def test_pages_have_no_script_or_style_of_their_own(busy: Browser) -> None:
    for path in (
        "/",
        "/physicians",
        "/activities/new",
        "/learners/100000001",
        "/break",
        "/journal/1",
        "/codes",
        "/upload",
    ):
        page = busy.page(path)
        assert "style=" not in page
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"\son\w+=", page)


def test_an_answer_waits_until_what_it_shows_is_kept(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from mockpars.web.doorway import Exchange

    monkeypatch.setattr(type(browser.world.store), "pledge", lambda store: print)
    exchange = Exchange()
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "mockpars.exchange": exchange}
    browser.open(HOME, environ_overrides=environ)
    assert exchange.pledge is print
