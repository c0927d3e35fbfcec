"""A report as one self-contained page: no script but the browser's own folding, nothing fetched, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree
from mockpars.contract.reports.document import Document, Evidence, Item, Table

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #c62828; --none: #8a6100; --line: #8884; --soft: #8881; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc26b; --bad: #ff7b72; --none: #d8a62a; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
.headline { font-size: 1.2rem; font-weight: 600; padding: .8rem 1rem; border-left: .4rem solid;
  background: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .none { color: var(--none); }
.counts { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .9rem; text-align: center; }
.counts b { display: block; font-size: 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt { opacity: .75; } dd { margin: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } code, pre { font: .85rem/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: .7rem; }
.pair { display: grid; gap: .8rem; grid-template-columns: 1fr; }
@media (min-width: 60rem) { .pair { grid-template-columns: 1fr 1fr; } }
footer { margin-top: 3rem; font-size: .85rem; opacity: .75; }
"""


def render(document: Document) -> str:
    """The report as HTML text."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    kind = "good" if document.good else "bad"
    title = escape(document.title)
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
    yield f'<h1>{title}</h1><p class="headline {kind}">{escape(document.headline)}</p>'
    yield '<ul class="counts">'
    for status, status_kind in document.statuses.items():
        number = document.count(status)
        yield f'<li class="{status_kind if number else ""}"><b>{number}</b>{escape(status)}</li>'
    yield "</ul><dl>"
    for label, value in document.facts:
        yield f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>"
    yield from _warnings(document)
    yield from _failures(document)
    for table in document.tables:
        yield from _table(table)
    yield from _idle(document)
    yield from _all(document)
    yield "</main><footer>Made by mockpars. Credentials are taken out of every request shown here.</footer>"
    yield "</body></html>\n"


def _warnings(document: Document) -> Iterator[str]:
    if document.warnings:
        yield '<h2>What the suite itself lacks</h2><ul class="bad">'
        yield from (f"<li>{escape(warning)}</li>" for warning in document.warnings)
        yield "</ul>"


def _failures(document: Document) -> Iterator[str]:
    bad = document.of_kind("bad")
    if not bad:
        return
    yield f"<h2>What is not as it should be ({len(bad)})</h2>"
    for item in bad:
        yield f'<details id="{escape(item.id)}" open><summary><b class="bad">{escape(item.status)}</b> '
        yield f"{escape(item.title)} <code>{escape(item.id)}</code></summary><ul>"
        for line in (item.reason, *item.problems):
            yield f"<li>{escape(line)}</li>" if line else ""
        yield "</ul>"
        if item.sources:
            yield f"<p>Rests on {escape(', '.join(item.sources))}.</p>"
        for evidence in item.evidence[-3:]:
            yield from _evidence(evidence)
        yield "</details>"


def _evidence(evidence: Evidence) -> Iterator[str]:
    yield f"<details><summary>{escape(evidence.title)}</summary>"
    yield f'<div class="pair"><div>Sent<pre>{escape(pretty(evidence.sent))}</pre></div>'
    yield f"<div>Answered<pre>{escape(pretty(evidence.answered))}</pre></div></div></details>"


def _table(table: Table) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2>"
    if table.note:
        yield f"<p>{escape(table.note)}</p>"
    yield '<div class="scroll"><table><thead><tr>'
    yield from (f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    yield "</tr></thead><tbody>"
    for number, row in enumerate(table.rows):
        kind = table.kinds[number] if number < len(table.kinds) else ""
        yield "<tr>"
        for index, cell in enumerate(row):
            yield f'<td class="{kind if index == 1 else ""}">{escape(cell)}</td>'
        yield "</tr>"
    yield "</tbody></table></div>"


def _idle(document: Document) -> Iterator[str]:
    idle = document.of_kind("none")
    if not idle:
        return
    reasons: dict[tuple[str, str], list[Item]] = {}
    for item in idle:
        reasons.setdefault((item.status, item.reason), []).append(item)
    yield f"<h2>What was not learnt ({len(idle)})</h2>"
    for (status, reason), items in reasons.items():
        yield f'<details><summary><b class="none">{len(items)} {escape(status)}</b> {escape(reason)}</summary><ul>'
        yield from (f"<li>{escape(item.title)} <code>{escape(item.id)}</code></li>" for item in items)
        yield "</ul></details>"


def _all(document: Document) -> Iterator[str]:
    groups: dict[str, list[Item]] = {}
    for item in document.items:
        groups.setdefault(item.group, []).append(item)
    yield f"<h2>Every {escape(document.item_word)}</h2>"
    for name, items in groups.items():
        good = sum(document.statuses.get(item.status) == "good" for item in items)
        yield f"<details><summary>{escape(name or document.item_word)}: {good} of {len(items)}</summary>"
        yield '<div class="scroll"><table><thead><tr><th scope="col">Status</th><th scope="col">What</th>'
        yield '<th scope="col">Rests on</th><th scope="col">Seconds</th></tr></thead><tbody>'
        for item in items:
            kind = document.statuses.get(item.status, "bad")
            yield f'<tr><td class="{kind}">{escape(item.status)}</td>'
            yield f"<td>{escape(item.title)}<br><code>{escape(item.id)}</code></td>"
            yield f"<td>{escape(', '.join(item.sources))}</td><td>{item.seconds:.2f}</td></tr>"
        yield "</tbody></table></div></details>"


def pretty(text: str) -> str:
    """XML with a line per element; anything else as it is."""
    head, _, body = text.partition("\n\n")
    if not body.lstrip().startswith("<"):
        return text
    try:
        root = xmltree.parse(body.strip())
    except xmltree.NotXml:
        return text
    for element in root.iter():
        for key in ("text", "tail"):
            if not (getattr(element, key) or "").strip():
                setattr(element, key, None)
    ET.indent(root)
    return f"{head}\n\n{xmltree.write(root)}"
