"""From bytes to an XML tree, safely: no false encodings, no DTDs or entities, nothing fetched.

Bytes are decoded here and handed to libxml2 as UTF-8, so that it never has to guess, and only the encodings
in the table below are read.
"""

import re
import threading
from typing import Final

from lxml import etree

from mockpars.errors import BadEncoding, Detail, Malformed, SoapNotServed
from mockpars.wire.names import SOAP_11, SOAP_12, split
from mockpars.wire.outline import outline

# What a client may call an encoding, and Python's name for it. UTF-7 and the like are left out on purpose.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "unicode": "utf-16",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_SEND_UTF8: Final = "Send UTF-8 and say so: Content-Type: application/xml; charset=utf-8 (T4)."
# Longer marks first: UTF-32's begins with UTF-16's.
_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"'>]{0,100})[\"']")
_SAYS_UTF8: Final = (b'<?xml version="1.0" encoding="utf-8"?>', b'<?xml version="1.0" encoding="UTF-8"?>')
# A DOCTYPE can stand only after white space, comments and processing instructions; elsewhere it is mere text.
_DOCTYPE: Final = re.compile(rb"(?>\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)


class _Parser(threading.local):
    """One parser per thread: making one costs a third of a parse, a shared one makes threads wait."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            remove_blank_text=True,
        )


_local = _Parser()


def parse_xml(data: bytes, charset: str | None = None) -> etree._Element:
    """Return the root of a document without its comments and processing instructions.

    `charset` is the Content-Type's parameter. Raises BadEncoding for bytes that are not what they claim, and
    Malformed for what is not well-formed XML, has a DTD, or is nested deeper than 256 levels.
    """
    text = _as_utf8(data, charset)
    if b"<!" in text and _DOCTYPE.match(text):
        raise Malformed(
            "The document has a DTD (DOCTYPE), which is not accepted.",
            "Send it without. DTDs are refused: entities are never expanded and nothing is fetched.",
        )
    try:
        return etree.fromstring(text, _local.parser)
    except etree.XMLSyntaxError as error:
        raise _malformed(text, error) from None


def refuse_soap(root: etree._Element) -> None:
    """Raise SoapNotServed if the document is a SOAP envelope, version 1.1 or 1.2."""
    if not root.tag.endswith("}Envelope"):
        return
    namespace, _ = split(root.tag)
    if namespace not in (SOAP_11, SOAP_12):
        return
    version = "1.1" if namespace == SOAP_11 else "1.2"
    raise SoapNotServed(
        f"This is a SOAP {version} envelope; PARS's SOAP services are deprecated and not served here (T4).",
        "POST SubmitMessage itself, without the SOAP envelope, to the REST path of the operation, with "
        "Content-Type: application/xml; charset=utf-8.",
        [Detail("The document is a SOAP Envelope.", "SubmitMessage", path="Envelope")],
    )


def _as_utf8(data: bytes, charset: str | None) -> bytes:
    """Return the document in UTF-8 without a byte-order mark, having checked that all its claims agree."""
    if is_plain(data) and (charset or "utf-8").lower() == "utf-8":
        return data
    if not data or data.isspace():
        raise Malformed("The body is empty.", "POST SubmitMessage as application/xml.")
    found, data = _found(data)
    claimed = _known(charset, "The Content-Type") if charset else None
    if claimed and not _agree(claimed, found, data):
        raise _false(f"The Content-Type says {charset}, but the body is {_shown(found)}.")
    if found in ("utf-16-le", "utf-16-be"):
        data = _decode(data, found).encode()
    declared = _declared(data)
    actual = found if found else claimed or declared or "utf-8"
    if declared and not _agree(declared, actual, data):
        raise _false(f"The XML declaration says {declared}, but the body is {_shown(actual)}.")
    if not (found and found.startswith("utf-16")):
        text = _decode(data, actual)
        data = data if actual in ("utf-8", "ascii") else text.encode()
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        details = [Detail("A NUL byte stands in the text.", "characters that XML allows", line)]
        raise Malformed("The body holds a NUL byte.", "Send XML text only.", details)
    return data


def is_plain(data: bytes) -> bool:
    """Tell whether a document is ASCII through and through and claims nothing else; most are, and that is all."""
    if not (data.startswith(b"<") and data.isascii()) or b"\0" in data:
        return False
    return not data.startswith(b"<?xml") or data.startswith(_SAYS_UTF8)


def _found(data: bytes) -> tuple[str | None, bytes]:
    """Return the encoding that the bytes themselves show, if any, and the bytes without a byte-order mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if encoding == "utf-32":
                raise _false("The body is UTF-32, which XML processors need not read.")
            return encoding, data[len(mark) :]
    if data.startswith(b"<\0"):
        return "utf-16-le", data
    if data.startswith(b"\0<"):
        return "utf-16-be", data
    return None, data


def _known(name: str, who: str) -> str:
    codec = _ENCODINGS.get(name.strip(" \t\"'").lower())
    if codec is None:
        raise BadEncoding(f'{who} names the encoding "{name[:40]}", which is not read here.', _SEND_UTF8)
    return codec


def _declared(data: bytes) -> str | None:
    """Return the encoding of the XML declaration of a document that ASCII can be read in."""
    match = _DECLARED.match(data) if data.startswith(b"<?xml") else None
    return _known(match[1].decode("ascii", "replace"), "The XML declaration") if match else None


def _agree(claimed: str, actual: str | None, data: bytes) -> bool:
    """Tell whether a document may be called `claimed`: ASCII can be called anything but UTF-16."""
    wide = claimed.startswith("utf-16")
    if actual is not None and actual.startswith("utf-16"):
        return claimed in ("utf-16", actual) or (wide and actual == "utf-16")
    if wide:
        return False
    return actual is None or claimed == actual or data.isascii()


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise BadEncoding(
            f"The body is not {_shown(encoding)}, though it is said or taken to be.",
            _SEND_UTF8,
            [
                Detail(
                    f"Byte 0x{data[error.start]:02X} at byte {column} of line {line} cannot stand there.",
                    f"text in {_shown(encoding)}",
                    line,
                )
            ],
        ) from None


def _false(reason: str) -> BadEncoding:
    hint = " .NET's StringWriter always declares utf-16: give the writer a UTF-8 encoding."
    return BadEncoding(reason, _SEND_UTF8 + (hint if "declaration says utf-16" in reason else ""))


def _shown(encoding: str | None) -> str:
    names = {"latin-1": "ISO-8859-1", "cp1252": "windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
    return "not" if encoding is None else names.get(encoding, encoding.upper())


_Codes = etree.ErrorTypes
_UNESCAPED: Final = ("An & or < stands in the text as it is.", "&amp; for &, &lt; for <")
# By libxml2's error code; its own words are not repeated, as they can quote the document, passwords included.
_EXPLAINED: Final = {
    _Codes.ERR_DOCUMENT_END: ("Something follows the end of the document.", "one root element only"),
    _Codes.ERR_INVALID_CHAR: ("A control character stands in the text.", "characters that XML allows"),
    _Codes.ERR_INVALID_ENCODING: ("Bytes that are not text.", "UTF-8"),
    _Codes.ERR_UNDECLARED_ENTITY: (
        "An entity is used that XML does not know, such as HTML's &nbsp;.",
        "the character itself, or a number such as &#160;",
    ),
    _Codes.ERR_ENTITYREF_SEMICOL_MISSING: _UNESCAPED,
    _Codes.ERR_NAME_REQUIRED: _UNESCAPED,
    _Codes.ERR_LT_IN_ATTRIBUTE: _UNESCAPED,
    _Codes.ERR_ATTRIBUTE_NOT_STARTED: ("An attribute's value has no quotes.", 'name="value"'),
    _Codes.ERR_ATTRIBUTE_NOT_FINISHED: ("An attribute's value has no closing quote.", 'name="value"'),
    _Codes.ERR_ATTRIBUTE_WITHOUT_VALUE: ("An attribute has no value.", 'name="value"'),
    _Codes.ERR_ATTRIBUTE_REDEFINED: ("An attribute stands twice in one tag.", "each attribute once"),
    _Codes.ERR_MISPLACED_CDATA_END: ("The text holds ]]>.", "]]&gt;"),
    _Codes.ERR_CDATA_NOT_FINISHED: ("A CDATA section is not closed.", "]]> at its end"),
    _Codes.ERR_COMMENT_NOT_FINISHED: ("A comment is not closed.", "--> at its end"),
    _Codes.ERR_HYPHEN_IN_COMMENT: ("A comment holds two hyphens in a row.", "comments without --"),
    _Codes.ERR_RESERVED_XML_NAME: (
        "Something stands before the XML declaration, if only white space or an empty line.",
        "<?xml as the very first characters, or no declaration at all",
    ),
    _Codes.ERR_GT_REQUIRED: ("A tag is not closed.", "> at its end"),
    _Codes.ERR_LTSLASH_REQUIRED: ("A tag is not closed.", "a closing tag"),
}


def _malformed(text: bytes, error: etree.XMLSyntaxError) -> Malformed:
    line, column = error.position
    problem, expected = _explained(text, error)
    return Malformed(
        "The body is not well-formed XML.",
        "Write it with an XML library rather than by joining strings, and check that it was sent whole.",
        [Detail(f"{problem} (column {column:,})", expected, line)],
    )


def _explained(text: bytes, error: etree.XMLSyntaxError) -> tuple[str, str | None]:
    message, code = error.msg or "", getattr(error, "code", 0)
    known = outline().local_names() | {"SubmitMessage"}
    names = [name for name in re.findall(r"[\w.\-]+", message) if name in known]
    if code == _Codes.ERR_DOCUMENT_EMPTY:
        looks = "JSON" if text.lstrip()[:1] in (b"{", b"[") else "something else"
        problem = f"The body does not begin with an element; it looks like {looks}."
        return problem, "XML, beginning with SubmitMessage"
    if code == _Codes.ERR_TAG_NAME_MISMATCH:
        opened = re.search(r"mismatch: (\S+) line (\d+) and (\S+?),", message)
        if opened and opened[1] in known and opened[3].rpartition(":")[2] in known:
            return f"{opened[1]}, opened in line {opened[2]}, is closed as {opened[3]}.", f"</{opened[1]}>"
        return "A closing tag does not match the tag that is open.", "each tag closed, innermost first"
    if code == _Codes.ERR_TAG_NOT_FINISHED:
        where = f" inside {names[0]}" if names else ""
        return f"The document ends{where} before its tags are closed; it looks cut off.", "the whole document"
    if code == _Codes.NS_ERR_UNDEFINED_NAMESPACE:
        where = f" on {names[-1]}" if names else ""
        return f"A prefix is used{where} that no xmlns attribute declares.", 'xmlns:prefix="..." above it'
    if code == _Codes.ERR_RESOURCE_LIMIT:
        if "depth" in message:
            return "Elements are nested more than 256 deep.", "nesting as in the schemas, about ten deep"
        return "A value or a tag is longer than 10 million characters.", "shorter values"
    return _EXPLAINED.get(code, (f"It breaks a rule of XML (libxml2 error {code}).", None))
