"""Dates of birth, told as what they are beside those on file: a ticket holds none, and a replay needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from mockpars.domain.model import Physician
from mockpars.domain.names import fold
from mockpars.domain.nearest import date_with_hint
from mockpars.service.sandbox import Sandbox
from mockpars.web.tickets.past import Past
from mockpars.wire.masked import Named, NamedLearner

NOBODYS = date(1900, 1, 1)
"""A date of birth that no physician has."""
_DIFFERS = "date of birth differs"
_INVENTED = date(1961, 4, 9)

Birth = dict[str, str]
"""`as`: whose date it is; `differs`: by what from theirs; `broken`: why it was no date at all; empty: nobody's.

`presumed`: why that is a mere guess, on which the verdict did not rest.
"""


def births(sandbox: Sandbox, row: Any, named: Named, past: Past) -> list[Birth]:
    """One for each date of birth in the message, in order."""
    records = row.body.get("records", [])
    details = (row.body.get("refused") or {}).get("details", [])
    found = []
    for number, learner in enumerate(named.learners):
        broken = _broken(details, learner)
        if broken:
            found.append({"broken": broken})
        elif row.operation == "GetLearnerStatus":
            found.append(_of_question(sandbox, row, learner, past))
        else:
            found.append(_of_record(sandbox, records[number] if number < len(records) else {}, learner))
    return found


def _broken(details: list[dict[str, Any]], learner: NamedLearner) -> str | None:
    for detail in details:
        if detail.get("path") == learner.path or detail["problem"].startswith("BirthDate is not"):
            return str(detail["problem"])
    return None


def _of_record(sandbox: Sandbox, record: Mapping[str, Any], learner: NamedLearner) -> Birth:
    if "physician" in record:
        return {"as": record["physician"]}
    neighbours = record.get("nearest") or ()
    # Whoever differs in nothing else says most.
    for neighbour in sorted(neighbours, key=lambda entry: [d["field"] for d in entry["differences"]] != [_FIELD]):
        hints = [entry["hint"] for entry in neighbour["differences"] if entry["field"] == _FIELD]
        return {"as": neighbour["physician_id"], **({"differs": hints[0]} if hints else {})}
    if any(finding.get("rule") == "300" for finding in record.get("findings", ())):
        return {}
    found = next(({"as": entry.id} for entry in namesakes(sandbox, learner)), None)
    if found is None or _was_judged(record):
        return found or {}
    return {**found, "presumed": "it was not judged"}


def _was_judged(record: Mapping[str, Any]) -> bool:
    rules = {finding.get("rule") for finding in record.get("findings", ())}
    return record.get("match", 0) > 0 or bool(rules & {"301", "306", "307"})


_FIELD = "date_of_birth"


def namesakes(sandbox: Sandbox, learner: NamedLearner) -> list[Physician]:
    """Those who have the NPI and the names of a learner; failing that, the NPI."""
    known = sandbox.with_npi(learner.npi)
    first, last = (fold(learner.values.get(name, "")) for name in ("FirstName", "LastName"))
    same = [entry for entry in known if (fold(entry.first_name), fold(entry.last_name)) == (first, last)]
    return same or known


def _of_question(sandbox: Sandbox, row: Any, learner: NamedLearner, past: Past) -> Birth:
    """A question about a status is answered, or it is not: then the date was wrong if all else was right."""
    for record in row.body.get("records", ()):
        found = past.record(record.get("credit_id", ""))
        return {"as": found.physician_id} if found else {}
    for record in asked_for(sandbox, learner, past):
        return {"as": record.physician_id, "differs": _DIFFERS}
    return {}


def asked_for(sandbox: Sandbox, learner: NamedLearner, past: Past) -> Iterator[Any]:
    """The records that a question about a status names, whatever its date of birth."""
    for physician in sandbox.physicians():
        numbers = {physician.npi, *(entry.diplomate_id for entry in physician.boards)}
        if learner.npi in numbers | {entry.number for entry in physician.licences}:
            for record in past.records_of(physician.id, learner.values.get("moduleID")):
                if record.completed_on.isoformat() == learner.values.get("CompletionDate"):
                    yield record


def whose(found: list[Birth]) -> set[str]:
    """The physicians whose dates are needed."""
    return {birth["as"] for birth in found if "as" in birth}


def invented(number: int) -> date:
    """A date of birth for a physician whom only the ticket knows."""
    return _INVENTED + timedelta(days=37 * number)


def fill_in(birth: Birth, on_file: Mapping[str, date]) -> str:
    """What to send for a date of birth, by the dates that are on file where it is sent. Raises KeyError."""
    if "broken" in birth:
        return _like(birth["broken"])
    if "as" not in birth:
        return NOBODYS.isoformat()
    filed = on_file[birth["as"]]
    return (date_with_hint(birth["differs"], filed) if "differs" in birth else filed).isoformat()


def _like(problem: str) -> str:
    """Something of which the same would be said."""
    shape = re.search(r'"([^"]*)"', problem)
    if shape:
        return shape[1].replace("9", "1").replace("A", "T")
    return "" if problem.endswith("is empty.") else "1975-02-30"


def in_words(birth: Birth, name: str = "") -> str:
    """What a reader of the ticket is told; `name` is that of the physician whose date it is compared with."""
    whom = f"{name} ({birth.get('as')})" if name else birth.get("as")
    if "broken" in birth:
        return f"no date: {birth['broken']}"
    if "as" not in birth:
        return "of nobody whom PARS has on file"
    if "differs" in birth:
        return f"not the one on file for {whom}: {birth['differs']}"
    presumed = f" (presumed: {birth['presumed']})" if "presumed" in birth else ""
    return f"as on file for {whom}{presumed}"
