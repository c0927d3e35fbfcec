"""What an answer says is found whatever its shape, and a different shape is not mistaken for a different answer."""

from __future__ import annotations

import pytest

from mockpars.contract.library import Library
from mockpars.contract.reading import Rules, read
from tests.contract.standin import reshaped

B = "http://schemas.datacontract.org/2004/07/BLL.Service"
RULES = Rules.load(Library().root)
SAVED = f"""<SaveLearnerActivityResponse xmlns="{B}"><Result>Rejected</Result><LearnerRecords>
<LearnerRecord><Result>Accepted</Result><CreditId>ccid:mockpars:000000001</CreditId><Status>Submitted</Status>
<AccmeActivityID>12345678</AccmeActivityID><Action>Add</Action><Errors/></LearnerRecord>
<LearnerRecord><Result>Rejected</Result><Action>Add</Action><Errors><Error><Code>303</Code>
<Field>CompletedDateTime</Field>
<Message>m</Message><Fix>f</Fix></Error><Error><Code>305</Code><Field>CreditAmount</Field>
<Message>1.0, 304 and 322</Message>
<Fix>f</Fix></Error></Errors></LearnerRecord></LearnerRecords></SaveLearnerActivityResponse>"""
STATUS = f"""<LearnerStatusResponse xmlns="{B}"><CreditId>ccid:mockpars:000000001</CreditId><Status>Transmitted</Status>
<Deliveries><Delivery><Destination>ABIM</Destination><Kind>CertifyingBoard</Kind><Status>Rejected</Status></Delivery>
<Delivery><Destination>TX</Destination><Kind>StateBoard</Kind><Status>Approved</Status></Delivery></Deliveries>
</LearnerStatusResponse>"""


@pytest.mark.parametrize("body", [SAVED, reshaped(SAVED)], ids=["ours", "another shape"])
def test_a_save_answer_is_read_record_by_record(body: str) -> None:
    reading = read(200, body.encode(), "SaveLearnerActivity", RULES)
    assert reading.outcome == "Rejected"
    assert reading.codes == (303, 305)
    assert [record.outcome for record in reading.records] == ["Accepted", "Rejected"]
    assert [record.codes for record in reading.records] == [(), (303, 305)]
    assert reading.ids["credit_id"] == ("ccid:mockpars:000000001",)
    assert reading.ids["activity_id"] == ("12345678",)
    assert reading.fields == {303: "CompletedDateTime", 305: "CreditAmount"}


@pytest.mark.parametrize("body", [STATUS, reshaped(STATUS)], ids=["ours", "another shape"])
def test_a_status_answer_keeps_the_record_apart_from_its_deliveries(body: str) -> None:
    reading = read(200, body.encode(), "GetLearnerStatusByCreditId", RULES)
    assert reading.status == "Transmitted"
    assert reading.deliveries == {"ABIM": "Rejected", "TX": "Approved"}


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ('<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">1</int>', 1),
        (
            "<LearnerMatchRequestResponse><LearnerMatchRequestResult>0</LearnerMatchRequestResult></LearnerMatchRequestResponse>",
            0,
        ),
        ('<Answer><Matches n="2"/><Text>two</Text></Answer>', 2),
        ("<Answer>many</Answer>", None),
    ],
)
def test_the_match_integer_is_found_where_it_may_stand(body: str, match: int | None) -> None:
    assert read(200, body.encode(), "LearnerMatchRequest", RULES).match == match


def test_attributes_are_read_as_elements_are() -> None:
    body = b'<Answer success="false"><Problem code="304" field="x"/></Answer>'
    own = Rules([{"outcome": ["success"], "rejected": ["false"], "accepted": ["true"], "code": ["code"]}])
    reading = read(200, body, "SaveLearnerActivity", own)
    assert (reading.outcome, reading.codes) == ("Rejected", (304,))


def test_a_teams_own_rules_come_before_ours() -> None:
    own = Rules(
        [
            {"outcome": ["Verdict"], "accepted": ["fine"]},
            {"outcome": ["Result"], "accepted": ["accepted"], "rejected": ["no"]},
        ]
    )
    assert read(200, b"<A><Result>no</Result><Verdict>fine</Verdict></A>", "SaveActivity", own).outcome == "Accepted"


@pytest.mark.parametrize(("http", "outcome"), [(200, "Answered"), (503, "Fault")])
def test_what_is_no_xml_says_so(http: int, outcome: str) -> None:
    reading = read(http, b"<html><p>Service unavailable", "SaveActivity", RULES)
    assert reading.outcome == outcome
    assert reading.problem is not None


def test_an_answer_with_thousands_of_records_is_read_at_once() -> None:
    record = SAVED.split("<LearnerRecords>")[1].split("</LearnerRecords>")[0]
    body = SAVED.replace(record, record * 2500)
    assert len(read(200, body.encode(), "SaveLearnerActivity", RULES).records) == 5000
