"""A report as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict

from mockpars.contract.reports.document import Document

FORMAT = "mockpars-report/1"


def render(document: Document) -> str:
    """The report as JSON text. What `extra` holds stands beside the rest."""
    tables = [
        {"title": table.title, "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]}
        for table in document.tables
    ]
    whole = {
        "format": FORMAT,
        "title": document.title,
        "headline": document.headline,
        "good": document.good,
        "seconds": round(document.seconds, 3),
        "facts": dict(document.facts),
        "counts": document.counts(),
        "warnings": list(document.warnings),
        "items": [asdict(item) for item in document.items],
        "tables": tables,
        **document.extra,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
