"""From bytes to a tree: awkward but right input is read, everything else is refused with a reason."""

import codecs
from pathlib import Path

import pytest
from lxml import etree

from mockpars.errors import BadEncoding, BrokenRequest, Malformed, SoapNotServed
from mockpars.wire.safety import parse_xml, refuse_soap

SAMPLE = (Path(__file__).parent / "samples" / "SaveLearnerActivity.xml").read_text(encoding="utf-8").strip()
SMALL = "<a>é</a>"


def _refusal(data: bytes, charset: str | None = None) -> BrokenRequest:
    with pytest.raises(BrokenRequest) as caught:
        parse_xml(data, charset)
    return caught.value


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SMALL.encode(), None),
        (SMALL.encode(), "utf-8"),
        (SMALL.encode(), '"UTF-8"'),
        (codecs.BOM_UTF8 + SMALL.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + SMALL.encode("utf-16-le"), None),
        (codecs.BOM_UTF16_BE + SMALL.encode("utf-16-be"), None),
        (codecs.BOM_UTF16_LE + SMALL.encode("utf-16-le"), "utf-16"),
        (SMALL.encode("utf-16-le"), "utf-16le"),
        (SMALL.encode("utf-16-be"), "utf-16"),
        (('<?xml version="1.0" encoding="utf-16"?>' + SMALL).encode("utf-16"), None),
        (('<?xml version="1.0" encoding="iso-8859-1"?>' + SMALL).encode("latin-1"), None),
        (('<?xml version="1.0" encoding="windows-1252"?>' + SMALL).encode("cp1252"), "windows-1252"),
        (SMALL.encode("latin-1"), "iso-8859-1"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><a>&#233;</a>', "utf-8"),
        (b"\n  <a>\xc3\xa9</a>\n", "utf-8"),
        (b"<a><!-- x --><![CDATA[\xc3\xa9]]><?go on?></a>", "utf-8"),
    ],
)
def test_what_is_truly_encoded_is_read(data: bytes, charset: str | None) -> None:
    """Byte-order marks, UTF-16 and declared encodings are right, if unusual."""
    assert parse_xml(data, charset).text == "é"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SMALL.encode("latin-1"), "utf-8"),
        (SMALL.encode("latin-1"), None),
        (SMALL.encode(), "us-ascii"),
        (SMALL.encode(), "utf-16"),
        (SMALL.encode("utf-16"), "utf-8"),
        (codecs.BOM_UTF16_BE + SMALL.encode("utf-16-be"), "utf-16le"),
        (codecs.BOM_UTF16_LE + SMALL.encode("utf-16-le")[:-1], None),
        (('<?xml version="1.0" encoding="utf-16"?>' + SMALL).encode(), "utf-8"),
        (('<?xml version="1.0" encoding="utf-8"?>' + SMALL).encode("utf-16"), None),
        (('<?xml version="1.0" encoding="iso-8859-1"?>' + SMALL).encode(), "utf-8"),
        (('<?xml version="1.0" encoding="klingon"?>' + SMALL).encode(), "utf-8"),
        (SMALL.encode(), "klingon"),
        (SMALL.encode("utf-7"), "utf-7"),
        (SMALL.encode("utf-32"), None),
        (b"<a>\xed\xa0\x80</a>", "utf-8"),
        (b"<a>\xc0\xbca/></a>", "utf-8"),
    ],
)
def test_false_encodings_are_refused(data: bytes, charset: str | None) -> None:
    """Guessing would store wrong names; the answer says which claim does not hold."""
    refusal = _refusal(data, charset)
    assert isinstance(refusal, BadEncoding)
    assert "utf-8" in refusal.fix


def test_the_byte_that_is_not_utf_8_is_shown_with_its_place() -> None:
    """The usual mistake: windows-1252 sent as UTF-8."""
    (detail,) = _refusal(b"<a>\n  Ren\xe9</a>", "utf-8").details
    assert detail.line == 2
    assert "0xE9 at byte 6 of line 2" in detail.problem


def test_utf_16_declared_by_net_but_sent_as_utf_8_is_explained() -> None:
    """StringWriter does it to every .NET client once."""
    assert "StringWriter" in _refusal(b'<?xml version="1.0" encoding="utf-16"?><a/>', "utf-8").fix


LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a b="&y;">&y;</a>'


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        LAUGHS.decode().encode("utf-16"),
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?>\n<!-- c --><?p i?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://localhost:1/x"> %x;]><a/>',
        b"<!doctype html><html></html>",
    ],
)
def test_dtds_are_refused_before_anything_is_expanded_or_fetched(data: bytes) -> None:
    """Entities can hold files, requests to the network, or a billion laughs."""
    refusal = _refusal(data)
    assert isinstance(refusal, Malformed)
    assert "DTD" in refusal.reason
    assert "never expanded" in refusal.fix


def test_a_document_may_speak_of_doctypes() -> None:
    """In a comment or CDATA it is only text."""
    text = "<!DOCTYPE a>"
    assert parse_xml(f"<!-- {text} --><a><![CDATA[{text}]]></a>".encode()).text == text


def test_looking_for_a_doctype_takes_no_more_than_one_pass() -> None:
    """Many processing instructions must not make the search try every way of splitting them."""
    assert parse_xml(b"<??>".replace(b"??", b"?p ?") * 20_000 + b"<!-- -->" * 20_000 + b"<a/>").tag == "a"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b'{"User": 1}', "JSON"),
        (b"hello", "does not begin with an element"),
        (b"<a><b></a>", "closing tag does not match"),
        (
            b"<SubmitMessage><User></SubmitMessage></User>",
            "User, opened in line 1, is closed as SubmitMessage",
        ),
        (b"<a><b>text", "cut off"),
        (b"<a>fish & chips</a>", "An & or < stands"),
        (b"<a>fish &chips</a>", "An & or < stands"),
        (b"<a>a < b</a>", "An & or < stands"),
        (b"<a>&nbsp;</a>", "&nbsp;"),
        (b"<a/><b/>", "follows the end"),
        (b"<a>\x01</a>", "control character"),
        (b"<a>&#0;</a>", "control character"),
        (b"<a>\0</a>", "NUL"),
        (b"<a x=1/>", "quotes"),
        (b"<a x='1' x='2'/>", "twice"),
        (b"<ar:LearnerRecord/>", "on LearnerRecord that no xmlns"),
        (b" <?xml version='1.0'?><a/>", "before the XML declaration"),
        (b"<a>]]></a>", "]]>"),
        (b"<a><![CDATA[x</a>", "CDATA"),
        (b"<!-- a -- b --><a/>", "hyphens"),
        (b"<a>" * 300 + b"</a>" * 300, "nested more than 256"),
        (b"<a>" * 100_000, "nested more than 256"),
        (b"<a b='" + b"x" * 10_100_000 + b"'/>", "10 million"),
    ],
)
def test_what_is_not_well_formed_is_explained(data: bytes, says: str) -> None:
    """In words of our own, with line and column."""
    refusal = _refusal(data)
    assert isinstance(refusal, Malformed)
    assert says in " ".join([refusal.reason, *(detail.problem for detail in refusal.details)])


def test_line_and_column_lead_to_the_mistake() -> None:
    """Counted from 1, as editors do."""
    (detail,) = _refusal(b"<a>\n<b>fish & chips</b></a>").details
    assert detail.line == 2
    assert "(column 10)" in detail.problem


@pytest.mark.parametrize("length", [1, 50, 200, 500, 900, len(SAMPLE) - 1])
def test_a_message_cut_anywhere_is_malformed(length: int) -> None:
    """Nothing of it is ever judged."""
    assert isinstance(_refusal(SAMPLE.encode()[:length], "utf-8"), Malformed)


@pytest.mark.parametrize("secret", ["hunt<er2", "hunt&er2;", "hunt&er2", "hunt<er2 x>", "hunt]]>er2", "hunt</er2>"])
def test_a_password_that_breaks_the_xml_is_not_repeated(secret: str) -> None:
    """libxml2's own messages would quote it."""
    refusal = _refusal(SAMPLE.replace("*YOUR_WS_PASSWORD*", secret).encode())
    assert "er2" not in f"{refusal} {refusal.details}"


def test_a_mistake_does_not_spoil_the_next_message() -> None:
    """The parser is kept from message to message."""
    for _ in range(3):
        _refusal(b"<a>")
        assert parse_xml(SAMPLE.encode(), "utf-8").tag.endswith("SubmitMessage")


def test_the_location_of_a_schema_in_a_message_is_not_followed(tmp_path: Path) -> None:
    """Neither reading nor judging opens what a message points to."""
    from mockpars.wire.schemas import Schemas

    trap = tmp_path / "trap.xsd"
    trap.write_text("not a schema")
    located = SAMPLE.replace(
        "<SubmitMessage ",
        '<SubmitMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:x {trap.as_uri()}" ',
        1,
    )
    assert Schemas().validate("SaveLearnerActivity", parse_xml(located.encode())) == ()


@pytest.mark.parametrize(
    "namespace", ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"]
)
def test_soap_is_recognised_in_both_versions(namespace: str) -> None:
    """T4: the answer says what to send instead."""
    root = parse_xml(f'<s:Envelope xmlns:s="{namespace}"><s:Body/></s:Envelope>'.encode())
    with pytest.raises(SoapNotServed) as caught:
        refuse_soap(root)
    assert "SubmitMessage" in caught.value.fix


def test_other_envelopes_are_not_soap() -> None:
    """They are for the schema to refuse."""
    refuse_soap(parse_xml(b"<Envelope/>"))
    refuse_soap(parse_xml(SAMPLE.encode()))


def test_white_space_between_elements_is_not_kept() -> None:
    """Pretty-printed or not, a message is the same tree."""
    pretty = etree.tostring(parse_xml(SAMPLE.encode()), pretty_print=True)
    assert etree.tostring(parse_xml(pretty)) == etree.tostring(parse_xml(SAMPLE.encode()))
