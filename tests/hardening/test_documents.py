"""Hostile XML: nothing is fetched, nothing is expanded, nothing of this machine's files comes back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockpars.web.operations import OPERATIONS
from mockpars.wire.names import BLL
from tests import support
from tests.e2e.conftest import Server
from tests.hardening.process import memory

pytestmark = pytest.mark.served

SECRET = "the content of a file that nobody may read"


@pytest.fixture
def bait() -> Iterator[socket.socket]:
    """A port on which nobody should knock."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        yield listener


def _nobody_knocked(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return True
    return False


def _documents(url: str, file: str, message: str) -> dict[str, bytes]:
    inner = message.replace(support.USER, "&x;")
    body = {
        "an external DTD": f'<!DOCTYPE SubmitMessage SYSTEM "{url}/a.dtd">{message}',
        "a public DTD": f'<!DOCTYPE SubmitMessage PUBLIC "-//x//y" "{url}/a.dtd">{message}',
        "an entity on the net": f'<!DOCTYPE s [<!ENTITY x SYSTEM "{url}/x">]>{inner}',
        "an entity in a file": f'<!DOCTYPE s [<!ENTITY x SYSTEM "{file}">]>{inner}',
        "a parameter entity": f'<!DOCTYPE s [<!ENTITY % p SYSTEM "{url}/p.dtd"> %p;]>{inner}',
        "an entity that tells": f'<!DOCTYPE s [<!ENTITY % f SYSTEM "{file}"><!ENTITY % d SYSTEM "{url}"> %d;]>{inner}',
        "an unparsed entity": f'<!DOCTYPE s [<!NOTATION n SYSTEM "{url}"><!ENTITY x SYSTEM "{url}" NDATA n>]>{message}',
        "a stylesheet": f'<?xml-stylesheet href="{url}/s.xsl" type="text/xsl"?>{message}',
        "XInclude": message.replace(
            support.PASSWORD, f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{file}"/>'
        ),
        "a schema of its own": message.replace(
            "<SubmitMessage ",
            '<SubmitMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="{BLL} {url}/a.xsd" xsi:noNamespaceSchemaLocation="{url}/b.xsd" ',
            1,
        ),
        "a base elsewhere": message.replace("<SubmitMessage ", f'<SubmitMessage xml:base="{url}/" ', 1),
    }
    made = {name: text.encode() for name, text in body.items()}
    dtd = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE s [<!ENTITY x SYSTEM "{url}/x">]>{inner}'
    return made | {
        "a DTD in UTF-16": dtd.encode("utf-16"),
        "a DTD in UTF-7": dtd.replace("UTF-16", "UTF-7").encode("utf-7"),
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_is_fetched_or_shown(server: Server, bait: socket.socket, tmp_path: Path, operation: str) -> None:
    """By DTD, entity, XInclude, stylesheet or schema location; a listening port hears nothing."""
    file = tmp_path / "secret"
    file.write_text(SECRET, encoding="ascii")
    message = support.by_credit("1") if operation.endswith("CreditId") else support.sample(operation) if operation in (
        "SaveActivity", "SaveLearnerActivity", "LearnerMatchRequest") else support.activity_question("1")  # fmt: skip
    message = message.partition("?>")[2].strip() if message.startswith("<?xml") else message
    for name, document in _documents(f"http://127.0.0.1:{bait.getsockname()[1]}", file.as_uri(), message).items():
        path = support.path_of(operation)
        answer = server.request("POST", path, document, Content_Type="application/xml")
        assert answer.status < 500, name
        assert SECRET.encode() not in answer.body, name
        if "DTD" in name or "entity" in name:
            assert answer.status == 400, name
    assert _nobody_knocked(bait)


def _laughs(depth: int, wide: int) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * wide}">' for n in range(1, depth))
    return (f'<!DOCTYPE s [<!ENTITY l0 "ha">{entities}]>' + support.sample("SaveActivity").partition("?>")[2].strip()
            .replace(support.USER, f"&l{depth - 1};")).encode()  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        _laughs(10, 10),
        _laughs(60, 2),
        b'<!DOCTYPE s [<!ENTITY a "' + b"a" * 100_000 + b'">]><s>' + b"&a;" * 100_000 + b"</s>",
        b'<!DOCTYPE s [<!ENTITY % a "&#37;b;"><!ENTITY % b "&#37;a;"> %a;]><s/>',
        b"<a>" * 500_000,
        b"<a " + b"".join(b'b%d="" ' % n for n in range(200_000)) + b"/>",
        b"<a>" + b"<b/>" * 1_500_000 + b"</a>",
        b"<!--" + b"-" * 5_000_000,
        b"<a xmlns='" + b"x" * 5_000_000 + b"'/>",
        b"<a>" + b"".join(b"<b%d xmlns:p%d='u%d'/>" % (n, n, n) for n in range(100_000)) + b"</a>",
    ],
    ids=["billion laughs", "deep laughs", "quadratic", "a circle", "depth", "attributes", "breadth", "comment",
         "namespace", "many names"],
)  # fmt: skip
def test_bombs_are_refused_quickly_and_cost_nothing(server: Server, document: bytes) -> None:
    """A 4xx within seconds, memory as before (what the allocator keeps aside), and the next one is served."""
    server.request("POST", support.path_of("SaveActivity"), document, Content_Type="application/xml")
    before, started = memory(server.process.pid), time.monotonic()
    answer = server.request("POST", support.path_of("SaveActivity"), document, Content_Type="application/xml")
    assert 400 <= answer.status < 500
    assert time.monotonic() - started < 10
    assert memory(server.process.pid) - before < 64
    assert len(answer.body) < 20_000
    assert server.post("LearnerMatchRequest").root.text == "1"
