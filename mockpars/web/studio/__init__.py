"""The studio: pages under /_mockpars/ where QA looks into a sandbox and makes PARS reject on purpose.

Registering it costs next to nothing: the pages are an application of their own, made when somebody first opens one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from mockpars.world import World

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["studio"]

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


def studio(world: World) -> Blueprint:
    """The blueprint of the pages. Register it before the control API, whose paths it shares a prefix with."""
    blueprint = Blueprint("studio", __name__)

    @cache
    def pages() -> Flask:
        from mockpars.web.studio.site import make_site

        return make_site(world)

    def view(path: str = "") -> BaseResponse:
        environ = request.environ
        environ[PARS] = current_app.wsgi_app
        return BaseResponse.from_app(pages(), environ, buffered=True)

    for number, rule in enumerate((*_HOME, *_RULES)):
        # Other methods on the first two are the control API's to refuse.
        methods = ["GET"] if rule in _HOME else ["GET", "POST"]
        blueprint.add_url_rule(rule, f"page-{number}", view, methods=methods, provide_automatic_options=False)
    return blueprint
