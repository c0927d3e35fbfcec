"""A team with a sandbox of its own on a real server: it sends, makes tickets of what came of it, and replays them."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from mockpars.cli import main
from mockpars.pytest_support.server import Server
from tests import support
from tests.support import PEOPLE, XML, path_of

USER, PASSWORD = "mr.secret@example.com", "hunter2secret"
ACCOUNT = {"user": USER, "password": PASSWORD}
HOLLOWAY = PEOPLE["james-holloway"]
NOBODYS_BIRTHDAY = "1975-03-21"
BIRTHDAYS = {person.born for person in PEOPLE.values()} | {NOBODYS_BIRTHDAY}


class Team:
    """A sandbox under an account that is not the default, and its tickets in a folder."""

    def __init__(self, server: Server, name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.server, self.name, self.folder, self._capsys = server, name, folder, capsys
        self.path = f"/_mockpars/sandboxes/{name}"
        self.control("POST", "", {"name": name, "clock": support.NOW, **ACCOUNT}, path="/_mockpars/sandboxes")

    def control(self, method: str, tail: str, body: Any = None, path: str | None = None) -> Any:
        """A call of the control API."""
        return self.server.call(method, (self.path if path is None else path) + tail, body)

    def send(self, method: str, target: str, body: str | bytes | None = None, **headers: str) -> None:
        """Any request; an answer that does not come is no failure here."""
        parts = urlsplit(self.server.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, target, body.encode() if isinstance(body, str) else body, named)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def post(self, operation: str, body: str | bytes, media: str = XML, **headers: str) -> None:
        """A message to an operation."""
        self.send("POST", path_of(operation, self.name), body, Content_Type=media, **headers)

    def get(self, operation: str, **query: str) -> None:
        """A read by GET."""
        target = f"{path_of(operation, self.name)}?{urlencode(query)}"
        self.send("GET", target, Authorization=support.basic(USER, PASSWORD))

    def register(self, *entries: str) -> None:
        """Registers activities; without any, the reference's."""
        self.post("SaveActivity", support.activities(*entries, **ACCOUNT))
        assert self.latest()["outcome"] == "Accepted"

    def submit(self, *records: str, **headers: str) -> None:
        """Submits learner records."""
        self.post("SaveLearnerActivity", support.learners(*records, **ACCOUNT), **headers)

    def latest(self) -> dict[str, Any]:
        """The latest exchange."""
        number = self.control("GET", "/journal")["exchanges"][0]["id"]
        found: dict[str, Any] = self.control("GET", f"/journal/{number}")
        return found

    def ticket(self, exchange: int | None = None, form: str = "zip") -> bytes:
        """The ticket of an exchange, by default the latest."""
        number = exchange or self.latest()["id"]
        status, _, data = self.server.send("GET", f"{self.path}/journal/{number}/ticket?format={form}", None, {})
        assert status == 200, data
        return data

    def saved(self, exchange: int | None = None) -> Path:
        """The same as a zip in the folder."""
        path = self.folder / "ticket.zip"
        path.write_bytes(self.ticket(exchange))
        return path

    def replay(self, bundle: Path, *flags: str, here: bool = True) -> tuple[int, str]:
        """Exit status and words of `mockpars replay`, on the same server unless it is to start its own."""
        self._capsys.readouterr()
        status = main(["replay", str(bundle), *(("--url", self.server.url) if here else ()), *flags])
        told = self._capsys.readouterr()
        return status, told.out + told.err


def contents(bundle: bytes) -> dict[str, str]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def packed(path: Path, files: dict[str, str | bytes]) -> Path:
    """Writes a zip of such files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def changed(path: Path, bundle: Path, **parts: Any) -> Path:
    """A ticket with other values at places of its ticket.json, such as `ground__clock`, or other files (`_xml`)."""
    files: dict[str, str | bytes] = dict(contents(bundle.read_bytes()))
    data = json.loads(files["ticket.json"])
    for place, value in parts.items():
        if place.endswith("_xml"):
            files[place.replace("_xml", ".xml")] = value
            continue
        *above, last = place.split("__")
        target = data
        for step in above:
            target = target[int(step)] if step.isdigit() else target[step]
        target[last] = value
    files["ticket.json"] = json.dumps(data)
    return packed(path, files)
