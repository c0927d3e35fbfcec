"""The schemas in xsd/: what they take and refuse, and that two engines that share no code agree about it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from mockpars.errors import Malformed
from mockpars.resources import data_path
from mockpars.wire.names import PREFIXES, ROOT_OF
from mockpars.wire.safety import parse_xml
from mockpars.wire.schemas import Schemas

SAMPLES = Path(__file__).parent / "samples"
ACTIVITY, LEARNER, MATCH = "SaveActivity", "SaveLearnerActivity", "LearnerMatchRequest"
MOC = (
    "<ex:MOCRegistrations><ex:MOCRegistration><ex:boardName>ABIM</ex:boardName><ex:mocPoints>1.0</ex:mocPoints>"
    "<ex:MOCCreditType>Medical Knowledge</ex:MOCCreditType></ex:MOCRegistration></ex:MOCRegistrations>"
)
STATUS = (
    "<ar:LearnerStatusRequest xmlns:ar='http://docs.accme.org/schemas/ACCMELearnerRecords/v1/'>"
    "<ar:moduleID>12345678</ar:moduleID><ar:BirthDate>1975-03-22</ar:BirthDate>"
    "<ar:CompletionDate>2026-05-06</ar:CompletionDate><ar:UniqueID>1234567890</ar:UniqueID>"
    "</ar:LearnerStatusRequest>"
)
DOB = "<ar:DateOfBirth>1975-03-22"
DONE = "<ar:CompletedDateTime>2026-05-06"
NPI = "<ar:MedicalEducationNumber>1234567890"
AMOUNT = "<ar:CreditAmount>1.0"
AFTER_CREDITS = "</ar:Credits>"
EXTRA = "<ex:CreditClaimDate>2026-12-31</ex:CreditClaimDate>"
ABOUT = "</lom:title><lom:description><lom:string>{}</lom:string></lom:description>"
DELIVERY = "<ex:DeliveryMethods><ex:DeliveryMethod>Online</ex:DeliveryMethod></ex:DeliveryMethods>"
RECORD_ACTION = "</ar:Credits><ar:LearnerRecordAction>{}</ar:LearnerRecordAction>"
PUBLIC = "<ex:ForPublicList>true</ex:ForPublicList>"
ACTION = "<ex:activityRecordAction>Add</ex:activityRecordAction>"
AFTER_FORMAT = "<hx:commercialSupport>no</hx:commercialSupport>"
AFTER_TITLE = "</lom:title>"
YEAR = "<ReportingYear>2026</ReportingYear>"

# What is changed in which sample, and whether the result is valid.
VARIANTS: list[tuple[str, str, str, bool]] = [
    # Dates.
    (LEARNER, DOB, "<ar:DateOfBirth>1976-02-29", True),
    (LEARNER, DOB, "<ar:DateOfBirth>1975-02-29", False),
    (LEARNER, DOB, "<ar:DateOfBirth>1975-13-01", False),
    (LEARNER, DOB, "<ar:DateOfBirth>03/22/1975", False),
    (LEARNER, DOB, "<ar:DateOfBirth>1975-3-22", False),
    (LEARNER, DOB, "<ar:DateOfBirth>1975-03-22T00:00:00", False),
    (LEARNER, DOB, "<ar:DateOfBirth>1975-03-22Z", False),
    (LEARNER, DOB, "<ar:DateOfBirth>-1975-03-22", False),
    (LEARNER, DOB, "<ar:DateOfBirth>0975-03-22", False),
    (LEARNER, DOB, "<ar:DateOfBirth>", False),
    (LEARNER, DOB, "<ar:DateOfBirth>\n  1975-03-22\t", True),
    (LEARNER, DOB, "<ar:DateOfBirth>1975<!-- born -->-03-<?in spring?>22", True),
    (LEARNER, DONE, "<ar:CompletedDateTime> 2026-05-06 ", True),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T23:30:00", True),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T23:30:00Z", True),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T23:30:00.125-06:00", True),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T24:00:00", False),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T23:61:00", False),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06T23:30:00+15:00", False),
    (LEARNER, DONE, "<ar:CompletedDateTime>2026-05-06 23:30:00", False),
    (LEARNER, DONE, "<ar:CompletedDateTime>today", False),
    (ACTIVITY, "<ReportingStartDate>2026-01-01", "<ReportingStartDate>2026", True),
    (ACTIVITY, "<ReportingStartDate>2026-01-01", "<ReportingStartDate>26", False),
    (ACTIVITY, "<hx:startDateTime>2026-01-01", "<hx:startDateTime>2026-01-01T00:00:00", True),
    (ACTIVITY, EXTRA, "<ex:CreditClaimDate>2026-12-31T00:00:00</ex:CreditClaimDate>", False),
    (ACTIVITY, EXTRA, "", True),
    (ACTIVITY, YEAR, "", True),
    (ACTIVITY, YEAR, "<ReportingYear>26</ReportingYear>", False),
    # What the rules judge gets past the schema.
    (LEARNER, AMOUNT, "<ar:CreditAmount>lots", True),
    (LEARNER, AMOUNT, "<ar:CreditAmount>", True),
    (LEARNER, "<ar:AccmeActivityID>12345678", "<ar:AccmeActivityID>none", True),
    (LEARNER, "<ProviderId>0008273", "<ProviderId>wrong", True),
    (LEARNER, "<ar:ProviderID>0008273</ar:ProviderID>", "", True),
    (ACTIVITY, "<hx:numberOfCredits>1.0", "<hx:numberOfCredits>-1", True),
    (ACTIVITY, "Internet Enduring Material", "Carrier pigeon", True),
    (ACTIVITY, AFTER_FORMAT, "", True),
    (ACTIVITY, AFTER_FORMAT, "<hx:commercialSupport>maybe</hx:commercialSupport>", True),
    # Identity.
    (LEARNER, NPI, "<ar:MedicalEducationNumber>123456789", False),
    (LEARNER, NPI, "<ar:MedicalEducationNumber>12345678901", False),
    (LEARNER, NPI, "<ar:MedicalEducationNumber>12345A7890", False),
    (LEARNER, NPI, "<ar:MedicalEducationNumber>١٢٣٤٥٦٧٨٩٠", False),
    (LEARNER, NPI, "<ar:MedicalEducationNumber> 1234567890 ", True),
    (LEARNER, "<ar:FirstName>James", "<ar:FirstName>", False),
    (LEARNER, "<ar:FirstName>James", "<ar:FirstName>  ", False),
    (LEARNER, "<ar:FirstName>James", "<ar:FirstName>Зоя O'Née \U00010348", True),
    (LEARNER, "<ar:FirstName>James", f"<ar:FirstName>{'x' * 250}", True),
    (LEARNER, "<ar:FirstName>James", f"<ar:FirstName>{'x' * 251}", False),
    (MATCH, NPI, "<ar:MedicalEducationNumber>", False),
    (MATCH, "<ar:FirstName>James</ar:FirstName>", "", False),
    # Structure.
    (LEARNER, "<ar:FirstName>", "<ar:FirstName x='1'>", False),
    (LEARNER, "<Data>", "<Data>text", False),
    (LEARNER, "<Password>*YOUR_WS_PASSWORD*</Password>", "", False),
    (LEARNER, "<User>", "<User/><User>", False),
    (LEARNER, "</SubmitMessage>", "<More/></SubmitMessage>", False),
    (LEARNER, "ACCMELearnerRecords/v1/", "ACCMELearnerRecords/v2/", False),
    (LEARNER, "ar:", "learner:", False),  # Only the first: a prefix that nothing declares is no XML at all.
    (LEARNER, AFTER_CREDITS, f"{AFTER_CREDITS}<ar:Unknown/>", False),
    (LEARNER, AFTER_CREDITS, RECORD_ACTION.format("Delete"), True),
    (LEARNER, AFTER_CREDITS, RECORD_ACTION.format("add"), True),
    (LEARNER, AFTER_CREDITS, RECORD_ACTION.format("Update"), False),
    (LEARNER, "</ar:CreditAmount>", "</ar:CreditAmount><ar:CertifyingBoard>ABIM</ar:CertifyingBoard>", True),
    (LEARNER, "</ar:CreditAmount>", "</ar:CreditAmount><ar:CertifyingBoard>ABX</ar:CertifyingBoard>", False),
    (LEARNER, "</ar:CreditAmount>", "</ar:CreditAmount><ar:CertifyingBoardID>7</ar:CertifyingBoardID>", True),
    # Published fields of an activity.
    (ACTIVITY, AFTER_TITLE, ABOUT.format("x" * 2500), True),
    (ACTIVITY, AFTER_TITLE, ABOUT.format("x" * 2501), False),
    (ACTIVITY, "<lom:string>HIPAA", "<lom:string language='en-US'>HIPAA", True),
    (ACTIVITY, "Provider Activity ID", "Provider Activity", False),
    (ACTIVITY, "AMA PRA Category 1", "AMA PRA Category 7", False),
    (ACTIVITY, "<hx:activitySponsorship>direct", "<hx:activitySponsorship>Direct", False),
    (ACTIVITY, PUBLIC, "<ex:ForPublicList>1</ex:ForPublicList>", True),
    (ACTIVITY, PUBLIC, "<ex:ForPublicList>yes</ex:ForPublicList>", False),
    (ACTIVITY, PUBLIC, f"{PUBLIC}{PUBLIC}", False),
    (ACTIVITY, PUBLIC, MOC, True),
    (ACTIVITY, PUBLIC, MOC.replace("ABIM", "ABPath"), True),
    (ACTIVITY, PUBLIC, MOC.replace("ABIM", "AB"), False),
    (ACTIVITY, PUBLIC, MOC.replace("1.0", "a lot"), True),
    (ACTIVITY, ACTION, "", False),
    (ACTIVITY, EXTRA, f"{ACTION.replace('Add', 'Update')}{EXTRA}", False),
    (ACTIVITY, ACTION, f"<ex:REMS><ex:REMSType>Mycophenolate</ex:REMSType></ex:REMS>{ACTION}", False),
    (ACTIVITY, PUBLIC, "<ex:FeeForParticipation>No, it\u2019s free</ex:FeeForParticipation>", True),
    (ACTIVITY, PUBLIC, DELIVERY, True),
]  # fmt: skip

# Where the engines differ: libxml2's verdict, then xmlschema's.
SPLITS: list[tuple[str, str, str, bool, bool]] = [
    # XML's white space is four characters; xmlschema strips whatever Unicode calls so: nothing is left.
    (LEARNER, "<ar:FirstName>James", "<ar:FirstName>\u00a0", True, False),
]


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas()


@pytest.fixture(scope="module")
def requests_opinion() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(data_path("xsd") / "envelope.xsd"))


@pytest.fixture(scope="module")
def responses_opinion() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(data_path("xsd") / "responses.xsd"))


def _sample(operation: str) -> str:
    return (SAMPLES / f"{operation}.xml").read_text(encoding="utf-8")


def _changed(operation: str, old: str, new: str) -> bytes:
    sample = _sample(operation)
    assert old in sample
    return sample.replace(old, new, 1).encode()


def _valid(schemas: Schemas, operation: str, message: bytes) -> bool:
    try:
        return not schemas.validate(operation, parse_xml(message))
    except Malformed:
        return False


def _second(opinion: xmlschema.XMLSchema10, message: bytes) -> bool:
    try:
        return bool(opinion.is_valid(message.decode()))
    except (xmlschema.XMLResourceError, SyntaxError):
        return False


@pytest.mark.parametrize("operation", [ACTIVITY, LEARNER, MATCH])
def test_the_samples_of_the_reference_are_valid_as_they_stand(
    schemas: Schemas, requests_opinion: xmlschema.XMLSchema10, operation: str
) -> None:
    """A2, L1: whatever else the schemas say, these three are what PARS takes."""
    message = (SAMPLES / f"{operation}.xml").read_bytes()
    assert schemas.validate(operation, parse_xml(message, "utf-8")) == ()
    assert _second(requests_opinion, message)


@pytest.mark.parametrize(("operation", "old", "new", "valid"), VARIANTS)
def test_both_engines_agree_with_the_table(
    schemas: Schemas, requests_opinion: xmlschema.XMLSchema10, operation: str, old: str, new: str, valid: bool
) -> None:
    """The verdict is written by hand, so that two engines erring together are caught too."""
    message = _changed(operation, old, new)
    assert _valid(schemas, operation, message) is valid
    assert _second(requests_opinion, message) is valid


@pytest.mark.parametrize(("operation", "old", "new", "ours", "theirs"), SPLITS)
def test_known_differences_between_the_engines_are_still_these(
    schemas: Schemas,
    requests_opinion: xmlschema.XMLSchema10,
    operation: str,
    old: str,
    new: str,
    ours: bool,
    theirs: bool,
) -> None:
    """If one of them goes away, the table above can take the variant."""
    message = _changed(operation, old, new)
    assert (_valid(schemas, operation, message), _second(requests_opinion, message)) == (ours, theirs)


@pytest.mark.parametrize("birth", ["1975-03-22", "03-22", "02-29"])
def test_a_status_request_takes_a_birth_date_with_or_without_its_year(
    schemas: Schemas, requests_opinion: xmlschema.XMLSchema10, birth: str
) -> None:
    """L9 publishes both forms."""
    head, _, tail = _sample(MATCH).partition("<ar:LearnerMatchRequest")
    payload = STATUS.replace("1975-03-22", birth)
    message = (head + payload + tail.partition("</ar:LearnerMatchRequest>")[2]).encode()
    assert schemas.validate("GetLearnerStatus", parse_xml(message)) == ()
    assert _second(requests_opinion, message)


@pytest.mark.parametrize("operation", [name for name in ROOT_OF if name != LEARNER])
def test_a_message_for_another_operation_is_refused_though_it_is_valid(schemas: Schemas, operation: str) -> None:
    """The envelope's choice would let it pass; the answer names the operation it belongs to."""
    details = schemas.validate(operation, parse_xml(_sample(LEARNER).encode()))
    assert len(details) == 1
    assert "SaveLearnerActivity" in details[0].problem


@pytest.mark.parametrize("part", ["ar:ACCMELearnerRecords", "ar:LearnerRecord"], ids=["the payload", "one record"])
def test_a_part_of_a_message_is_not_a_message(schemas: Schemas, part: str) -> None:
    """The schema declares these globally, so it alone would take them as documents."""
    sample = parse_xml(_sample(LEARNER).encode())
    node = sample.find(f".//{part}", {"ar": "http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"})
    assert node is not None
    assert schemas.validate(LEARNER, parse_xml(etree.tostring(node, with_tail=False)))


def _many(change: Callable[[int, str], str], count: int) -> etree._Element:
    head, _, rest = _sample(LEARNER).partition("<ar:LearnerRecord>")
    record, _, tail = rest.partition("</ar:LearnerRecord>")
    records = [change(n, f"<ar:LearnerRecord>{record}</ar:LearnerRecord>\n") for n in range(1, count + 1)]
    return parse_xml((head + "\n" + "".join(records) + tail).encode())


def test_large_messages_are_judged_record_by_record_with_the_same_places(schemas: Schemas) -> None:
    """Above 500 records another way is taken, which must not show."""
    message = _many(lambda n, record: record.replace("James", "") if n == 777 else record, 900)
    (detail,) = schemas.validate(LEARNER, message)
    assert detail.path == "SubmitMessage/Data/ar:ACCMELearnerRecords/ar:LearnerRecord[777]/ar:FirstName"
    assert detail.line == 778


def test_large_messages_are_refused_for_what_stands_between_their_records(schemas: Schemas) -> None:
    """Neither a strange element, nor text, nor a broken envelope may hide behind many good records."""
    message = _many(lambda n, record: f"{record}<x/>text" if n == 600 else record, 700)
    message[0].set("wrong", "")
    problems = [detail.problem for detail in schemas.validate(LEARNER, message)]
    assert len(problems) == 3
    assert any("Text stands" in problem for problem in problems)
    assert any("element x" in problem for problem in problems)
    assert any('"wrong"' in problem for problem in problems)


def test_five_thousand_broken_records_are_explained_without_counting_siblings(schemas: Schemas) -> None:
    """25 are told, and the rest counted."""
    details = schemas.validate(LEARNER, _many(lambda _, record: record.replace("1975", "75"), 5000))
    assert len(details) == 26
    assert details[-1].problem == "... and 4,975 more."


def test_threads_do_not_mix_up_their_errors(schemas: Schemas) -> None:
    """A schema shared by threads would garble its error log."""
    wrong: list[object] = []

    def judge(name: str) -> None:
        message = parse_xml(
            _changed(LEARNER, "<ar:MedicalEducationNumber>1234567890", f"<ar:MedicalEducationNumber>{name}")
        )
        for _ in range(100):
            details = schemas.validate(LEARNER, message)
            if [detail.problem for detail in details] != [f'ar:MedicalEducationNumber is "{name}".']:
                wrong.append(details)

    threads = [threading.Thread(target=judge, args=(f"{n}{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


B = 'xmlns="http://schemas.datacontract.org/2004/07/BLL.Service"'
ERROR = "<Error><Code>303</Code><Field>CompletedDateTime</Field><Message>m</Message><Fix>f</Fix></Error>"
ANSWERS: list[tuple[str, bool]] = [
    ('<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">1</int>', True),
    ('<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">one</int>', False),
    (f"<Fault {B}><Code>Schema</Code><Reason>r</Reason><Fix>f</Fix><Details>"
     "<Detail><Line>1</Line><Path>p</Path><Problem>p</Problem><Expected>e</Expected></Detail></Details></Fault>", True),
    (f"<Fault {B}><Code>Nonsense</Code><Reason>r</Reason><Fix>f</Fix><Details/></Fault>", False),
    (f"<SaveActivityResponse {B}><Result>Accepted</Result><Activities><Activity><Result>Accepted</Result>"
     "<AccmeActivityID>12345678</AccmeActivityID><ProviderActivityID>A</ProviderActivityID><Action>Add</Action>"
     "<Errors/></Activity></Activities></SaveActivityResponse>", True),
    (f"<SaveLearnerActivityResponse {B}><Result>Rejected</Result><LearnerRecords><LearnerRecord>"
     f"<Result>Rejected</Result><Action>Add</Action><Errors>{ERROR}</Errors></LearnerRecord></LearnerRecords>"
     "</SaveLearnerActivityResponse>", True),
    (f"<SaveLearnerActivityResponse {B}><Result>Maybe</Result><LearnerRecords/>"
     "</SaveLearnerActivityResponse>", False),
    (f"<GetActivityResponse {B}><Result>Rejected</Result><Errors>{ERROR}</Errors>"
     "</GetActivityResponse>", True),
    (f"<LearnerStatusResponse {B}><CreditId>ccid:mockpars:000000001</CreditId>"
     "<AccmeActivityID>1</AccmeActivityID><CompletionDate>2026-05-06</CompletionDate><Status>Transmitted</Status>"
     "<StatusDate>2026-05-07T05:00:00Z</StatusDate><Deliveries><Delivery><Destination>TX</Destination>"
     "<Kind>StateBoard</Kind><Status>Transmitted</Status><StatusDate>2026-05-07T05:00:00Z</StatusDate><Errors/>"
     "</Delivery></Deliveries><Errors/></LearnerStatusResponse>", True),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "valid"), ANSWERS)
def test_answers_are_judged_alike_by_both_engines(
    schemas: Schemas, responses_opinion: xmlschema.XMLSchema10, answer: str, valid: bool
) -> None:
    """One schema takes them all, the match integer included."""
    assert (not schemas.validate_response(parse_xml(answer.encode()))) is valid
    assert _second(responses_opinion, answer.encode()) is valid


def test_the_stored_activity_fits_into_its_answer(schemas: Schemas, responses_opinion: xmlschema.XMLSchema10) -> None:
    """A5: with PARS's own identifier added."""
    document = parse_xml(_sample(ACTIVITY).encode())[-1][0]
    answer = (
        f"<GetActivityResponse {B}><Result>Accepted</Result><Activity>"
        f"<AccmeActivityID>12345678</AccmeActivityID>"
        f"<ProviderActivityID>A</ProviderActivityID>{etree.tostring(document, encoding='unicode')}"
        "</Activity><Errors/></GetActivityResponse>"
    ).replace(
        "</lom:identifier>",
        "</lom:identifier><lom:identifier><lom:catalog>ACCME Activity ID</lom:catalog>"
        "<lom:entry>12345678</lom:entry></lom:identifier>",
    )
    assert schemas.validate_response(parse_xml(answer.encode())) == ()
    assert _second(responses_opinion, answer.encode())


def test_every_schema_says_what_it_is_and_is_in_the_catalogue() -> None:
    """No reader may take a reconstruction for ACCME's own file."""
    catalogue = (data_path("xsd") / "catalog.xml").read_text(encoding="utf-8")
    for path in data_path("xsd").glob("*.xsd"):
        header = " ".join(path.read_text(encoding="utf-8").partition("-->")[0].split())
        assert "reconstruct" in header, path.name
        assert "From: " in header, path.name
        assert path.name in catalogue or path.name == "responses.xsd"
    assert all(f'name="{namespace}"' in catalogue for namespace in PREFIXES)


def test_every_simple_type_says_in_words_what_it_takes() -> None:
    """Those words are what a client reads as "expected"."""
    for path in data_path("xsd").glob("*.xsd"):
        for node in etree.parse(str(path)).iter("{http://www.w3.org/2001/XMLSchema}simpleType"):
            assert node.findtext(".//{http://www.w3.org/2001/XMLSchema}documentation"), (
                path.name,
                node.get("name"),
            )
