"""The pages are made ready after the start, in short steps, so that the first one opens as fast as any other."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest

from mockpars.web import studio
from tests.web.studio.browsing import Browser

# In a process of its own, as in this one everything has been imported.
_STEPS = """
import sys
from tests.web.studio.browsing import Browser
from mockpars.web import studio
browser = Browser()
assert "mockpars.web.studio.site" not in sys.modules
new, steps = set(sys.modules), []
for _ in studio._steps(browser.app.extensions["mockpars.studio"]):
    ours = [name for name in set(sys.modules) - new if name.startswith("mockpars.")]
    new = set(sys.modules)
    steps.append(len(ours))
browser.page("/")
print(max(steps), sum(steps), *sorted(name for name in set(sys.modules) - new if name.startswith("mockpars.")))
"""


def test_when_the_pages_are_ready_the_first_one_imports_nothing() -> None:
    """Nor is most of it imported in one step."""
    done = subprocess.run([sys.executable, "-c", _STEPS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    most, every, *left = done.stdout.split()
    assert left == []
    assert 0 < int(most) < int(every) / 2


def test_the_templates_of_the_first_page_are_compiled(browser: Browser) -> None:
    site = browser.app.extensions["mockpars.studio"]
    for _ in studio._steps(site):
        pass
    cached = {name for _, name in site().jinja_env.cache}
    browser.page("/")
    assert {name for _, name in site().jinja_env.cache} == cached


def test_it_waits_for_the_first_clients_and_lets_others_in(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "_NOT_BEFORE", 0.05)
    monkeypatch.setattr(studio, "_MOMENT", 0)
    turns = 0

    async def go() -> None:
        nonlocal turns
        studio.warm_up(browser.app)
        task = browser.app.extensions["mockpars.studio.warm"]
        await asyncio.sleep(0.01)
        assert not task.done()
        while not task.done():
            turns += 1
            await asyncio.sleep(0)

    asyncio.run(go())
    assert turns > 20
    assert "overview.html" in {name for _, name in browser.app.extensions["mockpars.studio"]().jinja_env.cache}


def test_pages_that_cannot_be_made_are_told_in_the_log(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And do the server no harm."""
    monkeypatch.setattr(studio, "_NOT_BEFORE", 0)
    monkeypatch.setattr(studio, "_EVERYWHERE", ("no-such.html",))

    async def go() -> None:
        studio.warm_up(browser.app)
        await browser.app.extensions["mockpars.studio.warm"]

    with caplog.at_level(logging.ERROR, "mockpars"):
        asyncio.run(go())
    assert "could not be made ready" in caplog.text
