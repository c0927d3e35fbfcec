"""From a path to what is there. Flask's own routes would cost start-up a millisecond for two of these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from mockpars.web.control.endpoint import Endpoint

# Provider Activity IDs may have slashes in them.
_SEGMENTS = {"activity": ".+"}


class Place:
    """A path, with its methods."""

    def __init__(self, path: str) -> None:
        expression = re.sub(r"{(\w+)}", lambda found: f"(?P<{found[1]}>{_SEGMENTS.get(found[1], '[^/]+')})", path)
        self.matches = re.compile(expression.replace(".json", r"\.json"), re.DOTALL).fullmatch
        self.methods: dict[str, Endpoint] = {}

    @property
    def allowed(self) -> list[str]:
        """The methods for the Allow header."""
        return sorted({*self.methods, "OPTIONS", *(["HEAD"] if "GET" in self.methods else [])})


class Routes:
    """The places of some endpoints."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._places: dict[str, Place] = {}
        for endpoint in endpoints:
            place = self._places.setdefault(endpoint.path, Place(endpoint.path))
            place.methods[endpoint.method] = endpoint

    def find(self, path: str) -> tuple[Place, Mapping[str, str]] | None:
        """The place at a path, with the path's variables."""
        for place in self._places.values():
            found = place.matches(path)
            if found is not None:
                return place, found.groupdict()
        return None


@cache
def all_routes() -> Routes:
    """Those of the whole table, which is read when the first request needs it: start-up does not wait for that."""
    from mockpars.web.control.table import ENDPOINTS

    return Routes(ENDPOINTS)
