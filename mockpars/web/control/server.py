"""Endpoints about the server itself: how does it do, what can it answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockpars import __version__
from mockpars.domain.rejection import CATALOGUE, Rejection
from mockpars.domain.rules import STAGES
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.resources import data_path
from mockpars.service.confirmed import NEVER, Confirmation, code_confirmations
from mockpars.service.physicians import read_personas
from mockpars.settings import Settings
from mockpars.web.control.clock import shown_clock
from mockpars.web.control.endpoint import PREFIX, Call, Endpoint
from mockpars.web.control.ready import READY


def health(call: Call) -> dict[str, Any]:
    """Version, store, uptime, and how many sandboxes there are."""
    world, wall = call.world, call.world.wall()
    settings = world.settings
    living = [row for row in world.store.worlds.living() if row.expires_at is None or row.expires_at > wall]
    return {
        "status": "ok",
        "version": __version__,
        "store": shown_store(settings),
        "uptime_seconds": max(0, int((wall - call.started).total_seconds())),
        "sandboxes": len(living),
        "clock": shown_clock(call.sandbox()),
    }


def describe(call: Call) -> dict[str, Any]:
    """The description of everything that is served."""
    from mockpars.web.openapi import describe as description  # here: it needs the table this endpoint is in

    return description()


def list_codes(call: Call) -> dict[str, Any]:
    """Every rejection code with its rules and what provokes it."""
    return {"codes": explain_codes()}


def explain_codes() -> list[dict[str, Any]]:
    """Every code as plain data."""
    personas, confirmations = read_personas(data_path("seed")), code_confirmations()
    return [_explained(entry, personas, confirmations) for entry in CATALOGUE.values()]


def _explained(
    entry: Rejection, personas: list[dict[str, Any]], confirmations: Mapping[int, Confirmation]
) -> dict[str, Any]:
    """Meaning, fix, how sure we are, rules, what provokes it, and what the real sandbox said of it."""
    rules = [(stage, rule) for stage, some in STAGES.items() for rule in some if rule.code == entry.code]
    return {
        "code": entry.code,
        "meaning": entry.meaning,
        "fix": entry.fix,
        "basis": entry.basis,
        "source": entry.source,
        "rules": [
            {
                "id": rule.id,
                "stage": stage,
                "field": rule.field,
                "message": rule.message,
                "fix": rule.fix,
                "basis": rule.basis,
                "source": rule.source,
            }
            for stage, rule in rules
        ],
        "personas": [persona["key"] for persona in personas if entry.code in persona["codes"]],
        "scenarios": [kind.name for kind in CATALOGUE_OF_SCENARIOS.values() if kind.code == entry.code],
        "real_sandbox": _shown_confirmation(confirmations.get(entry.code, NEVER)),
    }


def _shown_confirmation(found: Confirmation) -> dict[str, Any]:
    days = {"confirmed": found.confirmed, "refuted": found.refuted}
    shown = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"word": found.word, **shown, "by": list(found.by), "sentence": found.sentence}


ENDPOINTS = (
    READY,
    Endpoint("GET", f"{PREFIX}/health", health, "Version, store, uptime, sandboxes and clock", "Health"),
    Endpoint("GET", f"{PREFIX}/openapi.json", describe, "This description", "Description", open_to_all=True),
    Endpoint("GET", f"{PREFIX}/codes", list_codes, "The rejection codes, and what provokes each", "Codes"),
)


def shown_store(settings: Settings) -> dict[str, Any]:
    """Where sandboxes are kept, as plain data."""
    if settings.database_url:
        return {"kind": "postgresql"}
    return {"kind": "memory"} if settings.ephemeral else {"kind": "sqlite", "durable": settings.durable}
