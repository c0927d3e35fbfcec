"""From messages to what is claimed: every request, plain and in its awkward-but-right forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from lxml import etree

from mockpars.domain.model import Credit, LearnerIdentity, LearnerSubmission, MocRegistration
from mockpars.errors import SchemaInvalid
from mockpars.wire import activities, learners
from mockpars.wire.dates import completion_date, is_shifted, plain_date
from mockpars.wire.envelope import read_credentials
from mockpars.wire.messages import read_message
from mockpars.wire.names import AR, BLL, PREFIXES
from mockpars.wire.safety import parse_xml
from mockpars.wire.schemas import Schemas
from tests import support

HOLLOWAY = LearnerIdentity("James", "Holloway", date(1975, 3, 22), "1234567890")
SCHEMAS = Schemas()

MESSAGES: dict[str, str] = {
    "SaveActivity": support.sample("SaveActivity"),
    "GetActivity": support.activity_question(provider_activity="AMC-1"),
    "SaveLearnerActivity": support.sample("SaveLearnerActivity"),
    "GetLearnerStatus": support.by_learner("12345678", "03-22", "2026-05-06", "1234567890"),
    "GetLearnerStatusByCreditId": support.by_credit("ccid:mockpars:100000001"),
    "LearnerMatchRequest": support.sample("LearnerMatchRequest"),
}


def _read(operation: str, message: str | bytes) -> tuple[str, Any]:
    """As the door does: the provider, and the question."""
    body = message.encode() if isinstance(message, str) else message
    read = read_message(SCHEMAS, operation, body, None, lambda credentials: None)
    assert (read.credentials.user, read.credentials.password) == (support.USER, support.PASSWORD)
    return read.provider_id, read.question


def _plain(question: Any) -> Any:
    """A question without the functions that find its places, and without the kept document."""
    if isinstance(question, list):
        return [_plain(entry) for entry in question]
    names = getattr(question, "__slots__", ())
    return {name: getattr(question, name) for name in names if name not in ("locate", "document")}


def _declared(text: str) -> str:
    return re.sub(r"^<\?xml.*?\?>\s*", "", text)


def _prefixed(text: str) -> str:
    """Every element with a prefix of its own, none of them the reference's."""
    root = etree.fromstring(_declared(text).encode())
    names = {uri: f"p{number}" for number, uri in enumerate(PREFIXES)}
    inner = "".join(_rewritten(root, names))
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for uri, prefix in names.items())
    return inner.replace("SubmitMessage>", f"SubmitMessage {declared}>", 1)


def _rewritten(element: etree._Element, names: dict[str, str]) -> list[str]:
    uri, local = re.fullmatch(r"\{(.*)\}(.*)", str(element.tag)).groups()  # type: ignore[union-attr] # all have one
    tag = f"{names[uri]}:{local}"
    text = "" if element.text is None else element.text.replace("&", "&amp;").replace("<", "&lt;")
    parts = [f"<{tag}>", text]
    for child in element:
        parts += _rewritten(child, names)
    return [*parts, f"</{tag}>"]


def _unprefixed(text: str) -> str:
    """A default namespace declared anew on each element."""
    root = etree.fromstring(_declared(text).encode())
    out: list[str] = []

    def write(element: etree._Element) -> None:
        name = etree.QName(element)
        out.append(f'<{name.localname} xmlns="{name.namespace}">{(element.text or "").replace("&", "&amp;")}')
        for child in element:
            write(child)
        out.append(f"</{name.localname}>")

    write(root)
    return "".join(out)


def _commented(text: str) -> str:
    """Comments and processing instructions between elements and inside values."""
    out = re.sub(r">\s*<(?![/?])", "><!-- a <b> --><?go on?><", _declared(text))
    return "<!-- first -->" + out.replace("2026", "20<!-- x -->26").replace("sandbox", "sand<!-- -->box") + "<!-- z -->"


def _cdata(text: str) -> str:
    """Every value in CDATA."""
    return re.sub(r">([^<>\s][^<>]*)</", r"><![CDATA[\1]]></", _declared(text))


def _char_refs(text: str) -> str:
    """Every letter and digit of every value as a character reference."""

    def refer(found: re.Match[str]) -> str:
        return ">" + "".join(f"&#{ord(letter)};" for letter in found[1]) + "</"

    return re.sub(r">([^<>&\s][^<>&]*)</", refer, _declared(text))


FORMS: dict[str, Callable[[str], str | bytes]] = {
    "other prefixes": _prefixed,
    "no prefixes": _unprefixed,
    "comments": _commented,
    "CDATA": _cdata,
    "character references": _char_refs,
    "white space": lambda text: re.sub(r">\s*<", ">\r\n\t <", _declared(text)),
    "byte-order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: _declared(text).encode("utf-16"),
    "UTF-16, declared": lambda text: ('<?xml version="1.0" encoding="utf-16"?>' + _declared(text)).encode("utf-16"),
    "UTF-16 big-endian without a mark": lambda text: _declared(text).encode("utf-16-be"),
    "single quotes": lambda text: _declared(text).replace('"', "'"),
    "standalone": lambda text: '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + _declared(text),
    "schema location": lambda text: text.replace(
        "<SubmitMessage ",
        '<SubmitMessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" ',
        1,
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("operation", MESSAGES)
def test_an_awkward_form_says_the_same(operation: str, form: str) -> None:
    """Prefixes, comments, CDATA, white space, marks and encodings change nothing of what is read."""
    plain_provider, plain = _read(operation, MESSAGES[operation])
    sent = FORMS[form](MESSAGES[operation])
    assert sent != MESSAGES[operation]
    provider, question = _read(operation, sent)
    assert _plain(question) == _plain(plain)
    assert provider == plain_provider == support.PROVIDER


def test_space_around_values_does_not_count() -> None:
    """But in names it is kept, since the fold deals with it."""
    text = MESSAGES["SaveLearnerActivity"]
    for value in ("1234567890", "0008273</ar", "12345678</ar", "2026-05-06", "1975-03-22", "1.0"):
        end = "</ar" if value.endswith("</ar") else ""
        bare = value.removesuffix("</ar")
        text = text.replace(f">{bare}<", f">\n  {bare}\t<") if not end else text.replace(f">{value}", f"> {bare} </ar")
    (one,) = _read("SaveLearnerActivity", text)[1]
    (other,) = _read("SaveLearnerActivity", MESSAGES["SaveLearnerActivity"])[1]
    assert _plain(one) == _plain(other)


def test_the_sample_learner_record_is_read_whole() -> None:
    """L1."""
    (sent,) = _read("SaveLearnerActivity", MESSAGES["SaveLearnerActivity"])[1]
    assert _plain(sent) == _plain(
        LearnerSubmission(
            HOLLOWAY,
            "0008273",
            "AMC-HIPAA-2025-V4",
            "12345678",
            date(2026, 5, 6),
            "2026-05-06",
            (Credit("AMA PRA Category 1 Credit", "1.0"),),
        )
    )


def test_the_sample_activity_is_read_whole() -> None:
    """A2."""
    (sent,) = _read("SaveActivity", MESSAGES["SaveActivity"])[1]
    read = _plain(sent)
    assert read == {
        "action": "Add",
        "provider_activity_id": "AMC-HIPAA-2025-V4",
        "activity_id": None,
        "title": "HIPAA Privacy and Security for Physicians",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "credit_claim_by": date(2026, 12, 31),
        "credit_type": "AMA PRA Category 1",
        "credit_amount": "1.0",
        "activity_format": "Internet Enduring Material",
        "commercial_support": "no",
        "registrations": (),
        "closed": False,
        "provider_id": None,
    }


def test_the_sample_match_is_read_whole() -> None:
    """L1."""
    assert _read("LearnerMatchRequest", MESSAGES["LearnerMatchRequest"])[1] == HOLLOWAY


def test_questions_are_read_whole() -> None:
    """D1, L9: the birth date's year may be left out."""
    assert _read("GetActivity", MESSAGES["GetActivity"])[1] == activities.ActivityQuestion(None, "AMC-1")
    by_id = support.activity_question("12345678")
    assert _read("GetActivity", by_id)[1] == activities.ActivityQuestion("12345678", None)
    asked = _read("GetLearnerStatus", MESSAGES["GetLearnerStatus"])[1]
    assert asked == learners.StatusQuestion("12345678", (None, 3, 22), date(2026, 5, 6), "1234567890")
    whole = support.by_learner("1", "1975-03-22", "2026-05-06", "x")
    assert _read("GetLearnerStatus", whole)[1].birth == (1975, 3, 22)
    assert _read("GetLearnerStatusByCreditId", MESSAGES["GetLearnerStatusByCreditId"])[1] == "ccid:mockpars:100000001"


def test_board_credit_is_read_with_board_and_id() -> None:
    """D5; both spellings of ABPath are one board (A7)."""
    message = support.learners(
        support.record(
            credits=[
                support.credit(*support.AMA),
                support.credit("Self-Assessment", "2", "ABPath", " 95 "),
                support.credit("x", "y", "ABOS", ""),
            ]
        )
    )
    (sent,) = _read("SaveLearnerActivity", message)[1]
    assert sent.credits == (
        Credit(*support.AMA),
        Credit("Self-Assessment", "2", "ABPATH", "95"),
        Credit("x", "y", "ABOS", None),
    )


def test_moc_registrations_are_read_with_all_they_carry() -> None:
    """A7, D7."""
    message = support.activities(
        support.activity(
            registrations=support.registration(
                "ABPath", "1.25", "Self-Assessment", "Lifelong Learning", claim_by="2026-06-30"
            )
            + support.registration("ABOS", "2", "Self-Assessment", diplomate_id="95001"),
            provider="0008273",
            action="Update",
            accme_id="12345678",
        )
    )
    (sent,) = _read("SaveActivity", message)[1]
    assert sent.registrations == (
        MocRegistration("ABPATH", "1.25", ("Self-Assessment", "Lifelong Learning"), date(2026, 6, 30), None),
        MocRegistration("ABOS", "2", ("Self-Assessment",), None, "95001"),
    )
    assert (sent.action, sent.activity_id, sent.provider_id) == ("Update", "12345678", "0008273")


@pytest.mark.parametrize(
    ("action", "delete"), [(None, False), ("Add", False), ("add", False), ("Delete", True), ("delete", True)]
)
def test_a_record_is_added_unless_it_says_delete(action: str | None, delete: bool) -> None:
    """L11, in either case."""
    (sent,) = _read("SaveLearnerActivity", support.learners(support.record(action=action)))[1]
    assert sent.delete is delete


def test_many_records_are_read_in_order_each_with_its_place() -> None:
    """A finding points at the record it is about."""
    people = list(support.PEOPLE.values())[:3]
    sent = _read("SaveLearnerActivity", support.learners(*map(support.record, people)))[1]
    assert [entry.identity.npi for entry in sent] == [who.npi for who in people]
    assert sent[1].locate("completed_on").path.endswith("ar:LearnerRecord[2]/ar:CompletedDateTime")
    assert sent[0].locate("credit/1/amount").path.endswith("ar:LearnerRecord[1]/ar:Credits/ar:Credit/ar:CreditAmount")
    assert sent[2].locate("matches").path.endswith("ar:LearnerRecord[3]")


def test_a_place_has_the_line_it_stands_in() -> None:
    """Counted from 1 in what the client sent."""
    text = support.learners().replace("><ar:", ">\n<ar:")
    line = text[: text.index("<ar:CompletedDateTime")].count("\n") + 1
    (sent,) = _read("SaveLearnerActivity", text)[1]
    assert sent.locate("completed_on").line == line


def test_an_activity_that_nothing_identifies_is_broken() -> None:
    """Without a Provider Activity ID there is nothing to find it by."""
    message = support.sample("SaveActivity").replace("<lom:catalog>Provider Activity ID", "<lom:catalog>URL")
    with pytest.raises(SchemaInvalid) as caught:
        _read("SaveActivity", message)
    assert "Provider Activity ID" in str(caught.value)
    assert caught.value.details[0].path


def test_credentials_are_read_before_the_schema_is_asked() -> None:
    """So that a message with wrong credentials and a broken schema is answered 401."""
    root = parse_xml(f'<SubmitMessage xmlns="{BLL}"><User> a </User><Data/></SubmitMessage>'.encode())
    found = read_credentials(root)
    assert (found.user, found.password) == (" a ", None)


@pytest.mark.parametrize(
    "root",
    [
        "<SubmitMessage/>",
        "<SubmitMessage xmlns='http://example.org/'/>",
        f"<x xmlns='{BLL}'/>",
        f"<a:LearnerRecord xmlns:a='{AR}'/>",
    ],
)
def test_another_root_is_told_what_is_expected(root: str) -> None:
    """The envelope's name and namespace (T5)."""
    with pytest.raises(SchemaInvalid) as caught:
        read_credentials(parse_xml(root.encode()))
    assert BLL in caught.value.fix


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-05-06", "2026-05-06"),
        (" 2026-05-06\n", "2026-05-06"),
        ("2026-05-06T19:00:00", "2026-05-07"),
        ("2026-05-06T18:59:59.999999999", "2026-05-06"),
        ("2026-05-06T23:00:00Z", "2026-05-06"),
        ("2026-05-06T23:00:00.5-05:00", "2026-05-07"),
    ],
)
def test_a_completion_with_a_time_is_shifted_and_known_to_be(sent: str, stored: str) -> None:
    """L12."""
    assert completion_date(sent).isoformat() == stored
    assert is_shifted(sent, completion_date(sent)) is (stored != "2026-05-06")


@pytest.mark.parametrize("sent", ["2026-05-06", "2026-05-06T23:59:59", "2026-05-06T23:59:59Z", " 2026-05-06Z"])
def test_an_activitys_time_of_day_is_ignored(sent: str) -> None:
    """D10."""
    assert plain_date(sent) == date(2026, 5, 6)


@pytest.mark.parametrize("sent", ["", "0000-01-01", "2026-02-30", "today", "12026-05-06"])
def test_a_date_outside_the_calendar_is_a_broken_request(sent: str) -> None:
    """Never a traceback, and the value is not repeated: it could be a birth date."""
    for read in (plain_date, completion_date):
        with pytest.raises(SchemaInvalid) as caught:
            read(sent)
        assert not any(digit in caught.value.details[0].problem for digit in "12345678")
