"""What is served: the services of PARS at once, and the Flask application when something else is first asked for.

Importing Flask takes about as long as all the rest of the start. A PARS client needs none of it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING

from mockpars.web.doorway import Answer, Environ, Refusal
from mockpars.web.pars_api import Door
from mockpars.web.wsgi import run_wsgi
from mockpars.world import World

if TYPE_CHECKING:
    from mockpars.web.app import Pars

log = logging.getLogger("mockpars")

READY_PATH = "/_mockpars/ready"
_READY = b'{"ready": true}\n'
_READY_HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(_READY))),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
]
_IN_STEPS = ("http.server", "werkzeug", "jinja2", "click", "flask", "mockpars.web.app")
_MOMENT = 0.005
"""Seconds for requests between two steps."""


class Front:
    """Answers for a world as `create_app` does, but is quick to start, and quicker without WSGI between."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._door = Door(world)
        self.to_read = self._door.to_read
        self._warming: asyncio.Task[None] | None = None

    @cached_property
    def app(self) -> Pars:
        """The Flask application, made when first asked for."""
        from mockpars.web.app import create_app

        return create_app(self._world, self._door)

    def answer(self, environ: Environ) -> Answer:
        """Answers one request."""
        method = environ["REQUEST_METHOD"]
        if environ["PATH_INFO"] == READY_PATH and method in ("GET", "HEAD"):
            return 200, _READY_HEADERS, _READY if method == "GET" else b""
        try:
            reply = self._door.answer_at(environ)
        except Exception as error:
            return run_wsgi(partial(self.app.fail, error), environ)
        if reply is None:
            return run_wsgi(self.app, environ)
        return reply.status, reply.all_headers, b"" if method == "HEAD" else reply.body

    def refuse(self, environ: Environ, refusal: Refusal) -> Answer:
        """Answers for the doorway when a body is too large, too late or not what it says: a Fault, or JSON."""
        if environ["PATH_INFO"].startswith("/_mockpars"):
            from mockpars.web.control.refusals import Refused, error_response

            told = error_response(Refused(refusal.status, refusal.code, refusal.reason, refusal.fix))
            return told.status_code, list(told.headers), told.get_data()
        reply = self._door.refuse(environ, refusal)
        return reply.status, reply.all_headers, reply.body

    def warm_up(self) -> None:
        """Imports the rest in the running event loop, between requests, and then gets the pages of the studio ready."""
        self._warming = asyncio.get_running_loop().create_task(self._warm_up())

    async def _warm_up(self) -> None:
        try:
            for name in _IN_STEPS:
                await asyncio.sleep(_MOMENT)
                import_module(name)
            from mockpars.web import studio

            await asyncio.sleep(_MOMENT)
            studio.warm_up(self.app)
            # As at the start: what was imported stays, and need not be gone through for garbage again and again.
            gc.freeze()
        except Exception:
            log.exception("The control API and the pages could not be made ready; whoever asks for them will see why")
