"""Messages follow the schemas whatever values they carry, and look as the reference's samples do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from mockpars.client import ClientSettings, Completion, Course, Credit, Learner, MocRegistration
from mockpars.client.messages import Messages
from mockpars.wire.safety import parse_xml
from mockpars.wire.schemas import Schemas
from tests.support import sample

SETTINGS = ClientSettings("ws-user@example.org", "sand&<box>\"'", "0008273", "http://127.0.0.1/a", "http://127.0.0.1/l")
AWKWARD = Learner("Søren & <Åsa>", 'O\'Brien "Jr."', date(1975, 3, 22), "1234567890")
COURSE = Course("C<1>&2", "Häm & Öm <i>", Decimal("1.25"), date(2026, 1, 1), date(2026, 12, 31))
MOC = Course(
    "C-2", "Two", Decimal(1), date(2026, 1, 1), date(2026, 12, 31),
    registrations=(MocRegistration("ABOS", Decimal("0.5"), ("Self-Assessment",), date(2026, 12, 31), "95001"),),
)  # fmt: skip
COMPLETION = Completion(AWKWARD, COURSE, date(2026, 5, 6), consent=True)
BOARD = Completion(
    AWKWARD, MOC, date(2026, 5, 6), consent=True,
    credits=(Credit(Decimal(1)), Credit(Decimal("0.5"), "Self-Assessment", "ABOS", "95001")),
)  # fmt: skip
MAKE = Messages(SETTINGS)
ALL = [
    ("LearnerMatchRequest", MAKE.match(AWKWARD)),
    ("SaveLearnerActivity", MAKE.save_learner(COMPLETION, "12345678", date(2026, 5, 7))),
    ("SaveLearnerActivity", MAKE.save_learner(BOARD, "12345678", date(2026, 5, 7))),
    ("SaveLearnerActivity", MAKE.delete_learner(AWKWARD, "C<1>", "12345678", date(2026, 5, 6))),
    ("GetLearnerStatusByCreditId", MAKE.status_by_credit("ccid:mockpars:000000001")),
    ("GetLearnerStatus", MAKE.status_by_learner("12345678", date(1975, 3, 22), date(2026, 5, 6), "1234567890")),
    ("GetActivity", MAKE.get_activity("12345678", None)),
    ("GetActivity", MAKE.get_activity(None, "C<1>&2")),
    ("SaveActivity", MAKE.save_activity(COURSE, "Add")),
    ("SaveActivity", MAKE.save_activity(MOC, "Update")),
]


@pytest.mark.parametrize(("operation", "message"), ALL, ids=[f"{name}-{n}" for n, (name, _) in enumerate(ALL)])
def test_every_message_follows_its_schema(operation: str, message: bytes) -> None:
    assert Schemas().validate(operation, parse_xml(message, "utf-8")) == ()


def test_values_arrive_as_they_are() -> None:
    root = etree.fromstring(ALL[1][1])
    texts = {etree.QName(element).localname: element.text for element in root.iter("*")}
    assert texts["FirstName"] == "Søren & <Åsa>"
    assert texts["LastName"] == 'O\'Brien "Jr."'
    assert texts["Password"] == SETTINGS.password
    assert texts["CompletedDateTime"] == "2026-05-06"
    assert texts["CreditAmount"] == "1.25"


@pytest.mark.parametrize("operation", ["LearnerMatchRequest", "SaveLearnerActivity", "SaveActivity"])
def test_messages_have_the_elements_of_the_references_samples(operation: str) -> None:
    ours = etree.fromstring(next(message for name, message in ALL if name == operation))
    theirs = etree.fromstring(sample(operation).encode())
    assert [element.tag for element in ours.iter("*")] == [element.tag for element in theirs.iter("*")]
