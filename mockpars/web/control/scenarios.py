"""Endpoints of scenarios: what there is, and what is armed in a sandbox."""

from __future__ import annotations

import re
from typing import Any

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS, Scenario
from mockpars.service import arming, physicians
from mockpars.service.arming import ArmedScenario, can_act
from mockpars.service.scenario_files import SavedScenario
from mockpars.service.scenarios import read_scenario, read_wish
from mockpars.web.control.endpoint import NUMBER_MOST, PREFIX, SANDBOX, Call, Endpoint, choice, fields, text, whole
from mockpars.web.control.refusals import Detail, invalid, not_found
from mockpars.web.operations import OPERATIONS

_BASE = f"{SANDBOX}/scenarios"


def list_scenarios(call: Call) -> dict[str, Any]:
    """The catalogue."""
    return {
        "scenarios": [
            {
                "name": kind.name,
                "title": kind.title,
                "effect": kind.effect,
                "code": kind.code,
                "argument": kind.argument,
                "default": kind.default,
                "basis": kind.basis,
                "source": kind.source,
            }
            for kind in CATALOGUE_OF_SCENARIOS.values()
        ]
        + [_saved(entry) for entry in call.world.scenario_files.all() if entry.name]
    }


def _saved(entry: SavedScenario) -> dict[str, Any]:
    """A scenario of a file, as an entry of the catalogue."""
    kind = read_scenario(entry.body["scenario"]).kind
    return {
        "name": entry.name,
        "title": entry.title or kind.title,
        "effect": kind.effect,
        "code": kind.code,
        "argument": None,
        "default": None,
        "basis": kind.basis,
        "source": kind.source,
    }


def list_armed(call: Call) -> dict[str, Any]:
    """In the order they were armed."""
    return {"armed": [_shown(entry) for entry in arming.all_armed(call.sandbox())]}


def arm(call: Call) -> dict[str, Any]:
    """From now on it acts on the requests it means."""
    sandbox, body = call.sandbox(), dict(call.body)
    wish = read_wish(body["scenario"], call.world.scenario_files)
    body = {**wish.body, **{key: value for key, value in body.items() if key != "scenario"}}
    if wish.remaining is not None:
        body.setdefault("times", wish.remaining)
    scenario = read_scenario(body["scenario"], body.get("reason"))
    wrong = _problems(call, scenario)
    if wrong:
        raise invalid(wrong, "The scenario")
    if "operation" in body:
        body["operation"] = _ALIASES.get(body["operation"], body["operation"])
    times = body.pop("times", None)
    return _shown(arming.arm(sandbox, body, None if times is None else int(times)))


def disarm(call: Call) -> None:
    """One."""
    number = call.path["armed"]
    known = re.fullmatch(r"\d{1,15}", number, re.ASCII) is not None
    if not known or not arming.disarm(call.sandbox(), int(number)):
        raise not_found(f"No scenario {number[:40]!r} is armed.", "It may have acted as often as it should.")


def disarm_all(call: Call) -> None:
    """All."""
    arming.disarm(call.sandbox())


def _problems(call: Call, scenario: Scenario) -> list[Detail]:
    body, found = call.body, []
    if "reason" in body and scenario.kind.effect != "decide":
        found.append({"field": "reason", "problem": f"{scenario.name} gives no reason", "expected": "no reason"})
    if "physician" in body and not physicians.named(call.sandbox(), body["physician"]):
        expected = "the ID, NPI or persona of a physician"
        found.append({"field": "physician", "problem": f'"{body["physician"]}" is nobody', "expected": expected})
    operation = _ALIASES.get(body.get("operation", ""), body.get("operation"))
    if operation is not None and not can_act(scenario, operation):
        expected = "an operation that can answer so"
        found.append(
            {"field": "operation", "problem": f"{scenario.name} never acts on {operation}", "expected": expected}
        )
    return found


def _shown(entry: ArmedScenario) -> dict[str, Any]:
    return {"id": entry.id, "remaining": entry.remaining, **{key: entry.body.get(key) for key in _FIELDS}}


_ALIASES = {alias: operation.name for operation in OPERATIONS.values() for alias in operation.aliases}
_FIELDS = ("scenario", "operation", "physician", "activity", "percent", "reason")
_NEW = fields(
    ("scenario",),
    scenario=text("Name, with an argument where it takes one: reject-303, board-reject:ABIM, latency:0.5-2", 60),
    times=whole("How many requests it acts on; until disarmed without it", 1, NUMBER_MOST),
    operation=choice("Only requests of this operation", *OPERATIONS, *_ALIASES),
    physician=text("Only records of this physician: ID, NPI or persona", 60),
    activity=text("Only records that name this activity, by either ID"),
    percent=whole("How many requests of a hundred it acts on, evenly drawn", 1, 100),
    reason=text("Reason a board gives", 500),
)

ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/scenarios", list_scenarios, "The catalogue of scenarios", "Scenarios"),
    Endpoint("GET", _BASE, list_armed, "List the armed scenarios", "ArmedScenarios"),
    Endpoint(
        "POST",
        _BASE,
        arm,
        "Arm a scenario",
        "ArmedScenario",
        status=201,
        body=_NEW,
        description="An unknown scenario is a 422 that lists the known ones.",
    ),
    Endpoint("DELETE", _BASE, disarm_all, "Disarm all scenarios", status=204),
    Endpoint("DELETE", f"{_BASE}/{{armed}}", disarm, "Disarm a scenario", status=204),
)
