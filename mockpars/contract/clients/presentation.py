"""The verdict on a client as a document, for every form of report."""

from __future__ import annotations

from collections.abc import Mapping

from mockpars.contract.clients.marks import BROKEN, MET, NEVER, Mark, Ruling
from mockpars.contract.clients.verdict import Verdict
from mockpars.contract.reports.document import Document, Item, Kind, Table

STATUSES: Mapping[str, Kind] = {MET: "good", BROKEN: "bad", NEVER: "none"}
_MOST_MARKS = 5


def document(verdict: Verdict) -> Document:
    """The report on a client."""
    items = [_item(ruling, "obligations") for ruling in verdict.obligations.values()]
    items += [_item(ruling, "codes") for ruling in verdict.codes.values()]
    tables = [_gate(verdict), _matrix(verdict)]
    if verdict.sittings:
        tables += [_by_code(verdict), _exams(verdict)]
    return Document(
        title="Client check",
        headline=_headline(verdict),
        good=verdict.good,
        statuses=STATUSES,
        items=items,
        facts=_facts(verdict),
        tables=tuple(tables),
        item_word="obligations and code",
        seconds=verdict.seconds,
        extra={"ready_for_production": not verdict.missing, "missing": verdict.missing},
    )


def _headline(verdict: Verdict) -> str:
    broken = len(verdict.broken)
    if broken:
        names = ", ".join(ruling.subject for ruling in verdict.broken)
        return f"{broken} {'is' if broken == 1 else 'are'} broken: {names}."
    if not verdict.good:
        return "Nothing was learnt about the client."
    if verdict.missing:
        things = "one thing is" if len(verdict.missing) == 1 else f"{len(verdict.missing)} things are"
        return f"Nothing is broken; {things} missing before asking for production credentials."
    return "Everything is met: the client may ask for production credentials (R5)."


def _facts(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    facts = [("Client", verdict.client), ("Exchanges", str(verdict.exchanges))]
    if verdict.sittings:
        passed = sum(sitting.passed and not sitting.unsupported for sitting in verdict.sittings)
        facts.append(("Exams", f"{len(verdict.sittings)}, {passed} passed"))
    facts += [("Missing before production", line) for line in verdict.missing]
    return tuple(facts)


def _item(ruling: Ruling, group: str) -> Item:
    title = ruling.title if group == "obligations" else f"{ruling.subject}: {ruling.title}"
    broken = ruling.state == BROKEN
    shown = [_sentence(mark) for mark in ruling.evidence[:_MOST_MARKS]]
    if len(ruling.evidence) > _MOST_MARKS:
        shown.append(f"... and {len(ruling.evidence) - _MOST_MARKS} times more.")
    return Item(
        id=ruling.subject,
        title=title,
        status=ruling.state,
        group=group,
        reason=_reason(ruling),
        problems=tuple(shown) if broken else (),
        sources=ruling.sources,
        notes=() if broken else tuple(shown),
    )


def _reason(ruling: Ruling) -> str:
    if ruling.state == NEVER:
        return "nothing that the client did called for it"
    return f"Why it matters: {ruling.why}" if ruling.state == BROKEN and ruling.why else ""


def _sentence(mark: Mark) -> str:
    where = [f"exam {mark.exam}"] if mark.exam else []
    if mark.exchanges:
        where.append(f"journal {', '.join(map(str, mark.exchanges))}")
    return f"{mark.why} ({'; '.join(where)})" if where else mark.why


def _gate(verdict: Verdict) -> Table:
    rows = tuple((str(number), line) for number, line in enumerate(verdict.missing, 1)) or (("-", "Nothing."),)
    note = "Before production credentials are asked for, both saves answer Accepted consistently (R5)."
    return Table("Go-live gate: what is missing", ("No.", "Missing"), rows, note=note)


def _matrix(verdict: Verdict) -> Table:
    rulings = [*verdict.obligations.values(), *verdict.codes.values()]
    rows = tuple(
        (ruling.subject, ruling.state, ruling.title, _sentence(ruling.evidence[0]) if ruling.marks else "")
        for ruling in rulings
    )
    kinds = tuple(STATUSES[ruling.state] for ruling in rulings)
    return Table("Obligations and codes", ("Subject", "State", "What", "Evidence"), rows, kinds)


def _by_code(verdict: Verdict) -> Table:
    codes = list(verdict.codes)
    found: dict[tuple[str, int], bool] = {}
    for sitting in verdict.sittings:
        for code in sitting.exam.codes:
            for name, mark in sitting.marks:
                found[name, code] = found.get((name, code), True) and mark.good
    words = {True: MET, False: BROKEN, None: ""}
    rows = tuple((name, *(words[found.get((name, code))] for code in codes)) for name in verdict.obligations)
    note = "What the exams that provoke a code showed of each obligation; empty where it did not come up."
    return Table("Obligations by code", ("Obligation", *map(str, codes)), rows, note=note)


def _exams(verdict: Verdict) -> Table:
    rows, kinds = [], []
    for sitting in verdict.sittings:
        kind: Kind = "none" if sitting.unsupported else "good" if sitting.passed else "bad"
        word = {"none": "not exercised", "good": "passed", "bad": "failed"}[kind]
        broken = ", ".join(dict.fromkeys(name for name, mark in sitting.marks if not mark.good))
        rows.append((sitting.exam.id, word, sitting.exam.title, f"{sitting.seconds:.1f} s", broken))
        kinds.append(kind)
    return Table("Exams", ("Exam", "Result", "What", "Time", "Broken"), tuple(rows), tuple(kinds))
