"""One endpoint of the control API, as data; and a call to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox
from mockpars.service.sandboxes import DEFAULT
from mockpars.web.control.checks import Schema
from mockpars.world import World


@immutable
class Call:
    """A request that passed access and checks: its path's variables, its query and its body."""

    world: World
    root: str
    started: datetime
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def sandbox(self) -> Sandbox:
        """The sandbox in the path. Raises UnknownSandbox, also for one whose time is up."""
        return self.world.sandbox(self.path.get("sandbox", DEFAULT))

    def number(self, name: str, default: int) -> int:
        """A number in the query, which was checked."""
        return int(self.query.get(name, default))


@immutable
class Endpoint:
    """A method at a path. `answer` names a schema of the description; `refusals` are statuses besides the usual.

    `media` are further types that it can answer in, with a response of its own making.
    """

    method: str
    path: str
    run: Callable[[Call], Any]
    summary: str
    answer: str = ""
    status: int = 200
    body: Schema | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    description: str = ""
    open_to_all: bool = False
    media: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A unique name: that of the function that answers."""
        return self.run.__name__


PREFIX = "/_mockpars"
SANDBOX = f"{PREFIX}/sandboxes/{{sandbox}}"


_NO_CONTROLS = r"^[^\u0000-\u001f\u007f]*$"


def text(description: str, most: int = 250, **more: Any) -> Schema:
    """A schema of text on one line, not empty."""
    lengths = {"minLength": 1, "maxLength": most}
    return {"type": "string", "description": description, **lengths, "pattern": _NO_CONTROLS, **more}


def pattern(description: str, expression: str, **more: Any) -> Schema:
    """A schema of text of a certain shape."""
    return {"type": "string", "description": description, "pattern": expression, **more}


def choice(description: str, *values: str) -> Schema:
    """A schema of one of some words."""
    return {"type": "string", "description": description, "enum": list(values)}


def whole(description: str, low: int, high: int, **more: Any) -> Schema:
    """A schema of a whole number."""
    return {"type": "integer", "description": description, "minimum": low, "maximum": high, **more}


def yes_or_no(description: str) -> Schema:
    """A schema of true or false."""
    return {"type": "boolean", "description": description}


def fields(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """A schema of an object with these fields and no others."""
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | {"required": list(required)} if required else schema


NUMBER_MOST = 10**15
LIMIT = whole("How many at most", 1, 1000, default=100)
INSTANT = pattern(
    "An ISO 8601 instant such as 2026-05-06T12:00:00Z, or a date; UTC without a zone",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+\-][0-9]{2}:?[0-9]{2})?)?$",
)
DURATION = r"^P(?=.)([0-9]{1,6}W)?([0-9]{1,6}D)?(T(?=.)([0-9]{1,6}H)?([0-9]{1,8}M)?([0-9]{1,9}S)?)?$"
