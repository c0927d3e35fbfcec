"""Schema errors in words: what is wrong, where, what was expected, and nothing that must not be repeated."""

from pathlib import Path

import pytest

from mockpars.errors import Detail
from mockpars.wire.safety import parse_xml
from mockpars.wire.schemas import Schemas

SAMPLES = Path(__file__).parent / "samples"
RECORD = "SubmitMessage/Data/ar:ACCMELearnerRecords/ar:LearnerRecord"
METRICS = "SubmitMessage/Data/accme:ACCMEActivities/mems:MedicalEducationMetrics"
SCHEMAS = Schemas()


def _details(operation: str, *changes: tuple[str, str]) -> tuple[Detail, ...]:
    message = (SAMPLES / f"{operation}.xml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in message
        message = message.replace(old, new)
    return SCHEMAS.validate(operation, parse_xml(message.encode()))


def _learner(*changes: tuple[str, str]) -> Detail:
    (detail,) = _details("SaveLearnerActivity", *changes)
    return detail


def _activity(*changes: tuple[str, str]) -> Detail:
    (detail,) = _details("SaveActivity", *changes)
    return detail


def test_a_wrong_value_is_shown_with_what_it_should_be() -> None:
    """The simplest mistake, in full."""
    assert _learner(("1234567890", "12")) == Detail(
        'ar:MedicalEducationNumber is "12".',
        "an NPI, exactly 10 digits",
        1,
        f"{RECORD}/ar:MedicalEducationNumber",
    )


def test_several_mistakes_are_told_at_once_in_document_order() -> None:
    """Nobody should have to send a message five times to learn of five mistakes."""
    details = _details(
        "SaveLearnerActivity",
        ("James", ""),
        ("1975-03-22", "never"),
        ("1234567890", "12"),
        (">2026-05-06", ">soon"),
    )
    assert [(detail.path or "").rpartition(":")[2] for detail in details] == [
        "FirstName", "DateOfBirth", "MedicalEducationNumber", "DateTimeCreated", "CompletedDateTime",
    ]  # fmt: skip


def test_a_birth_date_with_a_time_is_told_to_drop_it() -> None:
    """L12: the commonest slip of clients that serialize date-times."""
    detail = _learner(("1975-03-22", "1975-03-22T00:00:00"))
    assert "carries a time" in detail.problem
    assert detail.expected == "the date only, as YYYY-MM-DD (L12)"


@pytest.mark.parametrize(
    ("sent", "shape"),
    [
        ("03/22/1975", "99/99/9999"),
        ("22 Mar 1975", "99 AAA 9999"),
        ("1975-03-22T10:11:12Z", "9999-99-99A99:99:99A"),
    ],
)
def test_of_a_birth_date_only_the_shape_is_repeated(sent: str, shape: str) -> None:
    """These sentences end up in logs and support tickets."""
    detail = _learner(("1975-03-22", sent))
    assert shape in detail.problem
    assert "1975" not in str(detail)


def test_a_birth_date_that_does_not_exist_is_not_repeated_either() -> None:
    """It has the right shape, so even the shape would say nothing."""
    assert _learner(("1975-03-22", "1975-02-30")).problem == "ar:DateOfBirth is a date that the calendar does not have."


def test_a_password_is_never_repeated() -> None:
    """Not even one that is too long."""
    secret = "correct horse " * 30
    detail = _learner(("*YOUR_WS_PASSWORD*", secret))
    assert detail.path == "SubmitMessage/Password"
    assert "horse" not in str(detail)


def test_a_value_outside_a_list_gets_the_list_and_the_nearest_member() -> None:
    """Long lists are cut."""
    detail = _activity(("AMA PRA Category 1<", "AMA PRA Category I<"))
    assert detail.problem == 'hx:activityCertification is "AMA PRA Category I". Did you mean "AMA PRA Category 1"?'
    assert detail.expected is not None
    assert detail.expected.startswith("one of AMA PRA Category 1, IPCE, ")
    assert detail.expected.endswith(" and 3 more (see xsd/)")


def test_an_empty_value_is_called_empty() -> None:
    """Rather than of length 0."""
    assert _learner(("Holloway", "")).problem == "ar:LastName is empty."


def test_a_long_value_is_cut_and_counted() -> None:
    """2,501 characters would bury the message."""
    detail = _learner(("James", "x" * 2501))
    assert "2,501 characters" in detail.problem
    assert len(detail.problem) < 120


def test_a_missing_element_is_named_with_where_it_goes() -> None:
    """libxml2 says of its neighbour that it "is not expected"."""
    detail = _learner(("<ar:CompletedDateTime>2026-05-06</ar:CompletedDateTime>", ""))
    assert detail.problem == "ar:CompletedDateTime is missing in ar:LearnerRecord, before ar:Credits."


def test_an_element_missing_at_the_end_is_named() -> None:
    """There is no neighbour to complain about."""
    assert _learner(("<ar:CreditAmount>1.0</ar:CreditAmount>", "")).problem == "ar:Credit has no ar:CreditAmount."


def test_a_missing_element_is_found_among_more_than_libxml2_lists() -> None:
    """It names ten candidates, all optional, and the one that is required is not among them."""
    detail = _activity(("<ex:activityRecordAction>Add</ex:activityRecordAction>", ""))
    assert detail.problem == "mems:XtensibleInfo has no ex:activityRecordAction."


def test_elements_in_the_wrong_order_get_the_order() -> None:
    """Nothing is missing, so nothing is called missing."""
    first, last = "<ar:FirstName>James</ar:FirstName>", "<ar:LastName>Holloway</ar:LastName>"
    detail = _learner((f"{first} {last}", f"{last}{first}"))
    assert detail.problem == "ar:LastName is in the wrong place in ar:LearnerRecord."
    assert (detail.expected or "").startswith("this order: ar:FirstName, ar:LastName, ar:DateOfBirth")


def test_an_element_that_stands_twice_is_numbered() -> None:
    """The path leads to the second."""
    detail = _learner(("<User>", "<User/><User>"))
    assert (detail.problem, detail.path) == (
        "User stands a second time in SubmitMessage.",
        "SubmitMessage/User[2]",
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("ar:Lastname", "ar:LastName"), ("ar:LASTNAME", "ar:LastName"), ("ar:LastNames", "ar:LastName")],
)
def test_a_misspelt_element_gets_the_nearest_name(wrong: str, right: str) -> None:
    """Case counts in XML, and people forget it."""
    detail = _learner(("ar:LastName", wrong))
    assert detail.problem == f"ar:LearnerRecord does not take an element {wrong}."
    assert detail.expected == f"{right}, perhaps?"


def test_an_unknown_element_gets_those_that_may_stand_there() -> None:
    """Where no name is near."""
    detail = _activity(("<hx:credits>", "<hx:credits><hx:zzz/>"))
    assert detail.expected == "one of hx:activityCertification, hx:numberOfCredits, hx:nonAccreditedProvider"


def test_an_element_in_the_wrong_namespace_is_told_the_right_one() -> None:
    """The name is right, which makes this hard to see."""
    detail = _learner(("<ar:LastName>Holloway</ar:LastName>", "<LastName>Holloway</LastName>"))
    assert detail.problem == 'LastName is in the namespace "http://schemas.datacontract.org/2004/07/BLL.Service".'
    assert detail.expected == "LastName in the namespace http://docs.accme.org/schemas/ACCMELearnerRecords/v1/"


def test_an_envelope_without_a_namespace_is_told_so() -> None:
    """What libxml2 calls "no matching global declaration"."""
    detail = _learner((' xmlns="http://schemas.datacontract.org/2004/07/BLL.Service"', ""))
    assert detail.problem == "SubmitMessage is in no namespace."


def test_a_message_without_its_envelope_is_told_so() -> None:
    """The inner document alone is a common first try."""
    message = (SAMPLES / "LearnerMatchRequest.xml").read_text(encoding="utf-8")
    inner = message[message.index("<ar:LearnerMatchRequest") : message.index("</Data>")]
    (detail,) = SCHEMAS.validate("LearnerMatchRequest", parse_xml(inner.encode()))
    assert detail.problem == "ar:LearnerMatchRequest stands alone, without its envelope."


def test_a_message_for_another_operation_is_told_which() -> None:
    """Together with whatever else is wrong with it."""
    message = parse_xml((SAMPLES / "LearnerMatchRequest.xml").read_bytes().replace(b"1234567890", b"1"))
    first, second = SCHEMAS.validate("SaveLearnerActivity", message)
    assert first.problem.startswith("ar:LearnerMatchRequest is the message of LearnerMatchRequest, but")
    assert second.problem == 'ar:MedicalEducationNumber is "1".'


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<User>", "<User lang='en'>", 'User has an attribute "lang", which it does not take.'),
        ("James", "Ja<b/>mes", "ar:FirstName holds elements, but takes a value only."),
        ("<Data>", "<Data>text", "Text stands directly inside Data."),
    ],
)  # fmt: skip
def test_other_mistakes_of_form_are_plain_too(old: str, new: str, says: str) -> None:
    """Attributes, elements in values, text between elements."""
    assert _learner((old, new)).problem == says


def test_one_empty_typed_value_is_one_problem() -> None:
    """Whatever number of facets it breaks."""
    assert _learner(("1975-03-22", "")).problem == "ar:DateOfBirth is empty."


def test_paths_use_the_usual_prefixes_whatever_the_message_uses() -> None:
    """So that a path can be looked up in the docs."""
    detail = _learner(("ar:", "x:"), ("xmlns:ar", "xmlns:x"), ("1234567890", "1"))
    assert detail.path == f"{RECORD}/ar:MedicalEducationNumber"


def test_prefixes_bound_anew_further_down_do_not_mislead() -> None:
    """The same prefix may mean two namespaces in one document."""
    detail = _activity(
        ("<ReportDescription>", '<x:ReportDescription xmlns:x="http://ns.medbiq.org/metrics/v2/">'),
        ("</ReportDescription>", "</x:ReportDescription>"),
        ("<ReportingStartDate>2026-01-01", "<ReportingStartDate>soon"),
    )
    assert detail.path == f"{METRICS}/mems:ReportDescription/mems:ReportingStartDate"


def test_lines_are_those_of_the_message() -> None:
    """Counted from 1."""
    assert _learner(("<ar:LastName>Holloway", "\n\n<ar:LastName>")).line == 3


def test_after_twenty_five_mistakes_the_rest_is_counted() -> None:
    """An answer is for reading."""
    sample = (SAMPLES / "SaveLearnerActivity.xml").read_text(encoding="utf-8").replace("James", "")
    head, _, rest = sample.partition("<ar:LearnerRecord>")
    record, _, tail = rest.partition("</ar:LearnerRecord>")
    message = head + f"<ar:LearnerRecord>{record}</ar:LearnerRecord>" * 40 + tail
    details = SCHEMAS.validate("SaveLearnerActivity", parse_xml(message.encode()))
    assert len(details) == 26
    assert details[24].path == f"{RECORD}[25]/ar:FirstName"
    assert details[25].problem == "... and 15 more."
