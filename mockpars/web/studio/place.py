"""Where a request for a page is: which world, which sandbox; and how its page comes about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from mockpars.errors import UnknownSandbox
from mockpars.service.sandbox import Sandbox
from mockpars.world import World

PREFIX = "/_mockpars/studio/<name>"


@dataclass(slots=True)
class Place:
    """One request's world and sandbox."""

    world: World
    sandbox: Sandbox

    @property
    def name(self) -> str:
        """The sandbox's name."""
        return self.sandbox.world.name

    @property
    def root(self) -> str:
        """The address of this server."""
        return request.host_url.rstrip("/")

    @property
    def base(self) -> str:
        """The base URL that a client of this sandbox is given."""
        return self.root if self.name == "default" else f"{self.root}/sandboxes/{self.name}"

    def page(self, template: str, **context: Any) -> str:
        """Renders a page of this sandbox."""
        return render_template(template, place=self, sandbox=self.sandbox, **context)

    def to(self, endpoint: str, **values: Any) -> Response:
        """Sends the browser on to another page, with GET."""
        return redirect(self.url(endpoint, **values), 303)

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page of this sandbox."""
        return url_for(endpoint, name=self.name, **values)


View = Callable[..., "str | Response"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or the target of a form: the path after the sandbox's name, its endpoint, its view."""

    path: str
    endpoint: str
    view: View
    method: str = "GET"


def find_place(world: World, name: str) -> Place:
    """The sandbox of that name. Raises NotFound (404), also for one whose time is up."""
    try:
        sandbox = world.sandbox(name)
    except UnknownSandbox as error:
        raise NotFound(f"{error.reason} Create it on the overview of the default one.") from None
    expires = sandbox.world.expires_at
    if expires is not None and expires <= sandbox.wall:
        raise NotFound(f"The time of sandbox {name!r} is up.")
    return Place(world, sandbox)


def tell(message: str, kind: str = "good") -> None:
    """Says something on the next page: `good`, `bad` or `note`."""
    flash(message, kind)


def wanted(field: str) -> str | None:
    """A query parameter without space around it; None when it is missing or empty."""
    return request.args.get(field, "").strip() or None


def sent(field: str) -> str:
    """A field of the posted form without space around it."""
    return request.form.get(field, "").strip()


def number(text: str | None, default: int) -> int:
    """A whole number, or the default for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else default
