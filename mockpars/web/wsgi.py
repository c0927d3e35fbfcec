"""Applications that speak WSGI, such as Flask's, behind the doorway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from mockpars.web.doorway import Answer
from mockpars.web.heads import Environ, Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


def run_wsgi(app: WSGIApplication, environ: Environ) -> Answer:
    """Run a WSGI application to its end; return status, headers and the whole body.

    Raises whatever the application raises.
    """
    status = ""
    headers: Headers = []
    written: list[bytes] = []

    def start_response(line: str, fields: Headers, exc_info: ExcInfo | None = None) -> Callable[[bytes], object]:
        nonlocal status, headers
        status, headers = line, fields
        return written.append

    pieces: Iterable[bytes] = app(environ, cast("Any", start_response))
    try:
        written.extend(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    return int(status[:3]), headers, written[0] if len(written) == 1 else b"".join(written)
