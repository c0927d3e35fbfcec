"""The seed files as text, laid out so that a change reads well in a diff."""

import json
from collections.abc import Iterable
from typing import Any

from mockpars.seeding.people import Physician, build_people
from mockpars.seeding.personas import PERSONAS, Persona

NOTE = (
    "Synthetic physicians, made by `python -m mockpars.seeding`; do not edit by hand. No real person is "
    "meant: the NPIs start with 2, as no issued one does, but for 1234567890 of the PARS reference's samples."
)


def seed_files() -> dict[str, str]:
    """Return the text of every generated seed file by its name, the same at every call."""
    people = build_people()
    known = {person.persona: person for person in people if person.persona}
    physicians = _document("physicians", (person.as_json() for person in people), note=NOTE)
    personas = _document("personas", (_persona(persona, known[persona.key]) for persona in PERSONAS), indent=1)
    return {"physicians.json": physicians, "personas.json": personas}


def _persona(persona: Persona, physician: Physician) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "key": persona.key,
        "physician": physician.id,
        "title": persona.title,
        "summary": persona.summary,
        "scenario": persona.scenario,
        "use": persona.use,
        "codes": list(persona.codes),
    }
    return entry if persona.reason is None else {**entry, "reason": persona.reason}


def _document(name: str, entries: Iterable[dict[str, Any]], note: str = "", indent: int | None = None) -> str:
    head = f'"note": {json.dumps(note)},\n' if note else ""
    # One entry a line, or a line for each of its keys where the values are sentences.
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, indent=indent) for entry in entries)
    return f'{{\n{head}"{name}": [\n{lines}\n]\n}}\n'
