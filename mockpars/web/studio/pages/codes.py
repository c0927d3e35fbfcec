"""The codes: what each means, how to mend it, how sure we are, what the real sandbox said, and what sets it off."""

from __future__ import annotations

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.web.control.server import explain_codes
from mockpars.web.studio.breakages import BREAKAGES
from mockpars.web.studio.place import Page, Place


def listing(place: Place) -> str:
    """Every code, and every scenario."""
    return place.page(
        "codes.html",
        codes=explain_codes(),
        scenarios=CATALOGUE_OF_SCENARIOS.values(),
        breakages={entry.code: entry for entry in reversed(BREAKAGES.values()) if entry.code},
    )


PAGES = (Page("/codes", "codes", listing),)
