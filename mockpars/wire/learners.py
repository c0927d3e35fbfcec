"""Learner messages: from elements to what is claimed (L1, L9, L11, D1, D5)."""

from __future__ import annotations

import re
from datetime import date

from lxml import etree

from mockpars.domain.model import Credit, LearnerIdentity, LearnerSubmission
from mockpars.errors import Detail, SchemaInvalid
from mockpars.immutable import immutable
from mockpars.wire.dates import completion_date, plain_date
from mockpars.wire.names import AR, LEARNER_RECORD
from mockpars.wire.places import locator

_FIRST_NAME = f"{{{AR}}}FirstName"
_LAST_NAME = f"{{{AR}}}LastName"
_DATE_OF_BIRTH = f"{{{AR}}}DateOfBirth"
_NPI = f"{{{AR}}}MedicalEducationNumber"
_PROVIDER_ID = f"{{{AR}}}ProviderID"
_PROVIDER_ACTIVITY_ID = f"{{{AR}}}ProviderActivityID"
_ACTIVITY_ID = f"{{{AR}}}AccmeActivityID"
_COMPLETED = f"{{{AR}}}CompletedDateTime"
_CREDITS = f"{{{AR}}}Credits"
_CREDIT = f"{{{AR}}}Credit"
_CREDIT_TYPE = f"{{{AR}}}CreditType"
_AMOUNT = f"{{{AR}}}CreditAmount"
_BOARD = f"{{{AR}}}CertifyingBoard"
_BOARD_ID = f"{{{AR}}}CertifyingBoardID"
_ACTION = f"{{{AR}}}LearnerRecordAction"

WIRE_NAMES: dict[str, str] = {
    "licences": _NPI,
    "consent": _NPI,
    "provider_id": _PROVIDER_ID,
    "is_registered": _ACTIVITY_ID,
    "is_on_file": _ACTION,
    "completed_on": _COMPLETED,
    "earlier_credit_id": _ACTIVITY_ID,
    "has_credits": _CREDITS,
    "credit": _CREDIT,
    "amount": _AMOUNT,
    "credit_type": _CREDIT_TYPE,
    "is_registered_type": _CREDIT_TYPE,
    "board_id": _BOARD_ID,
}
"""Which element of a learner record each judged fact is about."""


@immutable
class StatusQuestion:
    """GetLearnerStatus' four values (L9); the birth date's year may be left out."""

    activity_id: str
    birth: tuple[int | None, int, int]
    completed_on: date
    unique_id: str


def read_identity(element: etree._Element) -> LearnerIdentity:
    """Reads the four values PARS matches on."""
    return _identity({str(child.tag): child.text or "" for child in element})


def read_submissions(payload: etree._Element) -> list[LearnerSubmission]:
    """Reads every learner record of a message, in order."""
    return [_submission(record) for record in payload.iterchildren(LEARNER_RECORD)]


def read_credit_id(payload: etree._Element) -> str:
    """Reads GetLearnerStatusByCreditId's question."""
    return (payload.findtext(f"{{{AR}}}CreditId") or "").strip()


def read_status_question(payload: etree._Element) -> StatusQuestion:
    """Reads GetLearnerStatus' question."""
    texts = [payload.findtext(f"{{{AR}}}{name}") or "" for name in STATUS_FIELDS]
    return status_question(*texts)


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
STATUS_FIELDS = ("moduleID", "BirthDate", "CompletionDate", "UniqueID")


def status_question(module_id: str, birth: str, completed: str, unique_id: str) -> StatusQuestion:
    """Makes GetLearnerStatus' question of four texts. Raises SchemaInvalid."""
    if not _DATE.fullmatch(completed.strip()):
        raise SchemaInvalid(
            "The completion date cannot be read.",
            "Send CompletionDate as YYYY-MM-DD.",
            [Detail("CompletionDate is not a date", "YYYY-MM-DD")],
        )
    return StatusQuestion(module_id.strip(), _birth(birth.strip()), plain_date(completed), unique_id.strip())


def _birth(text: str) -> tuple[int | None, int, int]:
    # L9 lets the year be left out; 2000 stands in for it, since it is a leap year.
    short = text.removeprefix("--")
    try:
        if len(short) == 5:
            whole = date.fromisoformat(f"2000-{short}")
            return None, whole.month, whole.day
        whole = date.fromisoformat(text[:10])
        return whole.year, whole.month, whole.day
    except ValueError:
        raise SchemaInvalid(
            "The birth date cannot be read.",
            "Send BirthDate as YYYY-MM-DD or MM-DD.",
            [Detail("BirthDate is not a date", "YYYY-MM-DD or MM-DD")],
        ) from None


def _identity(texts: dict[str, str]) -> LearnerIdentity:
    return LearnerIdentity(
        first_name=texts[_FIRST_NAME],
        last_name=texts[_LAST_NAME],
        date_of_birth=plain_date(texts[_DATE_OF_BIRTH]),
        npi=texts[_NPI].strip(),
    )


def _submission(record: etree._Element) -> LearnerSubmission:
    fields = {child.tag: child for child in record}
    texts = {tag: child.text or "" for tag, child in fields.items()}
    sent = texts[_COMPLETED].strip()
    return LearnerSubmission(
        identity=_identity(texts),
        provider_id=_optional(texts, _PROVIDER_ID),
        provider_activity_id=_optional(texts, _PROVIDER_ACTIVITY_ID),
        activity_id=_optional(texts, _ACTIVITY_ID),
        completed_on=completion_date(sent),
        completed_as_sent=sent,
        credits=tuple([_credit(element) for element in fields.get(_CREDITS, ())]),
        delete=texts.get(_ACTION, "").strip().lower() == "delete",
        locate=locator(record, WIRE_NAMES),
    )


def _optional(texts: dict[str, str], tag: str) -> str | None:
    text = texts.get(tag)
    return None if text is None else text.strip() or None


def _credit(element: etree._Element) -> Credit:
    texts = {str(child.tag): (child.text or "").strip() for child in element}
    board = texts.get(_BOARD)
    return Credit(texts[_CREDIT_TYPE], texts[_AMOUNT], board and board.upper(), texts.get(_BOARD_ID) or None)
