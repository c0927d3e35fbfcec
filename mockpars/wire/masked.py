"""Redacted messages: whom and what they name, and how they are filled in again with values of a sandbox.

What the journal keeps has no credentials and no dates of birth. A replay needs some, so these places are found again
here, in the order in which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote_plus

from lxml import etree

from mockpars.errors import BrokenRequest
from mockpars.wire.names import ACCME, AR, BLL, LOM, METRICS, split
from mockpars.wire.places import path_of
from mockpars.wire.redact import MASK
from mockpars.wire.safety import parse_xml

_BIRTHS = frozenset({"DateOfBirth", "BirthDate"})
_CATALOGS = {"ACCME Activity ID": 0, "Provider Activity ID": 1}
_DECLARATION = re.compile(r"\A[\ufeff\s]*<\?xml[^>]*\?>")
_MASKED = re.compile(
    rf"(<(?:[\w.-]+:)?(?P<name>User|Password|DateOfBirth|BirthDate)\b[^<>]*>){re.escape(MASK)}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NamedLearner:
    """A learner as a message names them, but for the date of birth, which stands at `path`, beside `values`."""

    values: Mapping[str, str]
    path: str = ""

    @property
    def npi(self) -> str:
        """The NPI, or whatever else identifies the learner in a question about a status (L16)."""
        return self.values.get("MedicalEducationNumber") or self.values.get("UniqueID") or ""


@dataclass(frozen=True, slots=True)
class Named:
    """Everybody and everything a message names. Activities are pairs of ACCME and Provider Activity ID."""

    learners: tuple[NamedLearner, ...] = ()
    activities: tuple[tuple[str | None, str | None], ...] = ()
    credit_ids: tuple[str, ...] = ()


def named_in(text: str, query: str = "") -> Named:
    """Whom and what a redacted message, or the query of a GET, names; nobody where it cannot be read."""
    root = readable(text)
    if root is None:
        return _named_in_query(dict(parse_qsl(query, keep_blank_values=True)))
    learners, activities, credits = [], [], []
    for element in root.iter(etree.Element):
        namespace, local = split(str(element.tag))
        if local in _BIRTHS and namespace == AR:
            learners.append(NamedLearner(_values(element.getparent()), path_of(element)))
        elif element.tag == METRICS:
            activities.append(_identifiers(element))
        elif local == "CreditId":
            credits.append((element.text or "").strip())
        elif local in ("LearnerRecord", "ActivityRequest", "LearnerStatusRequest"):
            activities.append(_activity(_values(element)))
    return Named(tuple(learners), tuple(pair for pair in activities if any(pair)), tuple(credits))


def activity_documents(text: str) -> list[tuple[tuple[str | None, str | None], str]]:
    """The activities of a SaveActivity message: each one's IDs, and its XML."""
    root = readable(text)
    if root is None:
        return []
    found = root.iter(METRICS)
    return [(_identifiers(entry), etree.tostring(entry, encoding="unicode", with_tail=False)) for entry in found]


def wrapped_activity(document: str) -> str:
    """An activity's XML as the SaveActivity message it can be judged in."""
    return (
        f'<SubmitMessage xmlns="{BLL}"><User>x</User><Password>x</Password><ProviderId>0000000</ProviderId><Data>'
        f'<accme:ACCMEActivities xmlns:accme="{ACCME}">{_DECLARATION.sub("", document, count=1)}'
        "</accme:ACCMEActivities></Data></SubmitMessage>"
    )


def readable(text: str) -> etree._Element | None:
    """A text as XML, whatever encoding it once declared; None when it is none."""
    try:
        return parse_xml(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    except BrokenRequest:
        return None


def fill(text: str, value_of: Callable[[str, int], str]) -> str:
    """Puts values where a message was blanked; `value_of` is given an element's name, and which of that name it is."""
    seen: dict[str, int] = {}

    def put(found: re.Match[str]) -> str:
        name = "DateOfBirth" if found["name"] in _BIRTHS else found["name"]
        seen[name] = seen.get(name, -1) + 1
        return found[1] + value_of(name, seen[name])

    return _MASKED.sub(put, text)


def fill_query(query: str, birth: str) -> str:
    """Puts a birth date where the query of a GET was blanked."""
    parts = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        is_birth = value == MASK and unquote_plus(name).strip() in _BIRTHS
        parts.append(f"{name}={quote(birth)}" if is_birth else part)
    return "&".join(parts)


def _named_in_query(sent: Mapping[str, str]) -> Named:
    pair = _activity(sent)
    credit = sent.get("CreditId", "").strip()
    return Named(
        (NamedLearner(sent),) if "BirthDate" in sent else (),
        (pair,) if any(pair) else (),
        (credit,) if credit else (),
    )


def _values(element: etree._Element | None) -> dict[str, str]:
    if element is None:
        return {}
    return {split(str(child.tag))[1]: (child.text or "").strip() for child in element if not len(child)}


def _activity(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    accme = values.get("AccmeActivityID") or values.get("moduleID") or ""
    return accme.strip() or None, values.get("ProviderActivityID", "").strip() or None


def _identifiers(metrics: etree._Element) -> tuple[str | None, str | None]:
    pair: list[str | None] = [None, None]
    for identifier in metrics.iter(f"{{{LOM}}}identifier"):
        catalog = (identifier.findtext(f"{{{LOM}}}catalog") or "").strip()
        if catalog in _CATALOGS:
            pair[_CATALOGS[catalog]] = (identifier.findtext(f"{{{LOM}}}entry") or "").strip() or None
    return pair[0], pair[1]
