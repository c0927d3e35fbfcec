"""A ticket as a zip, always the same bytes; and read back with distrust, since anybody may have made it."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from mockpars.errors import MockparsError
from mockpars.web.control.checks import problems
from mockpars.web.tickets.markdown import as_markdown
from mockpars.web.tickets.schema import TICKET
from mockpars.wire.told import told

_MOST_BYTES = 16 * 1024 * 1024
_MOST_FILES = 256
_NAMES = re.compile(r"ticket\.json|ticket\.md|request\.xml|response\.(?:xml|txt)|ground/activity-\d{1,15}\.xml")
_WHEN = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_CUT = re.compile(r"\n\[\d+ more characters were not kept\]\Z")


class BadTicket(MockparsError):
    """What was given is no ticket, or one that cannot be replayed."""


def files(ticket: dict[str, Any]) -> dict[str, str]:
    """The files of a ticket. The texts stand in files of their own, and not in ticket.json."""
    data = deepcopy(ticket)
    request, response = data["request"].pop("body"), data["response"].pop("body")
    found = {"ticket.md": as_markdown(ticket)}
    if request:
        found["request.xml"] = request
    if response:
        found["response.xml" if response.lstrip("\ufeff \r\n\t").startswith("<") else "response.txt"] = response
    for entry in data["ground"]["activities"]:
        found[f"ground/activity-{entry['activity_id']}.xml"] = entry.pop("document")
    found["ticket.json"] = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return dict(sorted(found.items()))


def as_zip(ticket: dict[str, Any]) -> bytes:
    """The zip of a ticket."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in files(ticket).items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, _REGULAR_FILE
            archive.writestr(info, text.encode("utf-8", "replace"))
    return written.getvalue()


def read_ticket(path: Path) -> dict[str, Any]:
    """Reads a ticket from a zip, from the folder it was unpacked to, or from JSON that is whole. Raises BadTicket."""
    try:
        if path.is_dir():
            found = {name.relative_to(path).as_posix(): name.read_bytes() for name in _members(path)}
        elif path.stat().st_size > _MOST_BYTES:
            raise BadTicket(f"{path} is larger than any ticket.", "Name a ticket that mockpars made.")
        elif zipfile.is_zipfile(path):
            found = _unpacked(path)
        else:
            found = {"ticket.json": path.read_bytes()}
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise BadTicket(f"{path} cannot be read: {error}.", "Name a ticket that mockpars made.") from None
    return _put_together(path, found)


def _members(folder: Path) -> list[Path]:
    found = [folder / "ticket.json", folder / "request.xml", folder / "response.xml", folder / "response.txt"]
    found += sorted((folder / "ground").glob("activity-*.xml"))[:_MOST_FILES]
    return [name for name in found if name.is_file() and name.stat().st_size <= _MOST_BYTES]


def _unpacked(path: Path) -> dict[str, bytes]:
    """The files by name, in memory only; sizes are counted as they come, whatever the archive says."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        left = _MOST_BYTES
        for entry in entries[: _MOST_FILES + 1]:
            name = entry.filename
            if len(entries) > _MOST_FILES or not _NAMES.fullmatch(name) or name in found:
                raise BadTicket(f"{path} holds {name[:80]!r}, which is no part of a ticket.", "Was it changed?")
            with archive.open(entry) as member:
                found[name] = member.read(left + 1)
            left -= len(found[name])
            if left < 0:
                raise BadTicket(f"{path} unpacks to more than any ticket holds.", "Was it changed?")
    return found


def _put_together(path: Path, found: Mapping[str, bytes]) -> dict[str, Any]:
    if "ticket.json" not in found:
        raise BadTicket(f"{path} has no ticket.json in it.", "Name a ticket that mockpars made.")
    ticket = _as_json(path, found["ticket.json"])
    texts = _texts(path, found)
    request, response = ticket.get("request"), ticket.get("response")
    whole = isinstance(request, dict) and isinstance(response, dict)
    if not whole or not isinstance(request, dict) or not isinstance(response, dict):
        raise BadTicket(f"{path} is not a ticket: request or response is missing.", "Was it changed?")
    request_text = str(request.pop("body", "")) or texts.get("request.xml", "")
    response_text = str(response.pop("body", "")) or texts.get("response.xml", "") or texts.get("response.txt", "")
    for entry in (ticket.get("ground") or {}).get("activities") or ():
        name = f"ground/activity-{entry.get('activity_id')}.xml" if isinstance(entry, dict) else ""
        if name in texts:
            entry["document"] = texts[name]
    wrong = next(problems(ticket, TICKET), None)
    if wrong:
        expected = f" Expected: {wrong['expected']}." if wrong.get("expected") else ""
        raise BadTicket(f"{path} is not a ticket: {wrong['field']} {wrong['problem']}.", expected.strip())
    request["body"], response["body"] = request_text, response_text
    _check(path, ticket)
    return ticket


def _as_json(path: Path, data: bytes) -> dict[str, Any]:
    try:
        ticket = json.loads(data)
    except (ValueError, RecursionError):
        raise BadTicket(f"The ticket.json of {path} is no JSON.", "Was it changed?") from None
    if not isinstance(ticket, dict) or not isinstance(ticket.get("ground", {}), dict):
        raise BadTicket(f"The ticket.json of {path} is not a ticket.", "Was it changed?")
    return ticket


def _texts(path: Path, found: Mapping[str, bytes]) -> dict[str, str]:
    try:
        return {name: data.decode("utf-8") for name, data in found.items() if name != "ticket.json"}
    except UnicodeDecodeError:
        raise BadTicket(f"A file of {path} is not UTF-8.", "Was it changed?") from None


def _check(path: Path, ticket: dict[str, Any]) -> None:
    """What the ticket's parts must have to do with each other."""
    if _CUT.search(ticket["request"]["body"]):
        reason = "the message was longer than the journal keeps, so it is not whole"
        raise BadTicket(f"{path} cannot be replayed: {reason}.", "Replay one with fewer records.")
    said = {entry["about"]: entry["said"] for entry in ticket["verdict"]["told"]}
    for about, word in told(ticket["response"]["body"]):
        if said.get(about) != word:
            raise BadTicket(
                f"{path} contradicts itself: its response says {about}: {word}, its ticket.json "
                f"{said.get(about, 'nothing of the kind')}.",
                "Was it changed?",
            )
