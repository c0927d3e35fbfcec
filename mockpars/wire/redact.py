"""Blanks credentials and dates of birth in whatever is written down; works on broken documents too."""

from __future__ import annotations

import re

MASK = "***"
_NAMES = "User|Password|DateOfBirth|BirthDate"
_PLAIN = re.compile(rf"((?:{_NAMES})(?:\s[^>]*)?>)[^<]+(?=</)")
_ANY = re.compile(rf"(<(?:[\w.-]+:)?(?:{_NAMES})\b[^>]*(?<!/)>).*?(?=</(?:[\w.-]+:)?(?:{_NAMES})\s*>|\Z)", re.DOTALL)
_JSON = re.compile(rf'("(?:{_NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_QUERY = re.compile(r"((?:^|[?&])(?:BirthDate|User|Password)=)[^&]*", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def as_text(body: bytes) -> str:
    """A body as text for people, whatever its encoding; what cannot be read shows as replacement characters."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    if b"\x00" in body[:4]:
        return body.decode("utf-16-be" if body[:1] == b"\x00" else "utf-16-le", "replace")
    declared = _DECLARED.search(body[:200])
    try:
        return body.decode(declared.group(1).decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def redact(body: str, *, plain: bool = False, secrets: tuple[str, ...] = ()) -> str:
    """Blanks the content of User, Password and birth dates, and any further secret wherever it stands.

    `plain` promises well-formed XML without comments, CDATA or processing instructions, which is quicker to clean.
    """
    if plain:
        return _PLAIN.sub(rf"\g<1>{MASK}", body)
    clean = _JSON.sub(rf'\g<1>"{MASK}"', _ANY.sub(rf"\g<1>{MASK}", body))
    for secret in secrets:
        if len(secret) >= 4:
            clean = clean.replace(secret, MASK)
    return redact_query(clean)


def redact_query(query: str) -> str:
    """Blanks birth dates and credentials in a query string."""
    return _QUERY.sub(rf"\g<1>{MASK}", query)
