"""Checks of single messages: media type, form, credentials, provider, dates, amounts, names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockpars.contract.clients.journal import Entry, Journal
from mockpars.contract.clients.marks import Mark, bad, good

_MEDIA_TYPE = re.compile(r'application/xml;charset="?utf-8"?')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR = re.compile(r"\d{4}")
# What UTF-8 looks like when it is read as Latin-1, when it is lost, and when markup is escaped twice.
_MOJIBAKE = re.compile(
    r"\u00c3[\u0080-\u00bf\u0192\u201a\u2018-\u203a]?|\u00c2[\u0080-\u00bf]|\ufffd|\?|&(?:amp|apos|quot|#\d+);"
)
_BROKEN_FORM = {
    "Malformed": "was no well-formed XML",
    "Schema": "did not follow its schema",
    "Encoding": "was not in the encoding it declared",
    "MediaType": "was not sent as XML",
    "Method": "used a method that the operation does not take",
    "Soap": "was a SOAP call",
    "TooLarge": "was too large",
}
_NO_OPERATION = "Unknown"
"""What the journal says of a request to no operation; its only refusal is NotFound."""
_SECRETS = re.compile(r"(?:^|&)(User|Password|FirstName|LastName|DateOfBirth|MedicalEducationNumber)=", re.IGNORECASE)
_PERSONAL = re.compile(r"(?:^|&)(BirthDate|UniqueID)=", re.IGNORECASE)


def media_type(journal: Journal) -> Iterator[Mark]:
    """Every POST declares application/xml with charset utf-8 (T4)."""
    for entry in journal.own:
        if entry.method != "POST":
            continue
        declared = entry.headers.get("content-type", "")
        if _MEDIA_TYPE.fullmatch(declared.replace(" ", "").lower()):
            yield good(f"Content-Type was {declared}.", entry.number)
        else:
            wanted = "application/xml; charset=utf-8"
            yield bad(
                f"{entry.operation} was sent as {declared or 'nothing in particular'}, not as {wanted}.", entry.number
            )


def well_formed_messages(journal: Journal) -> Iterator[Mark]:
    """No request is answered with a fault for its form."""
    for entry in journal.own:
        broken = _BROKEN_FORM.get(entry.refused)
        if broken and not _lacks_identity(entry):
            reason = entry.verdict["refused"].get("reason", "")
            yield bad(f"A message to {entry.operation} {broken}: {reason}", entry.number)
        elif entry.operation == _NO_OPERATION:
            yield bad(f"A request went to {entry.path}, where no operation is.", entry.number)
        elif entry.clear:
            yield good(f"{entry.operation} was understood.", entry.number)


def envelope_credentials(journal: Journal) -> Iterator[Mark]:
    """No POST is refused for the credentials in its envelope (T8)."""
    for entry in journal.own:
        if entry.method == "POST" and entry.refused == "Credentials" and not _about_basic(entry):
            yield bad(
                f"{entry.operation} was refused: user or password in the envelope is not the account's.", entry.number
            )
        elif entry.method == "POST" and entry.clear:
            yield good("The envelope carried the account's credentials.", entry.number)


def basic_credentials(journal: Journal) -> Iterator[Mark]:
    """HTTP Basic, where sent, agrees; a GET carries it (T5, T8)."""
    for entry in journal.own:
        if entry.refused == "Credentials" and _about_basic(entry):
            yield bad(
                f"{entry.operation} was refused: HTTP Basic is missing, or not the envelope's account.", entry.number
            )
        elif entry.clear and entry.headers.get("authorization", "").lower().startswith("basic"):
            yield good("HTTP Basic agreed with the envelope.", entry.number)


def _about_basic(entry: Entry) -> bool:
    details = entry.verdict.get("refused", {}).get("details", ())
    return not any("SubmitMessage" in (detail.get("path") or "") for detail in details)


def tls(journal: Journal) -> Iterator[Mark]:
    """HTTPS wherever the sandbox was reached by HTTPS at all; the server itself takes TLS 1.2 and newer only (T4)."""
    entries = list(journal.own)
    if not any(entry.scheme == "https" for entry in entries):
        return
    for entry in entries:
        if entry.scheme == "https":
            yield good("The connection had TLS 1.2 or newer.", entry.number)
        else:
            yield bad(f"{entry.operation} was sent without TLS, though the sandbox serves it.", entry.number)


def provider_id(journal: Journal) -> Iterator[Mark]:
    """Nothing is answered with 100 but by a scenario (T7, A4)."""
    for entry in journal.own:
        wrong = entry.refused == "100" or any(100 in answer.codes and not answer.forced for answer in entry.answers)
        if wrong or (entry.operation == "GetActivity" and _found_code(entry, 100)):
            yield bad(f"{entry.operation} was answered with 100: the provider ID is not the account's.", entry.number)
        elif entry.clear and entry.method == "POST":
            yield good("The provider ID was the account's.", entry.number)


def _found_code(entry: Entry, code: int) -> bool:
    told = entry.verdict.get("records", ())
    return any(finding["code"] == code for record in told for finding in record.get("findings", ()))


def date_without_time(journal: Journal) -> Iterator[Mark]:
    """All dates of learner records and activities are YYYY-MM-DD (L12)."""
    for entry in journal.own:
        for date in [date for record in entry.records for date in record.dates] + [
            date for activity in entry.registrations for date in activity.dates
        ]:
            if _DAY.fullmatch(date) or _YEAR.fullmatch(date):
                yield good(f"{date} was sent without a time.", entry.number)
            else:
                yield bad(f"{entry.operation} sent {date}; PARS converts a time from Central to UTC.", entry.number)


def registered_hours(journal: Journal) -> Iterator[Mark]:
    """No credit is answered with 305, or 200, but by a scenario (L5)."""
    for entry, record in journal.saved():
        if {305, 200} & set(record.codes) and not record.forced:
            sent = ", ".join(record.amounts) or "no credit"
            yield bad(f"{sent} was claimed, which is not what the activity is registered for.", entry.number)
        elif record.answered == "Accepted":
            yield good(f"{', '.join(record.amounts)} was the registered amount.", entry.number)


def names_intact(journal: Journal) -> Iterator[Mark]:
    """No name shows the traces of a wrong decoding; names beyond plain letters arrive as they are."""
    for entry in journal.own:
        for record in entry.people:
            if _MOJIBAKE.search(record.name):
                yield bad(f"The name arrived as {record.name!r}: decoded wrongly, or escaped twice.", entry.number)
            elif not record.name.replace(" ", "").isascii():
                yield good(f"{record.name} arrived intact.", entry.number)


def guards_empty_identity(journal: Journal) -> Iterator[Mark]:
    """No message lacks the learner's NPI or date of birth (R1)."""
    for entry in journal.own:
        if _lacks_identity(entry):
            yield bad(f"{entry.operation} was sent for a learner without NPI or date of birth.", entry.number)


def _lacks_identity(entry: Entry) -> bool:
    return any(not person.npi or not person.birth_given for person in entry.people)


def secrets_stay_out_of_urls(journal: Journal) -> Iterator[Mark]:
    """No URL carries credentials or a person, but what a status read asks for (L9)."""
    for entry in journal.own:
        found = [*_SECRETS.findall(entry.query)]
        if entry.operation != "GetLearnerStatus":
            found += _PERSONAL.findall(entry.query)
        if found:
            yield bad(f"The URL of {entry.operation} carries {', '.join(found)}.", entry.number)
        else:
            yield good("The URL carries nothing secret.", entry.number)
