"""The application of the pages: its guard, headers, templates, errors and addresses."""

from __future__ import annotations

import logging
import secrets
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from flask import Flask, Response, redirect, render_template, request, send_from_directory, url_for
from jinja2 import StrictUndefined
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.wrappers import Response as AnyResponse

from mockpars import __version__
from mockpars.errors import MockparsError, StoreError
from mockpars.service.sandboxes import DEFAULT
from mockpars.web.control.refusals import Refused
from mockpars.web.studio import guard, words
from mockpars.web.studio.pages import (
    activities,
    breaking,
    codes,
    journal,
    learners,
    mail,
    overview,
    physicians,
    upload,
)
from mockpars.web.studio.place import PREFIX, Page, Place, find_place, sent, tell
from mockpars.world import World

log = logging.getLogger("mockpars")

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *physicians.PAGES,
    *activities.PAGES,
    *learners.PAGES,
    *breaking.PAGES,
    *journal.PAGES,
    *mail.PAGES,
    *codes.PAGES,
    *upload.PAGES,
)
"""What the application is made of."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_OPEN = frozenset({"static", "login", "sign-in"})


def make_site(world: World) -> Flask:
    """The pages of this world's sandboxes, as a WSGI application."""
    app = Flask("mockpars.web.studio", static_folder=None, template_folder="templates")
    app.secret_key = secrets.token_bytes(32)
    app.config.update(
        SESSION_COOKIE_NAME="mockpars_studio",
        SESSION_COOKIE_PATH="/_mockpars",
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=world.settings.max_body,
        MAX_FORM_MEMORY_SIZE=world.settings.max_body,
    )
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    _add_guard(app, world)
    _add_words(app, world)
    _add_pages(app, world)
    _add_errors(app)
    return app


def _add_guard(app: Flask, world: World) -> None:
    settings = world.settings

    @app.before_request
    def admit() -> AnyResponse | None:
        guard.check_origin(request, settings)
        if request.endpoint in _OPEN or guard.may_enter(request, settings):
            if request.method == "POST" and not guard.form_is_ours(request):
                raise Forbidden("This form is from another session of the studio: open the page again and repeat.")
            return None
        if request.method == "POST":
            raise Forbidden("The session has ended: sign in again.")
        return redirect(url_for("login", next=request.full_path.rstrip("?")), 303)

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        # What a page shows may not be on disk yet: the doorway holds it until it is.
        exchange = request.environ.get("mockpars.exchange")
        if exchange is not None:
            exchange.pledge = world.store.pledge()
        return response


def _add_words(app: Flask, world: World) -> None:
    words.add_to(app)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "csrf": guard.form_token,
            "signed_in": guard.is_signed_in,
            "version": __version__,
            "sandbox_names": [
                row.name
                for row in world.store.worlds.living()
                if row.expires_at is None or row.expires_at > world.wall()
            ],
        }


def _add_pages(app: Flask, world: World) -> None:
    for page in PAGES:
        view = _view(world, page)
        app.add_url_rule(PREFIX + page.path, page.endpoint, view, methods=[page.method])
        if page.endpoint == "overview":
            app.add_url_rule("/_mockpars/", "home", view, defaults={"name": DEFAULT})
    app.add_url_rule("/_mockpars", "bare-prefix", lambda: redirect(url_for("home"), 303))
    app.add_url_rule("/_mockpars/studio", "bare", lambda: redirect(url_for("home"), 303))
    app.add_url_rule("/_mockpars/studio/", "bare-slash", lambda: redirect(url_for("home"), 303))
    app.add_url_rule("/_mockpars/studio-static/<path:file>", "static", _static)
    app.add_url_rule("/_mockpars/studio-login", "login", lambda: _login(world))
    app.add_url_rule("/_mockpars/studio-login", "sign-in", lambda: _sign_in(world), methods=["POST"])


def _view(world: World, page: Page) -> Any:
    def view(name: str, **path: str) -> str | AnyResponse:
        with nullcontext() if page.method == "GET" else world.store.transaction():
            return page.view(find_place(world, name), **path)

    return view


def _static(file: str) -> Response:
    response = send_from_directory("static", file)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _login(world: World) -> str:
    return render_template(
        "login.html", possible=guard.can_sign_in(world.settings), next=_next(request.args.get("next"))
    )


def _sign_in(world: World) -> AnyResponse:
    if sent("act") == "out":
        guard.sign_out()
        return redirect(url_for("home"), 303)
    following = _next(request.form.get("next"))
    if guard.sign_in(world.settings, sent("user"), request.form.get("password", "")):
        return redirect(following, 303)
    exchange = request.environ.get("mockpars.exchange")
    if exchange is not None:
        exchange.delay = 1.0  # Guessing takes its time, and holds up nobody else.
    tell("User or password is wrong.", "bad")
    return redirect(url_for("login", next=following), 303)


def _next(address: str | None) -> str:
    """Only ever a page of the studio: an address from a link could lead anywhere."""
    text = address or ""
    return text if text.startswith("/_mockpars/") and "//" not in text and "\\" not in text else url_for("home")


def _add_errors(app: Flask) -> None:
    def show(status: int, title: str, reason: str, fix: str = "") -> tuple[str, int]:
        return render_template("error.html", status=status, title=title, reason=reason, fix=fix), status

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int] | AnyResponse:
        if error.code is None or error.code < 400:
            return error.get_response()
        return show(error.code, error.name, error.description or "")

    @app.errorhandler(MockparsError)
    def _ours(error: MockparsError) -> tuple[str, int]:
        status = error.status if isinstance(error, Refused) else 500 if isinstance(error, StoreError) else 409
        return show(status, "That cannot be done", error.reason, error.fix)

    @app.errorhandler(Exception)
    def _bug(error: Exception) -> tuple[str, int]:
        log.error("a bug of mockpars, at %s %s", request.method, request.path, exc_info=error)
        fix = "Look at the log of mockpars, and report what stands there."
        return show(500, "mockpars failed", "This is a fault of mockpars, not of the request.", fix)


__all__ = ["Place", "make_site"]
