"""`mockpars journal`: what a server was asked and answered, and why."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from mockpars.cli.calling import add_server_arguments, get_or_fail
from mockpars.cli.terminal import coloured, outcome, wrapped
from mockpars.errors import MockparsError

_EVERY = 1.0
_MOST_CHARACTERS = 6000
_LONG_LINE = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which exchanges."""
    parser.add_argument("exchange", nargs="?", type=int, help="number of one exchange, to show it whole")
    parser.add_argument("--sandbox", default="default", help="name of a sandbox; default: default")
    parser.add_argument("--last", type=int, default=20, metavar="N", help="how many; default: 20")
    parser.add_argument("--code", type=int, help="only answers with this rejection code")
    parser.add_argument("--operation", help="only this operation")
    parser.add_argument("--ticket", type=int, metavar="ID", help="make a support ticket of an exchange, to replay")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where --ticket goes; default: ticket-ID.zip")
    parser.add_argument("--follow", action="store_true", help="go on with what comes, until interrupted")
    add_server_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Prints one exchange whole, or a line for each of the last."""
    path = f"/_mockpars/sandboxes/{quote(given.sandbox, safe='')}/journal"
    if given.ticket is not None:
        return _make_ticket(given, path)
    if given.exchange is not None:
        _show(get_or_fail(given, f"{path}/{given.exchange}"))
        return 0
    found = _page(given, path, {"limit": given.last})
    _list(found)
    if not found:
        print("Nothing yet.", file=sys.stderr)
    last = found[0]["id"] if found else 0
    while given.follow:
        time.sleep(_EVERY)
        found = _page(given, path, {"after": last, "limit": 1000})
        _list(found)
        last = found[0]["id"] if found else last
    return 0


def _make_ticket(given: argparse.Namespace, path: str) -> int:
    """Writes a ticket: Markdown where the file's name ends so, else the zip. Raises MockparsError."""
    from mockpars.web.tickets.bundle import as_zip  # here: the journal itself needs none of what reading XML takes
    from mockpars.web.tickets.markdown import as_markdown

    ticket = get_or_fail(given, f"{path}/{given.ticket}/ticket?format=json")
    target = given.output or Path(f"ticket-{given.ticket}.zip")
    data = as_markdown(ticket).encode() if target.suffix == ".md" else as_zip(ticket)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise MockparsError(f"{target} cannot be written: {error}.", "Choose another file with -o.") from None
    print(target)
    return 0


def _page(given: argparse.Namespace, path: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    if given.code is not None:
        query["code"] = given.code
    if given.operation is not None:
        query["operation"] = given.operation
    return list(get_or_fail(given, f"{path}?{urlencode(query)}")["exchanges"])


def _list(found: list[dict[str, Any]]) -> None:
    for entry in reversed(found):
        codes = " ".join(map(str, entry["codes"]))
        fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
        print(
            f"{entry['id']:>6}  {entry['at'][:19]}Z  {entry['status']}  {outcome(entry['outcome'], 9)}"
            f"  {entry['operation']:<26}  {codes}{fault}".rstrip(),
            flush=True,
        )


def _show(entry: dict[str, Any]) -> None:
    query = f"?{entry['query']}" if entry["query"] else ""
    print(coloured(f"Exchange {entry['id']}: {entry['operation']}", "bold"), outcome(entry["outcome"]))
    print(f"{entry['method']} {entry['path']}{query}")
    for name, value in (entry["headers"] or {}).items():
        print(f"  {name}: {value}")
    wall = f", {entry['wall']} by the wall clock" if entry["wall"] != entry["at"] else ""
    print(f"HTTP {entry['status']} in {entry['duration_ms']} ms, to {entry['client']}; {entry['at']}{wall}")
    if entry["fault"]:
        print(f"The answer was spoilt by a fault: {entry['fault']}")
    _show_verdict(entry["verdict"])
    for title, text in (("Request", entry["request"]), ("Answer", entry["response"])):
        if text:
            print(f"\n{coloured(title, 'bold')}\n{_pretty(text)}")


def _show_verdict(verdict: dict[str, Any]) -> None:
    refused = verdict.get("refused")
    records = verdict.get("records", [])
    if refused or records:
        print(f"\n{coloured('Verdict', 'bold')}")
    if refused:
        print(wrapped(f"{refused['reason']} {refused['fix']}", 2, "  "))
        for detail in refused["details"]:
            place = " ".join(filter(None, (f"line {detail['line']}" if "line" in detail else "", detail.get("path"))))
            expected = f" Expected: {detail['expected']}." if "expected" in detail else ""
            print(wrapped(f"{detail['problem']}{expected} {f'({place})' if place else ''}".rstrip(), 4, "  -"))
    for record in records:
        _show_record(record)
    unsaid = verdict.get("count", len(records)) - len(records)
    if unsaid > 0:
        print(f"  and {unsaid} more")


def _show_record(record: dict[str, Any]) -> None:
    names = ("result", "status", "match", "action", "credit_id", "name", "npi", "title", "activity_id",
             "provider_activity_id", "completed_as_sent")  # fmt: skip
    shown = [f"{key} {record[key]}" for key in names[3:] if record.get(key)]
    heads = [outcome(str(record[key])) for key in names[:2] if record.get(key)]
    if "match" in record:
        heads.append(f"match {record['match']}")
    print(f"  {' '.join(heads)}")
    if shown:
        print(wrapped(", ".join(shown), 4, "    "))
    for finding in record.get("findings", ()):
        _show_finding(finding)
    for neighbour in record.get("nearest", ()):
        hints = "; ".join(difference["hint"] for difference in neighbour["differences"])
        print(wrapped(f"{neighbour['name']} ({neighbour['physician_id']}): {hints}", 6, "    Nearly "))
    for note in record.get("notes", ()):
        print(wrapped(note, 6, "    Note "))


def _show_finding(finding: dict[str, Any]) -> None:
    print(wrapped(finding["message"], 8, f"    {finding['code']} ").replace(*_reddened(finding["code"]), 1))
    place = " ".join(filter(None, (f"line {finding['line']}" if finding.get("line") else "", finding.get("path", ""))))
    print(wrapped(finding["fix"], 12, "        Fix "))
    print(f"        rule {finding['rule']}, {finding['basis']} ({finding['source']}){f', {place}' if place else ''}")


def _reddened(code: int) -> tuple[str, str]:
    return str(code), coloured(str(code), "red")


def _pretty(text: str) -> str:
    """XML with a line per element; what is not XML, or too long, as it is."""
    if len(text) > _MOST_CHARACTERS:
        return f"{text[:_MOST_CHARACTERS]}\n[{len(text)} characters in all]"
    reads_well = max(map(len, text.splitlines()), default=0) < _LONG_LINE
    return text if reads_well or not text.lstrip("\ufeff \r\n").startswith("<") else _indented(text)


_TOKEN = re.compile(r"<([\w:.-]+)[^<>]*(?<!/)>[^<>]*</\1>|<[^<>]*>|[^<>]+")


def _indented(text: str) -> str:
    """Works on broken documents too, so nothing is parsed: a tag, or an element without children, is a line."""
    lines, depth = [], 0
    for found in _TOKEN.finditer(text):
        token = found.group().strip()
        if not token:
            continue
        if token.startswith("</"):
            depth = max(depth - 1, 0)
        lines.append("  " * depth + token)
        if found.group(1) is None and re.match(r"<[^/?!].*(?<!/)>$", token, re.DOTALL):
            depth += 1
    return "\n".join(lines)
