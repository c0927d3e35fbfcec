"""Studios to browse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.web.studio.browsing import Browser


@pytest.fixture
def browse() -> Iterator[Callable[..., Browser]]:
    """Opens studios, each with settings of its own, and closes them at the end."""
    opened: list[Browser] = []

    def make(*where: str, **settings: str) -> Browser:
        opened.append(Browser(*where, **settings))
        return opened[-1]

    yield make
    for browser in opened:
        browser.world.store.close()


@pytest.fixture
def browser(browse: Callable[..., Browser]) -> Browser:
    """A fresh sandbox, seen from the machine it runs on."""
    return browse()


@pytest.fixture
def busy(browser: Browser) -> Browser:
    """A sandbox in which the example was loaded."""
    browser.example()
    return browser
