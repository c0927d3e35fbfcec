"""In a real browser: from a rejection in the journal to its support ticket on the disk, which is then replayed.

Needs what the studio's own browser tests need, and is skipped with the same reasons.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockpars.cli import main
from tests.e2e.test_studio_browser import STUDIO, address, chromium, page

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["address", "chromium", "page"]
pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_a_rejection_becomes_a_ticket_that_is_replayed(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto(f"{STUDIO}/")
    page.get_by_role("button", name="Load the example").click()
    page.goto(f"{STUDIO}/break?how=303&physician=PH-0002")
    page.get_by_role("button", name="Send").first.click()
    page.goto(f"{STUDIO}/journal")
    page.get_by_role("link", name="303").first.wait_for()
    page.goto(f"{STUDIO}/journal/4")
    saved = []
    for name in ("Make a support ticket", "Ticket as Markdown"):
        with page.expect_download() as waited:
            page.get_by_role("link", name=name).click()
        saved.append(tmp_path / waited.value.suggested_filename)
        waited.value.save_as(saved[-1])
    bundle, words = saved
    assert "# Support ticket: SaveLearnerActivity was rejected with 303" in words.read_text(encoding="utf-8")
    assert main(["replay", str(bundle)]) == 0
    assert "\nreproduced\n" in capsys.readouterr().out
