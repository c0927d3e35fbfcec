"""A studio behind Flask's test client, and a browser's manners: it keeps cookies and fills in the form's token."""

from __future__ import annotations

import re
from argparse import Namespace
from typing import Any

from werkzeug.test import TestResponse

from mockpars.settings import load
from mockpars.web.app import Pars
from mockpars.web.control_api import control_api
from mockpars.web.studio import studio
from mockpars.world import World, open_world
from tests.support import NOW, XML, path_of

BASE = "/_mockpars/studio/default"


class Browser:
    """What a person at the studio does."""

    def __init__(self, caller: str = "127.0.0.1", host: str = "localhost", **settings: str) -> None:
        chosen = {"ephemeral": "true", "clock": NOW} | settings
        self.world: World = open_world(load(Namespace(**chosen), {}), grouped=False)
        self.app = Pars(self.world)
        self.app.register_blueprint(studio(self.world))
        self.app.register_blueprint(control_api(self.world))
        self.client = self.app.test_client()
        self.caller, self.host = caller, host

    def open(self, path: str, method: str = "GET", **options: Any) -> TestResponse:
        """Any request."""
        address = path if path.startswith("/_mockpars") else BASE + path
        options.setdefault("environ_overrides", {"REMOTE_ADDR": self.caller, "HTTP_HOST": self.host})
        return self.client.open(address, method=method, **options)

    def page(self, path: str) -> str:
        """A page that is there, as HTML."""
        answer = self.open(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.text

    def token(self) -> str:
        """The form token of this browser's session."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page("/"))
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Submits a form; fields that end in an underscore lose it, since `from` and the like are Python's."""
        data = {name.rstrip("_"): value for name, value in fields.items()}
        return self.open(path, "POST", data={"csrf": self.token(), **data})

    def told(self, path: str, **fields: Any) -> str:
        """Submits a form that leads on, and returns the page it leads to."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return self.page(answer.headers["Location"])

    def send(self, operation: str, message: str) -> TestResponse:
        """Sends a message as a client of PARS does."""
        return self.client.post(path_of(operation), data=message.encode(), content_type=XML)

    def example(self) -> None:
        """Loads the example: an activity, a match and a completion."""
        self.told("/example")
