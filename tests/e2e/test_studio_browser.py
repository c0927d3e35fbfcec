"""The studio in a real browser: a QA analyst's whole story, every page at two widths, and axe-core's verdict on each.

Needs Debian's chromium and Playwright (`pip install playwright`), and npm for axe-core; skipped with the reason where
one is missing. Screenshots go to build/studio; STUDIO_PICTURES=1 also renews the pictures of docs/qa.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import NOW, PEOPLE, learners, path_of, record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "studio"
PICTURES = ROOT / "docs" / "qa"
STUDIO = "/_mockpars/studio/default"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SERVER = f"""
from argparse import Namespace
from functools import partial
from mockpars.settings import load
from mockpars.web.bodies import Limits
from mockpars.web.control_api import control_api
from mockpars.web.app import Pars
from mockpars.web.server import run
from mockpars.web.studio import studio
from mockpars.web.wsgi import run_wsgi
from mockpars.world import open_world

world = open_world(load(Namespace(ephemeral="true", clock="{NOW}"), {{}}), grouped=True)
app = Pars(world)
app.register_blueprint(studio(world))
app.register_blueprint(control_api(world))
run(partial(run_wsgi, app), "127.0.0.1", 0, Limits(), ready=lambda port: print(port, flush=True))
"""
PAGES = {
    "overview": "/",
    "physicians": "/physicians",
    "physician": "/physicians/irma-internist",
    "activities": "/activities",
    "activity": "/activities/12345678",
    "activity-form": "/activities/12345678/edit",
    "learners": "/learners",
    "record": "/learners/100000002",
    "break": "/break?how=303&physician=PH-0002",
    "journal": "/journal",
    "exchange": "/journal/4",
    "mail": "/mail",
    "notice": "/mail/100000002-ABIM",
    "codes": "/codes",
    "upload": "/upload",
}
IRMA = "PH-0039"
MISHANDLES_303 = "takes-any-answer-for-success"
IN_THE_DOCS = ("overview", "break", "record", "journal", "exchange", "learners", "mail")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A served sandbox of its own."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser, started once."""
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip("needs chromium: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script, from the npm registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    fetched = subprocess.run([npm, "pack", "axe-core@4"], cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"axe-core cannot be fetched: {fetched.stderr.strip()[-200:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A window of 1280 pixels in which no script may fail and no policy be broken."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address) as context:
        opened = context.new_page()
        complaints = _complaints(opened)
        yield opened
        assert complaints == []


def _complaints(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def _client_takes_it(address: str, message: str) -> bool:
    """A careless client's check: it only ever expects to be accepted."""
    request = urllib.request.Request(
        address + path_of("SaveLearnerActivity"), message.encode(), {"Content-Type": "application/xml"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return b"<Result>Accepted</Result>" in answer.read()


def _picture(page: Page, name: str) -> None:
    if os.environ.get("STUDIO_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


def _check(client: str, scenarios: Path, report: Path) -> tuple[int, dict[str, str]]:
    """`mockpars client check` on a client, by the exams of scenario files: exit status, and each item's status."""
    command = [sys.executable, "-m", "mockpars", "client", "check", "--scenarios", str(scenarios)]
    done = subprocess.run(
        [*command, "--run", f"{sys.executable} {client}", "--json", str(report), "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert report.exists(), done.stderr
    items = json.loads(report.read_text(encoding="utf-8"))["items"]
    return done.returncode, {item["id"]: item["status"] for item in items}


def test_from_choosing_303_to_a_scenario_that_fails_a_client(page: Page, address: str, tmp_path: Path) -> None:
    page.goto("/_mockpars/")
    _press(page, "Load the example")
    assert "The example is there" in page.locator(".flash").inner_text()

    page.get_by_role("link", name="Codes", exact=True).click()
    page.get_by_role("link", name="Break it with 303").click()
    assert page.locator(".xml .marked").first.inner_text().startswith("<ar:CompletedDateTime>2027-01-01")
    page.get_by_label("Physician").fill("irma")
    page.locator(f"#physicians option[value={IRMA}]").wait_for(state="attached")
    page.get_by_label("Physician").fill(IRMA)
    _press(page, "Show the message")
    _press(page, "Send it")
    verdict = page.locator("#verdict")
    assert "Verdict: Rejected 303" in " ".join(verdict.inner_text().split())
    _picture(page, "verdict")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download as YAML").click()
    file = tmp_path / "scenarios" / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "reject-303.yaml"

    page.get_by_label("How many requests").fill("1")
    _press(page, "Save as a scenario")
    assert "reject-303" in page.locator("#armed").inner_text()
    _picture(page, "armed")

    good = learners(record(PEOPLE["jose-nunez"], completed="2026-05-09"))
    assert not _client_takes_it(address, good)
    page.goto(f"{STUDIO}/journal")
    assert "scenario 'reject-303' asked for this answer" in _latest_exchange(page)
    assert _client_takes_it(address, good)

    wrong, found = _check(f"-m tests.impostors.command {MISHANDLES_303}", file.parent, tmp_path / "wrong.json")
    assert (wrong, found["303"], found["reports-truth"]) == (1, "broken", "broken")
    right, found = _check("tests/impostors/right_client.py", file.parent, tmp_path / "right.json")
    assert (right, found["303"], found["reports-truth"]) == (0, "met", "met")


def _latest_exchange(page: Page) -> str:
    page.locator("#exchanges tbody th a").first.click()
    page.wait_for_load_state()
    return page.locator("main").inner_text()


def test_the_journal_is_live_and_can_be_paused(page: Page, address: str) -> None:
    page.goto(f"{STUDIO}/journal")
    before = page.locator("#exchanges tbody tr").count()
    _client_takes_it(address, learners(record(PEOPLE["sun-o"], completed="2026-05-09")))
    page.locator("#exchanges tbody tr").nth(before).wait_for(timeout=8000)
    page.get_by_label("Refresh").select_option("paused")
    _press(page, "Filter")
    assert "Paused." in page.locator(".live").inner_text()


def test_a_board_refuses_overnight_and_mail_arrives(page: Page) -> None:
    page.goto(f"{STUDIO}/break?how=board-reject&board=ABIM&physician=PH-0039")
    if page.get_by_role("button", name="Load the example").count():
        _press(page, "Load the example")
        page.goto(f"{STUDIO}/break?how=board-reject&board=ABIM&physician=PH-0039")
    _press(page, "Send it")
    assert "Accepted as" in page.locator("#verdict").inner_text()
    for _ in range(2):
        _press(page, "Advance to next overnight")
    assert "Rejected" in page.locator("#changes").inner_text()
    page.get_by_role("link", name="Mail", exact=True).click()
    assert "ABIM did not accept" in page.locator("main").inner_text()


def test_it_can_be_used_by_keyboard_alone(page: Page) -> None:
    page.goto("/_mockpars/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.fixture(scope="module")
def full(chromium: Browser, address: str) -> dict[str, str]:
    """Every page's address, in a sandbox where each has something to show."""
    base = f"{address}/_mockpars/studio/shown"
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/_mockpars/")
        page.get_by_label("Name", exact=True).fill("shown")
        _press(page, "Create")
        _press(page, "Load the example")
        for how in ("board-reject&board=ABIM", "303", "305", "300"):
            page.goto(f"{base}/break?how={how}&physician=PH-0039")
            _press(page, "Send it")
        for _ in range(2):
            _press(page, "Advance to next overnight")
    return {name: base + path for name, path in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_every_page_fits_and_is_accessible(
    chromium: Browser, full: dict[str, str], axe: str, name: str, width: int, theme: Any
) -> None:
    size: Any = {"width": width, "height": 900 if width > 800 else 844}
    # axe-core is put into the page by the test; the page's own policy would rightly keep it out.
    with chromium.new_context(viewport=size, color_scheme=theme, bypass_csp=True) as context:
        page = context.new_page()
        complaints = _complaints(page)
        answer = page.goto(full[name])
        assert answer is not None
        assert answer.status == 200
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}-{width}-{theme}.png", full_page=True)
        if (width, theme) == (1280, "light") and name in IN_THE_DOCS:
            _picture(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(result => result.violations)")
        serious = [_told(entry) for entry in found if entry["impact"] in ("serious", "critical")]
        assert serious == []
        assert complaints == []


def _told(violation: dict[str, Any]) -> str:
    nodes = "; ".join(re.sub(r"\s+", " ", node["html"])[:160] for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {nodes}"
