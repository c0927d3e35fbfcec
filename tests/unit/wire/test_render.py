"""Answers: valid by the response schema for two engines that share no code, and hostile text is mere text in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
import xmlschema
from lxml import etree

from mockpars.domain.judge import forced
from mockpars.domain.model import Delivery, DestinationKind, LearnerRecord
from mockpars.domain.rejection import CATALOGUE, Finding, Rule
from mockpars.domain.results import ActivityResult, LearnerResult
from mockpars.domain.rules import RULES
from mockpars.errors import BrokenRequest, Detail
from mockpars.resources import data_path
from mockpars.service.statuses import standing
from mockpars.wire import render
from mockpars.wire.names import SERIALIZATION
from mockpars.wire.safety import parse_xml
from mockpars.wire.schemas import Schemas
from tests import support

NOW = datetime(2026, 5, 10, 15, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 11, 5, tzinfo=UTC)
HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "<![CDATA[x]]>",
    "&amp; &#0; &lol;",
    "\"'<>&",
    "\x00\x01\x08\x0b\x0c\x1b\x1f",
    "\ufffe\uffff",
    "\ud800 alone \udfff",
    "\x7f\x85\x9f",
    "<!-- --> <?pi?> <!DOCTYPE x>",
    "日本語 🩺 \u202egnp.exe",
    "a\tb\nc\rd",
    "%s {0} {value} \\g<1>",
]
DELIVERIES = (
    Delivery("TX", DestinationKind.STATE_BOARD, MIDNIGHT, MIDNIGHT + timedelta(hours=1)),
    Delivery("ABIM", DestinationKind.CERTIFYING_BOARD, MIDNIGHT, MIDNIGHT + timedelta(hours=2), False, "Not enrolled."),
    Delivery("ABP", DestinationKind.CERTIFYING_BOARD, MIDNIGHT, None),
)
RECORD = LearnerRecord(100000001, 12345678, "PH-0001", date(2026, 5, 6), "2026-05-06", (), NOW, DELIVERIES)


@cache
def _second_opinion() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(data_path("xsd") / "responses.xsd"))


def _judged(body: bytes) -> etree._Element:
    """The answer's root, after both engines have found it valid."""
    root = parse_xml(body, "utf-8")
    assert Schemas().validate_response(root) == ()
    _second_opinion().validate(body.decode())
    return root


def _finding(code: int = 303, message: str = "Wrong.", field: str = "completed_on") -> Finding:
    return replace(forced(code, "x"), message=message, fix=message, field=field)


def _texts(root: etree._Element, name: str) -> list[str]:
    return [element.text or "" for element in root.iter(f"{{*}}{name}")]


@pytest.mark.parametrize("count", [0, 1, 2, 350])
def test_a_match_is_the_bare_serialized_integer(count: int) -> None:
    """T9, to the letter: clients compare strings."""
    body = render.match_answer(count)
    assert body.decode().endswith(f'<int xmlns="{SERIALIZATION}">{count}</int>')
    assert _judged(body).text == str(count)


@pytest.mark.parametrize("action", ["Add", "Update", "Delete"])
def test_a_saved_activity_is_answered_with_its_id(action: str) -> None:
    """A1."""
    root = _judged(render.save_activity_answer([ActivityResult(action, "AMC-1", 12345678)]))
    assert [(child.tag.rpartition("}")[2], child.text) for child in root[1][0]] == [
        ("Result", "Accepted"),
        ("AccmeActivityID", "12345678"),
        ("ProviderActivityID", "AMC-1"),
        ("Action", action),
        ("Errors", None),
    ]


def test_a_message_is_accepted_only_if_every_record_was() -> None:
    """D18: and each is answered in its place."""
    results = [
        ActivityResult("Add", "1", 1),
        ActivityResult("Add", "2", None, (_finding(101),)),
        ActivityResult("Add", "3", 3),
    ]
    assert _texts(_judged(render.save_activity_answer(results)), "Result") == [
        "Rejected", "Accepted", "Rejected", "Accepted",
    ]  # fmt: skip
    learners = [LearnerResult(False, 100000001, 1, "PH-1"), LearnerResult(True, 100000002, 1, "PH-1")]
    root = _judged(render.save_learner_answer(learners))
    assert _texts(root, "Result") == ["Accepted"] * 3
    assert _texts(root, "Action") == ["Add", "Delete"]
    assert _texts(root, "Status") == ["Submitted"]
    assert _texts(root, "CreditId") == ["ccid:mockpars:100000001", "ccid:mockpars:100000002"]


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_can_be_told_about_activities_and_learners(code: int) -> None:
    """Code, message and fix; the field only where there is one."""
    for body in (
        render.save_activity_answer([ActivityResult("Add", "", None, (_finding(code),))]),
        render.save_learner_answer([LearnerResult(False, findings=(_finding(code),))]),
        render.get_activity_answer(0, "", "", (_finding(code),)),
    ):
        assert _texts(_judged(body), "Code") == [str(code)]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rules_field_is_told_under_the_clients_name_for_it(rule: Rule) -> None:
    """Or not at all; never under ours."""
    finding = _finding(field=rule.field)
    for body in (
        render.save_activity_answer([ActivityResult("Add", "", None, (finding,))]),
        render.save_learner_answer([LearnerResult(False, findings=(finding,))]),
    ):
        assert all("_" not in name and name for name in _texts(_judged(body), "Field"))


@pytest.mark.parametrize(
    ("hours", "status", "codes"),
    [(-1, "Submitted", []), (0, "Transmitted", []), (1, "Transmitted", []), (2, "Rejected", ["310", "310"])],
)
def test_a_status_is_valid_at_every_instant(hours: float, status: str, codes: list[str]) -> None:
    """Once for the board that refused and once for the record: 310 with the board's reason (L23, D23)."""
    body = render.status_answer(standing(RECORD, MIDNIGHT + timedelta(hours=hours)))
    root = _judged(body)
    assert _texts(root, "Status")[0] == status
    assert _texts(root, "Code") == codes
    assert all(message == "Not enrolled." for message in _texts(root, "Message"))
    assert all(instant.endswith("Z") for instant in _texts(root, "StatusDate"))
    assert _texts(root, "Destination") == ["TX", "ABIM", "ABP"]
    assert _texts(root, "CompletionDate") == ["2026-05-06"]


def test_a_status_without_deliveries_is_valid() -> None:
    """Nobody to send it to."""
    _judged(render.status_answer(standing(replace(RECORD, deliveries=()), NOW)))


def test_instants_with_fractions_are_valid() -> None:
    """The running clock has microseconds."""
    fraction = replace(RECORD, accepted_at=NOW + timedelta(microseconds=1), deliveries=())
    assert _texts(_judged(render.status_answer(standing(fraction, NOW))), "StatusDate") == [
        "2026-05-10T15:00:00.000001Z"
    ]


def test_a_stored_activity_is_answered_with_the_id_pars_gave_it() -> None:
    """A5: among its identifiers, once, whatever was sent there; and prefixes of the client survive."""
    for document in (support.activity(), support.activity(accme_id="99")):
        root = _judged(render.get_activity_answer(12345678, "AMC-1", document, ()))
        assert root.findtext("{*}Activity/{*}AccmeActivityID") == "12345678"
        assert _texts(root, "catalog") == ["ACCME Activity ID", "Provider Activity ID"]
        assert _texts(root, "entry")[0] == "12345678"
        assert len(list(root.iter("{*}MedicalEducationMetrics"))) == 1


def _all_faults() -> list[type[BrokenRequest]]:
    kinds, found = [BrokenRequest], []
    while kinds:
        kind = kinds.pop()
        found.append(kind)
        kinds += kind.__subclasses__()
    return found


@pytest.mark.parametrize("code", sorted({kind.code for kind in _all_faults()} | {"Internal"}))
def test_every_fault_is_valid(code: str) -> None:
    """The one shape of a broken request (D2), with and without details."""
    details = [Detail("a"), Detail("b", "c", 3, "d/e[2]")]
    root = _judged(render.fault_answer(code, "Why.", "How.", details))
    assert (_texts(root, "Code"), _texts(root, "Line"), _texts(root, "Path")) == ([code], ["3"], ["d/e[2]"])
    _judged(render.fault_answer(code, "", "", ()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped_wherever_it_is_echoed(text: str) -> None:
    """Valid XML always; what XML can hold comes back as it was, what it cannot as a replacement character."""
    bodies = [
        render.fault_answer("Schema", text, text, [Detail(text, text, 1, text)]),
        render.save_activity_answer([ActivityResult("Add", text, None, (_finding(102, text),))]),
        render.save_learner_answer([LearnerResult(False, findings=(_finding(305, text),))]),
        render.get_activity_answer(1, text, support.activity(), ()),
        render.status_answer(
            standing(replace(RECORD, deliveries=(replace(DELIVERIES[1], reason=text),)), MIDNIGHT + timedelta(days=1))
        ),
    ]
    unreadable = "\ufffd"
    wanted = "".join(
        unreadable if (ord(c) < 32 and c not in "\t\n\r") or c in "\ufffe\uffff" or "\ud800" <= c <= "\udfff" else c
        for c in text
    )
    for body in bodies:
        root = _judged(body)
        echoed = [element.text for element in root.iter() if element.text and element.text.strip()]
        assert len(root.findall(".//{*}script")) == 0
        assert any(" ".join(entry.split()) == " ".join(wanted.split()) for entry in echoed)


@pytest.mark.parametrize("size", [4_000, 100_000])
def test_endless_text_is_cut_so_that_the_answer_stays_valid(size: int) -> None:
    """A client can make a path, a parameter or a value as long as it likes."""
    text = "x<" * size
    _judged(render.fault_answer("NotFound", text, text, [Detail(text, text, 1, text)]))
    _judged(render.save_learner_answer([LearnerResult(False, findings=(_finding(305, text),))]))
