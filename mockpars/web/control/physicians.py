"""Endpoints of the physicians a sandbox knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

from mockpars.domain.model import MOC_BOARDS, Diplomate, Licence, Physician
from mockpars.service import physicians
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenarios import read_scenario
from mockpars.web.control.endpoint import LIMIT, SANDBOX, Call, Endpoint, choice, fields, pattern, text, yes_or_no
from mockpars.web.control.refusals import Detail, conflict, invalid, not_found

_BASE = f"{SANDBOX}/physicians"


def list_physicians(call: Call) -> dict[str, Any]:
    """Those that fit, by ID, a page at a time."""
    query, limit = call.query, call.number("limit", LIMIT["default"])
    wanted = physicians.Wanted(
        query.get("state"), query.get("board"), query.get("persona"), query.get("profession"), query.get("npi"),
        query.get("q"),
    )  # fmt: skip
    found = list(physicians.search(call.sandbox().physicians(), wanted))
    start = _start(found, query.get("after"))
    page = list(islice(found, start, start + limit))
    more = start + limit < len(found)
    return {
        "physicians": [physicians.as_body(entry) for entry in page],
        "total": len(found),
        "next": page[-1].id if more else None,
    }


def show_physician(call: Call) -> dict[str, Any]:
    """One, by ID, NPI or persona."""
    return physicians.as_body(the_physician(call.sandbox(), call.path["physician"]))


def add_physician(call: Call) -> dict[str, Any]:
    """One more, in this sandbox alone."""
    sandbox, body = call.sandbox(), call.body
    born = _date(body["date_of_birth"])
    states = {licence.state for entry in call.world.roster.physicians for licence in entry.licences}
    wrong = [*_licence_problems(body, states), *_board_problems(body)]
    if born is None:
        wrong.append({"field": "date_of_birth", "problem": "is not a date that exists", "expected": "YYYY-MM-DD"})
    if "reason" in body and "scenario" not in body:
        wrong.append({"field": "reason", "problem": "has no effect without a scenario", "expected": "scenario too"})
    if wrong or born is None:
        raise invalid(wrong, "The physician")
    if "scenario" in body:
        read_scenario(body["scenario"], body.get("reason"))
    return physicians.as_body(physicians.add(sandbox, as_physician(body, "", born)))


def as_physician(body: Mapping[str, Any], physician_id: str, born: date) -> Physician:
    """A physician as the schema `NEW` has them, whose date of birth has been read."""
    return Physician(
        id=physician_id,
        first_name=body["first_name"],
        last_name=body["last_name"],
        date_of_birth=born,
        npi=body["npi"],
        profession=body.get("profession", "MD"),
        licences=tuple(Licence(entry["state"], entry["number"]) for entry in body.get("licences", ())),
        boards=tuple(Diplomate(entry["board"], entry["diplomate_id"]) for entry in body.get("boards", ())),
        consent=body.get("consent", True),
        scenario=body.get("scenario"),
        reason=body.get("reason"),
    )


def the_physician(sandbox: Sandbox, name: str) -> Physician:
    """The one that an ID, an NPI or a persona names. Raises Refused: 404, or 409 when there are two."""
    found = physicians.named(sandbox, name)
    if not found:
        raise not_found(f"There is no physician {name[:60]!r}.", "Name one by ID (PH-0001), NPI or persona.")
    if len(found) > 1:
        ids = " and ".join(entry.id for entry in found)
        raise conflict(f"{ids} have the NPI {name}.", "Name one of them by ID.")
    return found[0]


def _start(found: list[Physician], after: str | None) -> int:
    if after is None:
        return 0
    return next((number for number, entry in enumerate(found, 1) if entry.id == after), len(found))


def _date(sent: str) -> date | None:
    try:
        return date.fromisoformat(sent)
    except ValueError:
        return None


def _licence_problems(body: Mapping[str, Any], states: set[str]) -> list[Detail]:
    return [
        {"field": f"licences/{number}/state", "problem": f'is "{entry["state"]}"', "expected": "a US state or DC"}
        for number, entry in enumerate(body.get("licences", ()))
        if entry["state"] not in states
    ]


def _board_problems(body: Mapping[str, Any]) -> list[Detail]:
    named = [entry["board"] for entry in body.get("boards", ())]
    return [
        {"field": f"boards/{number}/board", "problem": f"{board} stands there twice", "expected": "each board once"}
        for number, board in enumerate(named)
        if board in named[:number]
    ]


_PROFESSION = choice("Profession", "MD", "DO", "PA")
_BOARD = choice("Certifying board", *MOC_BOARDS)
_NPI = pattern("NPI, ten digits", "^[0-9]{10}$")
_STATE = pattern("US state, or DC, by its two letters", "^[A-Z]{2}$")
NEW = fields(
    ("first_name", "last_name", "date_of_birth", "npi"),
    first_name=text("First name"),
    last_name=text("Last name, suffix included"),
    date_of_birth=pattern("Date of birth, YYYY-MM-DD", "^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$", format="date"),
    npi=_NPI,
    profession=_PROFESSION,
    licences={
        "type": "array",
        "description": "Licences to practise; without any, submissions are rejected with 306",
        "maxItems": 60,
        "items": fields(("state", "number"), state=_STATE, number=text("Licence number", 40)),
    },
    boards={
        "type": "array",
        "description": "Boards that certify the physician",
        "maxItems": 8,
        "items": fields(("board", "diplomate_id"), board=_BOARD, diplomate_id=text("Diplomate ID", 40)),
    },
    consent=yes_or_no("Whether consent is recorded; without it, submissions are rejected with 307"),
    scenario=text("Scenario that acts on whatever is submitted for this physician, such as board-reject:ABIM", 60),
    reason=text("Reason a board gives when the scenario makes it reject", 500),
)

ENDPOINTS = (
    Endpoint(
        "GET",
        _BASE,
        list_physicians,
        "List physicians",
        "Physicians",
        query={
            "state": _STATE,
            "board": _BOARD,
            "persona": text("A persona's key, or any", 60),
            "profession": _PROFESSION,
            "npi": _NPI,
            "q": text("Part of the name; case and accents do not count"),
            "limit": LIMIT,
            "after": text("ID after which to go on: next of the page before", 40),
        },
    ),
    Endpoint(
        "POST", _BASE, add_physician, "Add a physician to this sandbox", "Physician", status=201, body=NEW
    ),
    Endpoint(
        "GET", f"{_BASE}/{{physician}}", show_physician, "Show a physician by ID, NPI or persona", "Physician",
        refusals=(409,),
    ),
)  # fmt: skip
