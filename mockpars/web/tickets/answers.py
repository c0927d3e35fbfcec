"""A ticket on its way to a browser or a program: always as a file to keep."""

from __future__ import annotations

from typing import Any

from flask import Response

from mockpars.web.tickets.bundle import as_zip
from mockpars.web.tickets.markdown import as_markdown

AS_ZIP, AS_MARKDOWN = "application/zip", "text/markdown"


def zip_response(ticket: dict[str, Any]) -> Response:
    """The ticket as a zip."""
    return _file(as_zip(ticket), AS_ZIP, f"ticket-{ticket['exchange']}.zip")


def markdown_response(ticket: dict[str, Any]) -> Response:
    """The ticket as Markdown."""
    return _file(as_markdown(ticket).encode(), f"{AS_MARKDOWN}; charset=utf-8", f"ticket-{ticket['exchange']}.md")


def _file(data: bytes, media: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, content_type=media, headers=headers)
