"""The studio: pages under /_mockpars/ where QA looks into a sandbox and makes PARS reject on purpose.

Registering it costs next to nothing: the pages are an application of their own, made when somebody first opens one,
or by `warm_up` when nobody has done so for a while.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from mockpars.world import World

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["studio", "warm_up"]

log = logging.getLogger("mockpars")

_EVERYWHERE = ("base.html", "page.html", "_parts.html", "overview.html")
"""The templates of the first page; any other page takes one more."""
_LAST = f"{__name__}.site"
"""It imports all the others."""
_HOME = ("/_mockpars", "/_mockpars/")
_RULES = (
    "/_mockpars/studio",
    "/_mockpars/studio/",
    "/_mockpars/studio/<path:path>",
    "/_mockpars/studio-static/<path:path>",
    "/_mockpars/studio-login",
)
PARS = "mockpars.studio.pars"
"""Where in a page's WSGI environment the application stands that answers as PARS."""
_SITE = "mockpars.studio"
"""The extension of the application under which the maker of its pages is kept."""
_WARM = "mockpars.studio.warm"
"""And the task that makes them ready."""
_NOT_BEFORE = 1.0
"""Seconds after the start in which clients that are waiting for it have all to themselves."""
_MOMENT = 0.01
"""Seconds for other requests between two steps."""


def studio(world: World) -> Blueprint:
    """The blueprint of the pages. Register it before the control API, whose paths it shares a prefix with."""
    blueprint = Blueprint("studio", __name__)

    @cache
    def pages() -> Flask:
        from mockpars.web.studio.site import make_site

        return make_site(world)

    blueprint.record_once(lambda state: state.app.extensions.update({_SITE: pages}))

    def view(path: str = "") -> BaseResponse:
        environ = request.environ
        environ[PARS] = current_app.wsgi_app
        return BaseResponse.from_app(pages(), environ, buffered=True)

    for number, rule in enumerate((*_HOME, *_RULES)):
        # Other methods on the first two are the control API's to refuse.
        methods = ["GET"] if rule in _HOME else ["GET", "POST"]
        blueprint.add_url_rule(rule, f"page-{number}", view, methods=methods, provide_automatic_options=False)
    return blueprint


def warm_up(app: Flask) -> None:
    """Gets an application's pages ready in the running event loop, so that the first opens as fast as all others."""
    app.extensions[_WARM] = asyncio.get_running_loop().create_task(_warm_up(app.extensions[_SITE]))


async def _warm_up(pages: Callable[[], Flask]) -> None:
    await asyncio.sleep(_NOT_BEFORE)
    try:
        for _ in _steps(pages):
            await asyncio.sleep(_MOMENT)
        gc.freeze()  # what is made by now stays
    except Exception:
        log.exception("The pages of the studio could not be made ready; whoever opens one will see why")


def _steps(pages: Callable[[], Flask]) -> Iterator[None]:
    # One module after another; all that the pages import would take a tenth of a second at once.
    for package in ("mockpars.service", __name__, f"{__name__}.pages"):
        for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            if module.name != _LAST:
                import_module(module.name)
                yield
    import_module(_LAST)
    yield
    templates = pages().jinja_env
    for name in _EVERYWHERE:
        yield
        templates.get_template(name)
