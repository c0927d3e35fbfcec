"""A report as JUnit XML, as CI servers read it: a suite per group; what was not learnt counts as skipped."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from mockpars.contract.reports.document import Document, Item

# Characters that XML 1.0 cannot hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def render(document: Document) -> str:
    """The report as JUnit XML text."""
    root = ET.Element("testsuites", name=document.title, time=f"{document.seconds:.3f}")
    groups: dict[str, list[Item]] = {}
    for item in document.items:
        groups.setdefault(item.group or document.title, []).append(item)
    for name, items in groups.items():
        _suite(root, name, items, document)
    if document.warnings:
        suite = ET.SubElement(root, "testsuite", name="gates", tests="1", failures="1", errors="0", skipped="0")
        case = ET.SubElement(suite, "testcase", classname="gates", name="coverage gates")
        ET.SubElement(case, "failure", message=_clean(document.warnings[0])).text = _clean("\n".join(document.warnings))
    for attribute in ("tests", "failures", "errors", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, name: str, items: list[Item], document: Document) -> None:
    suite = ET.SubElement(root, "testsuite", name=name, tests=str(len(items)))
    counts = {"failures": 0, "errors": 0, "skipped": 0}
    for item in items:
        case = ET.SubElement(suite, "testcase", classname=name, name=item.id, time=f"{item.seconds:.3f}")
        kind = document.statuses.get(item.status, "bad")
        if kind == "none":
            counts["skipped"] += 1
            ET.SubElement(case, "skipped", message=_clean(f"{item.status}: {item.reason}"))
        elif kind == "bad":
            tag = "error" if item.status == "error" else "failure"
            counts["errors" if tag == "error" else "failures"] += 1
            message = item.reason or (item.problems[0] if item.problems else item.status)
            ET.SubElement(case, tag, message=_clean(message)).text = _clean(_details(item))
    for attribute, number in counts.items():
        suite.set(attribute, str(number))
    suite.set("time", f"{sum(item.seconds for item in items):.3f}")


def _details(item: Item) -> str:
    parts = [item.title, item.reason, *item.problems, f"rests on {', '.join(item.sources)}"]
    for evidence in item.evidence[-1:]:
        parts += ["", evidence.title, "sent:", evidence.sent, "answered:", evidence.answered]
    return "\n".join(parts)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
