"""Messages: from the body of a request to what it asks of an operation (T5), here or in a process beside."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

from mockpars.domain.model import Credit, LearnerIdentity, LearnerSubmission, Place
from mockpars.errors import SchemaInvalid
from mockpars.wire import activities, learners, redact
from mockpars.wire.envelope import Credentials, Element, read_credentials, read_envelope
from mockpars.wire.safety import parse_xml, refuse_soap
from mockpars.wire.schemas import Schemas

Question = Any
"""What is made of a message; only the operation it is for looks inside."""
Admit = Callable[[Credentials], None]
"""Raises BadCredentials for those who may not send."""

READERS: Mapping[str, Callable[[Element], Question]] = {
    "SaveActivity": activities.read_submissions,
    "GetActivity": activities.read_question,
    "SaveLearnerActivity": learners.read_submissions,
    "GetLearnerStatus": learners.read_status_question,
    "GetLearnerStatusByCreditId": learners.read_credit_id,
    "LearnerMatchRequest": learners.read_identity,
}
"""How each operation's question is read."""


@dataclass(slots=True)
class Message:
    """A message that its schema allows; `redacted` is its text without credentials and dates of birth."""

    credentials: Credentials
    provider_id: str
    question: Question
    redacted: str | None
    """None when only the slow way will do."""


def read_message(schemas: Schemas, operation: str, body: bytes, charset: str | None, admit: Admit) -> Message:
    """Reads a message in the order of the stages: well-formed, `admit`, schema.

    `charset` is the Content-Type's. Raises the BrokenRequest of the first stage that it fails.
    """
    root = parse_xml(body, charset)
    refuse_soap(root)
    credentials = read_credentials(root)
    admit(credentials)
    problems = schemas.validate(operation, root)
    if problems:
        many = f"{len(problems)} things are" if len(problems) > 1 else "One thing is"
        raise SchemaInvalid(
            f"The message does not follow its schema: {many} wrong.", "Mend what the details name.", problems
        )
    envelope = read_envelope(root)
    question = READERS[operation](envelope.payload)
    return Message(credentials, envelope.provider_id, question, redact.redact_valid(redact.as_text(body)))


def packed(message: Message) -> bytes:
    """A message of completions for another process, without its elements."""
    sent = [
        (
            (one.identity.first_name, one.identity.last_name, one.identity.date_of_birth.toordinal(), one.identity.npi),
            (one.provider_id, one.provider_activity_id, one.activity_id),
            (one.completed_on.toordinal(), one.completed_as_sent),
            [(credit.credit_type, credit.amount, credit.board, credit.board_id) for credit in one.credits],
            one.delete,
        )
        for one in message.question
    ]
    credentials = (message.credentials.user, message.credentials.password)
    return marshal.dumps((credentials, message.provider_id, message.redacted, sent))


def unpacked(data: bytes, body: bytes, charset: str) -> Message:
    """A message that another process of ours has read; its elements are found by reading it again, if ever."""
    credentials, provider_id, redacted, sent = marshal.loads(data)  # noqa: S302 - nobody but our process writes there
    elements, question = _Elements(body, charset), list[LearnerSubmission]()
    for (first, last, born, npi), (provider, name, number), (completed, as_sent), credits, delete in sent:
        identity = LearnerIdentity(first, last, date.fromordinal(born), npi)
        taken = tuple([Credit(*credit) for credit in credits])
        locate = partial(elements.locate, len(question))
        completed_on = date.fromordinal(completed)
        question.append(
            LearnerSubmission(identity, provider, name, number, completed_on, as_sent, taken, delete, locate)
        )
    return Message(Credentials(*credentials), provider_id, question, redacted)


class _Elements:
    """Where the fields of a message's submissions stand; nearly no message is asked."""

    def __init__(self, body: bytes, charset: str) -> None:
        self._body, self._charset = body, charset

    @cached_property
    def _submissions(self) -> list[LearnerSubmission]:
        return learners.read_submissions(read_envelope(parse_xml(self._body, self._charset)).payload)

    def locate(self, position: int, field: str) -> Place:
        return self._submissions[position].locate(field)
