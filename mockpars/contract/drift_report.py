"""The comparison of two runs as a report document: an item per operation and aspect."""

from __future__ import annotations

from typing import Final

from mockpars.contract.drift import ASPECTS, Difference, Side
from mockpars.contract.reports.document import Document, Item, Kind

KINDS: Final[dict[str, Kind]] = {"same": "good", "drift": "bad"}


def document(before: Side, after: Side, found: list[Difference]) -> Document:
    """The report of a comparison."""
    common = set(before.answers) & set(after.answers)
    operations = sorted({before.answers[key]["operation"] for key in common})
    items = [_item(operation, aspect, found) for operation in operations for aspect in ASPECTS]
    one_sided = len(set(before.answers) ^ set(after.answers))
    headline = (
        f"{after.name} no longer answers as {before.name} did: {len(found)} differences."
        if found
        else f"{after.name} answers as {before.name} did."
    )
    if not common:
        headline = "The two have no answer in common: nothing was compared."
    return Document(
        title="PARS drift",
        headline=headline,
        good=bool(common) and not found,
        statuses=KINDS,
        items=items,
        facts=(
            ("Before", f"{before.name}, {before.date}"),
            ("After", f"{after.name}, {after.date}"),
            ("Answers compared", str(len(common))),
            ("Answers that only one side has", str(one_sided)),
        ),
        item_word="aspect",
        extra={
            "before": before.name,
            "after": after.name,
            "differences": [
                {
                    "operation": one.operation,
                    "aspect": one.aspect,
                    "before": one.before,
                    "after": one.after,
                    "cases": one.cases,
                }
                for one in found
            ],
        },
    )


def _item(operation: str, aspect: str, found: list[Difference]) -> Item:
    mine = [one for one in found if (one.operation, one.aspect) == (operation, aspect)]
    problems = tuple(f"{one.before} -> {one.after}{_where(one)}" for one in mine)
    return Item(
        f"{operation}-{aspect}", f"{operation}: {aspect}", "drift" if mine else "same", operation, problems=problems
    )


def _where(one: Difference) -> str:
    if not one.cases:
        return ""
    more = f" and {len(one.cases) - 3} more" if len(one.cases) > 3 else ""
    return f" (in {', '.join(one.cases[:3])}{more})"
