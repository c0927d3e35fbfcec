"""A report as Markdown, short enough for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from mockpars.contract.reports.document import Document, Item, Table

_MOST_FAILURES = 20
_MOST_ROWS = 40
_LONGEST = 1_500


def render(document: Document) -> str:
    """The report as Markdown text."""
    mark = "\N{WHITE HEAVY CHECK MARK}" if document.good else "\N{CROSS MARK}"
    lines = [f"## {mark} {_cell(document.title)}", "", f"**{_cell(document.headline)}**", ""]
    lines += [f"- {_cell(label)}: {_cell(value)}" for label, value in document.facts]
    lines += ["", "| " + " | ".join(document.statuses) + " |", "|" + "---|" * len(document.statuses)]
    lines += ["| " + " | ".join(str(document.count(status)) for status in document.statuses) + " |", ""]
    lines += [f"- :warning: {_cell(warning)}" for warning in document.warnings]
    bad = document.of_kind("bad")
    for item in bad[:_MOST_FAILURES]:
        lines += _failure(item)
    if len(bad) > _MOST_FAILURES:
        lines.append(f"... and {len(bad) - _MOST_FAILURES} more.")
    lines += _idle(document)
    for table in document.tables:
        lines += _table(table)
    return "\n".join(lines).rstrip() + "\n"


def _failure(item: Item) -> Iterator[str]:
    yield f"### {item.status}: `{item.id}`"
    yield _cell(item.title)
    yield ""
    if item.reason:
        yield f"- {_cell(item.reason)}"
    yield from (f"- {_cell(problem)}" for problem in item.problems)
    if item.sources:
        yield f"- rests on {', '.join(item.sources)}"
    for evidence in item.evidence[-1:]:
        yield from ("", "<details><summary>What was sent and answered</summary>", "", "```xml")
        yield _block(evidence.sent)
        yield from ("```", "```xml")
        yield _block(evidence.answered)
        yield from ("```", "", "</details>")
    yield ""


def _idle(document: Document) -> Iterator[str]:
    idle = document.of_kind("none")
    if not idle:
        return
    reasons: dict[tuple[str, str], int] = {}
    for item in idle:
        reasons[item.status, item.reason] = reasons.get((item.status, item.reason), 0) + 1
    yield from ("", f"<details><summary>{len(idle)} not run</summary>", "")
    yield from (f"- {number} {status}: {_cell(reason)}" for (status, reason), number in reasons.items())
    yield from ("", "</details>")


def _table(table: Table) -> Iterator[str]:
    yield from ("", f"<details><summary>{_cell(table.title)}</summary>", "")
    yield "| " + " | ".join(table.columns) + " |"
    yield "|" + "---|" * len(table.columns)
    for row in table.rows[:_MOST_ROWS]:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"
    if len(table.rows) > _MOST_ROWS:
        yield f"\n... and {len(table.rows) - _MOST_ROWS} more."
    yield from ("", "</details>")


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(escaped.split())


def _block(text: str) -> str:
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
    return shown.replace("```", "` ` `")
