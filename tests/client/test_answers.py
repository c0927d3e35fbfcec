"""Answers are read by local names, whole or not at all, and never with a document type declaration."""

from __future__ import annotations

import pytest

from mockpars.client import Accepted, Rejected
from mockpars.client.answers import NotAnAnswer, parse, read_fault, read_match, read_saved_learner, read_status

ACCEPTED = (
    b'<SaveLearnerActivityResponse xmlns="urn:any"><Result>Accepted</Result><LearnerRecords><LearnerRecord>'
    b"<Result>Accepted</Result><CreditId>ccid:x:1</CreditId><Status>Submitted</Status>"
    b"<AccmeActivityID>12345678</AccmeActivityID><Errors/></LearnerRecord></LearnerRecords>"
    b"</SaveLearnerActivityResponse>"
)
BOMB = b'<!DOCTYPE int [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;">]><int>&b;</int>'
XXE = b'<!DOCTYPE int [<!ENTITY a SYSTEM "file:///etc/hostname">]><int>&a;</int>'


@pytest.mark.parametrize("body", [BOMB, XXE, b"<!DOCTYPE int><int>1</int>"])
def test_a_document_type_declaration_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnAnswer, match="document type"):
        parse(body)


@pytest.mark.parametrize("body", [b"", ACCEPTED[:-20], b"<html><p>Bad Gateway</html>", b"\xff\xfe\x00", b"1"])
def test_what_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        parse(body)


def test_a_match_is_one_integer_with_any_prefix() -> None:
    assert read_match(parse(b'<?xml version="1.0"?><a:int xmlns:a="urn:x"> 2 </a:int>')) == 2


@pytest.mark.parametrize("body", [b"<int>one</int>", b"<int/>", b"<int><b>1</b></int>", b"<int>-1</int>"])
def test_another_answer_to_a_match_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        read_match(parse(body))


def test_an_accepted_record() -> None:
    found = read_saved_learner(parse(ACCEPTED))
    assert isinstance(found, Accepted)
    assert (found.credit_id, found.status, found.activity_id) == ("ccid:x:1", "Submitted", "12345678")


def test_a_rejected_record_with_two_codes() -> None:
    errors = (
        b"<Errors><Error><Code>305</Code><Field>CreditAmount</Field></Error><Error><Code>303</Code></Error></Errors>"
    )
    body = ACCEPTED.replace(b"Accepted<", b"Rejected<").replace(b"<Errors/>", errors)
    found = read_saved_learner(parse(body))
    assert isinstance(found, Rejected)
    assert found.codes == (305, 303)
    assert found.problems[0].field == "CreditAmount"


@pytest.mark.parametrize(
    "body",
    [b"<html><body/></html>", ACCEPTED.replace(b"Accepted", b"Perhaps"), ACCEPTED.replace(b"Save", b"Load")],
)
def test_neither_accepted_nor_rejected_is_no_answer(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        read_saved_learner(parse(body))


def test_a_status_that_pars_does_not_have_is_no_answer() -> None:
    with pytest.raises(NotAnAnswer, match="status"):
        read_status(parse(b"<LearnerStatusResponse><Status>Lost</Status></LearnerStatusResponse>"))


def test_a_fault_is_told_from_a_gateways_page() -> None:
    body = (
        b"<Fault><Code>Schema</Code><Reason>no</Reason>"
        b"<Details><Detail><Line>3</Line><Problem>x</Problem></Detail></Details></Fault>"
    )
    found = read_fault("SaveActivity", 400, body)
    assert found is not None
    assert (found.code, found.details[0].line) == ("Schema", 3)
    assert read_fault("SaveActivity", 400, b"<html></html>") is None
    assert read_fault("SaveActivity", 400, b"<html>") is None
