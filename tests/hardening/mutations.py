"""A structure-aware fuzzer of PARS messages: valid ones, changed as trees and as bytes, the same for the same seed.

Many of its messages stay well-formed and pass the schemas, so that the rules behind them are reached too.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

from lxml import etree

from mockpars.web.operations import OPERATIONS
from mockpars.wire.names import ACCME, AR, EX, LOM
from tests import support
from tests.hardening.people import WELCOME
from tests.support import ALL_BOARDS, basic, credit, moc, path_of, record


def _bases() -> tuple[tuple[str, bytes], ...]:
    many = [record(who) for who in WELCOME[:5]]
    boards = record(WELCOME[7], credits=(credit(*support.AMA), moc("ABIM", "123456"), moc("ABP")))
    messages = (
        ("SaveActivity", support.sample("SaveActivity")),
        ("SaveActivity", support.activities(support.activity("FUZZ-1", registrations=ALL_BOARDS))),
        ("SaveActivity", support.activities(support.activity("FUZZ-2"), support.activity("FUZZ-3", action="Delete"))),
        ("SaveLearnerActivity", support.sample("SaveLearnerActivity")),
        ("SaveLearnerActivity", support.learners(*many)),
        ("SaveLearnerActivity", support.learners(boards)),
        ("SaveLearnerActivity", support.learners(record(WELCOME[9], action="Delete"), record(WELCOME[9]))),
        ("LearnerMatchRequest", support.sample("LearnerMatchRequest")),
        ("GetActivity", support.activity_question(support.ACTIVITY_ID, support.PROVIDER_ACTIVITY_ID)),
        ("GetLearnerStatus", support.by_learner(support.ACTIVITY_ID, "1975-03-22", "2026-05-06", "1234567890")),
        ("GetLearnerStatusByCreditId", support.by_credit("ccid:mockpars:100000001")),
    )
    return tuple((operation, text.encode()) for operation, text in messages)


_BASES = _bases()

_TEXTS = (
    "", " ", "0", "-1", "0.25", "0.250000000000000000000001", "1e9", "999999999999999999999999", "NaN", "INF", "1.0",
    "2026-05-06", "2026-02-29", "2028-02-29", "0001-01-01", "9999-12-31", "2026-05-06T23:59:60", "2026-05-06Z",
    "2026-05-06T00:00:00+14:00", "2026-05-06T24:00:00", "2026-05-06T00:00:00-14:00", "9999-12-31T23:59:59.9999999",
    "2026-12-31T23:59:59", "-2026-01-01", "12026-01-01", "2026-03-08T02:30:00", "2026-11-01T01:30:00", "2026",
    "19750322", "ABIM", "ABOHNS", "abim", "yes", "no", "Add", "Delete", "delete", "Update",
    "AMA PRA Category 1 Credit", "Medical Knowledge", "12345678", "ccid:mockpars:100000001",
    "ccid:mockpars:99999999999999999999", "0008273", "'; DROP TABLE world; --", "%s%n", "../../etc/passwd",
    "${jndi:ldap://127.0.0.1/}", "{{7*7}}", "<script>alert(1)</script>", "]]>", "&amp;", "a\u0301\u0130\u00df",
    "\u202e\u200b", "\U0001f600", "\u0660\u0661\u0662", "\ufeff", "\u0085", "\u2028", "O'Brien-Smith Jr.", "x" * 251,
    "x" * 70_000, "line\r\nX-Injected: 1", "\t", "1,5", "+1", "\u0661", "true",
)  # fmt: skip
_NAMES = ("x", "Data", "User", "SubmitMessage", "Credits", "LearnerRecord", "identifier", "_", "a.b-c", "ÿ")
_SPACES = ("", "urn:x", "http://www.w3.org/2001/XMLSchema-instance", AR, ACCME, LOM, EX)
_BYTES = (
    b"&#x0;", b"&#xD800;", b"<x/>", b"]]>", b"<!--", b"-->", b"<?", b"<?xml version='1.0'?>", b"&lt;", b"&x;",
    b"\xff\xfe", b"9" * 30, b"<![CDATA[", b"\x00", b"\xed\xa0\x80", b"\xc0\xaf", b"<!DOCTYPE a>",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"</Data>", b" xmlns=''", b" xsi:nil='true'", b"<" * 50, b"<a>" * 300,
    b"\r\n\r\n", b"\xef\xbb\xbf",
)  # fmt: skip
_MEDIA = (support.XML,) * 130 + (
    "text/xml", "application/xml", "application/xml; charset=utf-16", "application/xml; charset=latin-1", "text/html",
    "*/*", "", "application/soap+xml", "application/json", "application/xml; charset=\"",
    "multipart/form-data; boundary=x", "a" * 3000, "application/xml; charset=utf-7", "application/xml; charset=idna",
    "application/xml; charset=zip",
)  # fmt: skip
_HEADERS = (
    "Accept: text/plain", "User-Agent: <b>\t&", "Authorization: Basic !!!!", "Authorization: Basic Og==",
    "SOAPAction: \"x\"", "Authorization: Bearer x", "X-Mockpars-Scenario: reject-303",
    "X-Mockpars-Scenario: no-such,,;=", "X-Forwarded-For: ::1",
    "X-Mockpars-Scenario: board-reject:ABIM, state-reject:TX", "Origin: https://evil.example", "Expect: nothing",
    "Range: bytes=0-1", "If-None-Match: *", "Cookie: session=....", "Accept-Encoding: gzip",
    "X-HTTP-Method-Override: DELETE", "X-Odd: Ünï ÿ",
)  # fmt: skip

TreeChange = Callable[[Random, etree._Element, list[etree._Element]], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send."""

    method: str
    target: str
    body: bytes
    headers: tuple[str, ...]


class Fuzzer:
    """An endless source of requests; two with the same seed give the same ones."""

    def __init__(self, seed: str, sandboxes: tuple[str | None, ...] = (None,)) -> None:
        self._draw = Random(seed)  # noqa: S311 - made to repeat, not to be secret
        self._sandboxes = sandboxes

    def next(self) -> Request:
        """The next request."""
        draw = self._draw
        if draw.random() < 0.08:
            return self._query()
        operation, body = draw.choice(_BASES)
        headers: list[str] = []
        if draw.random() < 0.95:
            body = self._tree(body)
        if draw.random() < 0.2:
            body = self._bytes(body)
        if draw.random() < 0.06:
            body, header = self._packed(body)
            headers.append(header)
        media = draw.choice(_MEDIA)
        if media:
            headers.append(f"Content-Type: {media}")
        if draw.random() < 0.1:
            headers.append(draw.choice(_HEADERS))
        sent_to = operation if draw.random() < 0.95 else draw.choice(list(OPERATIONS))
        return Request("POST", self._path(sent_to), body, tuple(headers))

    def _path(self, operation: str) -> str:
        sandbox = self._draw.choice(self._sandboxes)
        if self._draw.random() < 0.02:
            sandbox = self._draw.choice(("..%2f..", "%00", "nobody", "%3Cb%3E", "a" * 300, "%C3%A9", ".", "default%2f"))
        return path_of(operation, sandbox)

    def _query(self) -> Request:
        draw = self._draw
        names = (
            "AccmeActivityID",
            "ProviderActivityID",
            "CreditId",
            "moduleID",
            "BirthDate",
            "CompletionDate",
            "UniqueID",
            "x",
        )
        readers = [name for name, operation in OPERATIONS.items() if operation.query]
        pairs = [
            f"{draw.choice(names)}={quote(draw.choice(_TEXTS)[:2000], errors='replace')}"
            for _ in range(draw.randint(0, 5))
        ]
        target = self._path(draw.choice(readers)) + "?" + "&".join(pairs)
        return Request("GET", target, b"", (f"Authorization: {basic()}",))

    def _tree(self, body: bytes) -> bytes:
        root = etree.fromstring(body)
        for _ in range(self._draw.choice((1, 1, 1, 1, 2, 4))):
            # Mostly below Data: what stands above it is over after the credentials.
            elements = list(root.iter(etree.Element))
            elements = elements[4:] if len(elements) > 6 and self._draw.random() < 0.93 else elements[1:]
            if elements:
                self._draw.choice(_CHANGES)(self._draw, root, elements)
        encoding = self._draw.choice(("utf-8",) * 60 + ("utf-16", "us-ascii", "iso-8859-1", "UTF-16LE", "UCS-4"))
        declared = self._draw.random() < 0.5
        written = etree.tostring(root, encoding=encoding, xml_declaration=declared)
        return written if isinstance(written, bytes) else written.encode()

    def _bytes(self, body: bytes) -> bytes:
        draw, changed = self._draw, bytearray(body)
        for _ in range(draw.randint(1, 4)):
            if not changed:
                break
            at = draw.randrange(len(changed))
            match draw.randrange(6):
                case 0:
                    changed[at] = draw.randrange(256)
                case 1:
                    del changed[at : at + draw.randint(1, 40)]
                case 2:
                    changed[at:at] = changed[at : at + draw.randint(1, 60)]
                case 3 if draw.random() < 0.2:
                    del changed[at:]
                case 4:
                    changed[at] ^= 1 << draw.randrange(8)
                case _:
                    changed[at:at] = draw.choice(_BYTES)
        return bytes(changed)

    def _packed(self, body: bytes) -> tuple[bytes, str]:
        match self._draw.randrange(5):
            case 0:
                return gzip.compress(body, 1), "Content-Encoding: gzip"
            case 1:
                return zlib.compress(body, 1), "Content-Encoding: deflate"
            case 2:
                return self._bytes(gzip.compress(body, 1)), "Content-Encoding: gzip"
            case 3:
                return b"", "Content-Encoding: gzip"
            case _:
                return body, "Content-Encoding: br"


def _text(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    leaves = [entry for entry in elements if len(entry) == 0] or elements
    value = draw.choice(_TEXTS)
    draw.choice(leaves).text = value


def _person(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    who = draw.choice(WELCOME)
    values = {"FirstName": who.first, "LastName": who.last, "DateOfBirth": who.born, "MedicalEducationNumber": who.npi}
    for element in elements:
        value = values.get(etree.QName(element).localname)
        if value is not None:
            element.text = value


def _drop(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    victim = draw.choice(elements)
    parent = victim.getparent()
    if parent is not None:
        parent.remove(victim)


def _double(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen = draw.choice(elements)
    for _ in range(draw.choice((1, 1, 2, 30))):
        chosen.addnext(deepcopy(chosen))


def _swap(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen = draw.choice(elements)
    following = chosen.getnext()
    if following is not None:
        following.addnext(chosen)


def _move(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen, target = draw.choice(elements), draw.choice(elements)
    if target not in list(chosen.iter()):
        target.append(chosen)


def _rename(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen = draw.choice(elements)
    name = etree.QName(chosen)
    if draw.random() < 0.5:
        other = draw.choice((*_NAMES, name.localname.lower(), name.localname + "s"))
        chosen.tag = f"{{{name.namespace}}}{other}" if name.namespace else other
    else:
        space = draw.choice(_SPACES)
        chosen.tag = f"{{{space}}}{name.localname}" if space else name.localname


def _attribute(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    space = draw.choice(_SPACES[:4])
    name = draw.choice(("nil", "type", "schemaLocation", "id", "lang"))
    draw.choice(elements).set(
        f"{{{space}}}{name}" if space else name, draw.choice(("true", "xs:int", "urn:x http://127.0.0.1:1/x", ""))
    )


def _insert(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen = draw.choice(elements)
    match draw.randrange(4):
        case 0:
            chosen.append(etree.Comment("a comment"))
        case 1:
            chosen.insert(0, etree.ProcessingInstruction("xml-stylesheet", 'href="http://127.0.0.1:1/x"'))
        case 2:
            chosen.text = etree.CDATA(chosen.text or "cdata")
        case _:
            inner = chosen
            for _ in range(draw.choice((1, 5, 60, 300))):
                inner = etree.SubElement(inner, draw.choice(_NAMES))


def _pad(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    chosen = draw.choice(elements)
    chosen.text = draw.choice((" ", "\n\t", "\u00a0")) + (chosen.text or "") + draw.choice((" ", "\n", ""))


def _splice(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    other = etree.fromstring(draw.choice(_BASES)[1])
    draw.choice(elements).append(deepcopy(draw.choice(list(other.iter()))))


def _clear(draw: Random, root: etree._Element, elements: list[etree._Element]) -> None:
    draw.choice(elements).clear()


_CHANGES: tuple[TreeChange, ...] = (
    _text, _text, _text, _text, _person, _person, _person, _drop, _double, _swap, _move, _rename, _attribute, _insert,
    _pad, _splice, _clear,
)  # fmt: skip
