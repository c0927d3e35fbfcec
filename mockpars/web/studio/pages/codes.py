"""The codes: what each means, how to mend it, how sure we are, and what sets it off."""

from __future__ import annotations

from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.resources import data_path
from mockpars.service.physicians import read_personas
from mockpars.web.control.server import explain_code
from mockpars.web.studio.breakages import BREAKAGES
from mockpars.web.studio.place import Page, Place


def listing(place: Place) -> str:
    """Every code, and every scenario."""
    personas = read_personas(data_path("seed"))
    return place.page(
        "codes.html",
        codes=[explain_code(entry, personas) for entry in CATALOGUE.values()],
        scenarios=CATALOGUE_OF_SCENARIOS.values(),
        breakages={entry.code: entry for entry in reversed(BREAKAGES.values()) if entry.code},
    )


PAGES = (Page("/codes", "codes", listing),)
