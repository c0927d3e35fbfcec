"""Credentials and identities taken out of whatever is written down: reports, recordings, state files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

MASK: Final = "***"
_FEWEST: Final = 4  # shorter values stand in texts by chance; elements that hold them are blanked by their name
_CREDENTIALS: Final = ("User", "Password")
_IDENTITY: Final = (
    "FirstName", "LastName", "MiddleName", "DateOfBirth", "BirthDate", "MedicalEducationNumber", "NPI", "UniqueID",
    "CertifyingBoardID", "DiplomateID", "LicensingID",
)  # fmt: skip
_HEADERS: Final = ("authorization", "proxy-authorization", "cookie", "set-cookie", "ocp-apim-subscription-key")
# Words of the service that may also be somebody's name; elements that hold the name are blanked all the same.
_VOCABULARY: Final = frozenset(
    {"accepted", "rejected", "answered", "submitted", "transmitted", "approved", "update", "delete", "true", "false"}
)
_TAGS: Final = re.compile(r"(<[^>]*>)")


def _elements(names: Iterable[str]) -> re.Pattern[str]:
    either = "|".join(names)
    return re.compile(rf"(<(?:[\w.-]+:)?({either})\b[^>]*(?<!/)>)((?:(?!</).)*)", re.DOTALL | re.IGNORECASE)


_SECRET_ELEMENTS: Final = _elements(_CREDENTIALS)
_IDENTITY_ELEMENTS: Final = _elements(_IDENTITY)
_SECRET_PARAMETERS: Final = re.compile(r"([?&](?:User|Password)=)[^&\s]*", re.IGNORECASE)
_IDENTITY_PARAMETERS: Final = re.compile(r"([?&](?:BirthDate|UniqueID)=)(?!\[|%5B)[^&\s]*", re.IGNORECASE)


class Scrubber:
    """Takes out `secrets`, and with `people` (by role) and `names` every identity, put in words such as [role.npi]."""

    def __init__(
        self, secrets: Iterable[str], people: Mapping[str, Mapping[str, Any]] | None = None, provider_id: str = ""
    ) -> None:
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._identities = people is not None
        self._words = _words(people or {})
        if people is not None and provider_id:
            self._words.append((provider_id, "[provider_id]"))

    def text(self, text: str) -> str:
        """A body or URL without what it should not show."""
        clean = _SECRET_ELEMENTS.sub(rf"\g<1>{MASK}", text)
        clean = _SECRET_PARAMETERS.sub(rf"\g<1>{MASK}", clean)
        for secret in self._secrets:
            if len(secret) >= _FEWEST and secret.lower() not in ("sandbox",):
                clean = clean.replace(secret, MASK)
        return self._without_identities(clean) if self._identities else clean

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers, those that carry credentials blanked."""
        return {name: MASK if name.lower() in _HEADERS else self.text(value) for name, value in headers.items()}

    def _without_identities(self, text: str) -> str:
        parts = _TAGS.split(text)
        for index, part in enumerate(parts):
            if index % 2 == 0:  # between tags; a name that is also the name of an element stays
                parts[index] = self._put_words(part)
            elif '"' in part or "'" in part:
                parts[index] = re.sub(r"=(\"[^\"]*\"|'[^']*')", lambda found: self._put_words(found[0]), part)
        clean = _IDENTITY_ELEMENTS.sub(_keep_word, "".join(parts))
        return _IDENTITY_PARAMETERS.sub(rf"\g<1>{MASK}", clean)

    def _put_words(self, text: str) -> str:
        for value, word in self._words:
            if value.lower() in text.lower():
                # Digits are found in longer numbers too: a case may add one. A name must stand alone.
                edges = ("", "") if value.isdigit() else (r"(?<!\w)", r"(?!\w)")
                text = re.sub(re.escape(value).join(edges), word, text, flags=re.IGNORECASE)
        return text


def restore(text: str, people: Mapping[str, Mapping[str, Any]], provider_id: str) -> str:
    """Puts the values of other people where a scrubbed text says who stood there."""
    for role, person in people.items():
        for name, value in _flat(person):
            text = text.replace(f"[{role}.{name}]", value)
    return text.replace("[provider_id]", provider_id)


def _keep_word(found: re.Match[str]) -> str:
    content = found[3].strip()
    return found[0] if not content or re.fullmatch(r"\[[\w.-]+\]", content) else f"{found[1]}{MASK}"


def _words(people: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for role, person in people.items():
        for name, value in _flat(person):
            if len(value) >= _FEWEST and name != "profession" and value.lower() not in _VOCABULARY:
                found.setdefault(value, f"[{role}.{name}]")
    return sorted(found.items(), key=lambda pair: -len(pair[0]))


def _flat(person: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in person.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", str(value)))
    return found
