"""Every page of the studio, in the order of its menu."""

from __future__ import annotations

from mockpars.web.studio.pages import (
    activities,
    breaking,
    codes,
    journal,
    learners,
    mail,
    overview,
    physicians,
    upload,
)
from mockpars.web.studio.place import Page

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *physicians.PAGES,
    *activities.PAGES,
    *learners.PAGES,
    *breaking.PAGES,
    *journal.PAGES,
    *mail.PAGES,
    *codes.PAGES,
    *upload.PAGES,
)
"""What the application is made of."""
