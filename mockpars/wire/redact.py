"""Blanks credentials and dates of birth in whatever is written down; works on broken documents too.

Anybody can send anything, so every pattern here takes a time that grows with the text's length and not faster.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from mockpars.wire.safety import is_plain

MASK = "***"
_NAMES = "User|Password|DateOfBirth|BirthDate"
_PREFIX = re.compile(r"[\w.-]+:")
_AFTER_NAME = ">/ \t\r\n"
_NEEDLES = tuple(_NAMES.split("|"))
_ATTRIBUTES = r"""(?:[^<>"'/]++|/(?!>)|"[^"<]*+"|'[^'<]*+')*+"""
# To the end tag of the same name, or to the end of the text; a start tag that is itself broken counts as one.
_ELEMENT = re.compile(
    rf"(<(?:[\w.-]+:)?(?P<name>{_NAMES})\b)"
    rf"(?:(?P<empty>{_ATTRIBUTES}/>)|(?P<start>{_ATTRIBUTES}>)?[^<]*(?:<(?!/(?:[\w.-]+:)?(?P=name)\s*>)[^<]*)*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(  # JSON, and attributes
    rf"""((?:{_NAMES})["']?\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)""", re.IGNORECASE | re.DOTALL
)
_BARE = re.compile(  # forms, and markup that was escaped
    rf"""((?:{_NAMES})=|&lt;(?:[\w.-]+:)?(?:{_NAMES})\b[^<>&]*(?:>|&gt;))(?!["'])[^&<]+""", re.IGNORECASE
)
_PARAMETERS = frozenset(_NAMES.lower().split("|"))
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
    if is_plain(body):
        return body.decode("ascii")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    if b"\x00" in body[:4]:
        width = "utf-32" if body[:4].count(b"\x00") == 3 else "utf-16"
        order = "be" if body[:1] == b"\x00" else "le"
        return body.decode(f"{width}-{order}", "replace")
    declared = _DECLARED.search(body[:200])
    if declared and declared[1].lower() != b"utf-8":
        try:  # Python has codecs that know no "replace", and some that make halves of characters
            return body.decode(declared[1].decode("ascii"), "replace").encode("utf-8", "replace").decode("utf-8")
        except (LookupError, UnicodeError):
            pass
    return body.decode("utf-8", "replace")


def redact(body: str, secrets: tuple[str, ...] = ()) -> str:
    """Blanks the content of User, Password and birth dates, and any further secret wherever it stands."""
    clean = _ELEMENT.sub(_blank, body)
    clean = _QUOTED.sub(rf'\g<1>"{MASK}"', clean)
    clean = _BARE.sub(rf"\g<1>{MASK}", clean)
    for secret in secrets:
        if len(secret) >= 4:
            clean = clean.replace(secret, MASK)
    return clean


def redact_valid(message: str) -> str | None:
    """The same for a message that its schema allows, in a fraction of the time.

    None when it has comments, CDATA or processing instructions, which may stand in the middle of what is secret.
    """
    if "<!" in message or message.count("<?") > 1:
        return None
    return _redact_plain(message)


def _redact_plain(body: str) -> str:
    """In a valid message these elements hold text only, so it is all that stands between their tags.

    Their names are looked for: looking at every tag would take several times as long.
    """
    texts = []
    for name in _NEEDLES:
        at = body.find(name)
        while at >= 0:
            tag = body.rfind("<", 0, at)
            end = at + len(name)
            if (tag + 1 == at or _PREFIX.fullmatch(body, tag + 1, at)) and body[end] in _AFTER_NAME:
                start = body.index(">", end) + 1
                end = body.index("<", start)
                if start < end and body[start - 2] != "/":
                    texts.append((start, end))
                    end += 1 + at - tag + len(name)  # past </ and the same name with the same prefix
            at = body.find(name, end)
    pieces: list[str] = []
    done = 0
    for start, end in sorted(texts):
        pieces += (body[done:start], MASK)
        done = end
    return "".join((*pieces, body[done:]))


def redact_query(query: str) -> str:
    """Blanks birth dates and credentials in a query string, however a parameter's name is encoded."""
    if not query:
        return query
    return "&".join(_blank_parameter(part) for part in query.split("&"))


def _blank(element: re.Match[str]) -> str:
    return element[0] if element["empty"] else f"{element[1]}{element['start'] or ''}{MASK}"


def _blank_parameter(part: str) -> str:
    name, _, value = part.partition("=")
    return f"{name}={MASK}" if value and unquote_plus(name).strip().lower() in _PARAMETERS else part
