"""An exchange's page offers its support ticket, as a zip and as Markdown, also behind the studio's login."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from tests.support import HOLLOWAY, PASSWORD, USER
from tests.web.studio.browsing import Browser


def test_the_page_links_to_both_and_they_are_files_without_secrets(busy: Browser) -> None:
    links = re.findall(r'href="([^"]+/ticket\.\w+)" download', busy.page("/journal/3"))
    assert [link.rpartition("/")[2] for link in links] == ["ticket.zip", "ticket.md"]
    bundle, words = (busy.open(link) for link in links)
    assert bundle.content_type == "application/zip"
    assert words.content_type == "text/markdown; charset=utf-8"
    assert words.headers["Content-Disposition"] == 'attachment; filename="ticket-3.md"'
    with zipfile.ZipFile(io.BytesIO(bundle.data)) as archive:
        assert archive.read("ticket.md") == words.data
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert all(secret not in text for text in texts for secret in (USER, HOLLOWAY.born, f">{PASSWORD}<"))


@pytest.mark.parametrize("name", ["ticket.zip", "ticket.md"])
def test_of_what_is_not_in_the_journal_there_is_none(busy: Browser, name: str) -> None:
    assert busy.open(f"/journal/999/{name}").status_code == 404


def test_nobody_gets_one_without_logging_in(browse: Callable[..., Browser]) -> None:
    stranger = browse("203.0.113.9", "pars.example.org", token="let me in", control_from="anywhere")
    assert stranger.open("/journal/1/ticket.zip").status_code in (302, 303, 401, 403)
