"""Messages: from the body of a request to what it asks of an operation (T5), here or in a process beside."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, partial
from typing import Any

from mockpars.domain.model import (
    ActivitySubmission,
    Credit,
    LearnerIdentity,
    LearnerSubmission,
    MocRegistration,
    Place,
)
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
    """A message for another process, without its elements; `marshal` knows plain values only, and is the fastest."""
    return marshal.dumps(_flat(message))


def unpacked(data: bytes, operation: str, body: bytes, charset: str | None) -> Message:
    """A message that another process of ours has read; its elements are found by reading it again, if ever."""
    message: Message = _whole(marshal.loads(data))  # noqa: S302 - nobody but our own process can write there
    if isinstance(message.question, list):
        elements = _Elements(operation, body, charset)
        for position, sent in enumerate(message.question):
            object.__setattr__(sent, "locate", partial(elements.locate, position))
    return message


_CLASSES: tuple[type[Any], ...] = (
    Message,
    Credentials,
    LearnerSubmission,
    LearnerIdentity,
    Credit,
    learners.StatusQuestion,
    ActivitySubmission,
    MocRegistration,
    activities.ActivityQuestion,
)
_FIELDS = {kind: [one.name for one in fields(kind) if one.name != "locate"] for kind in _CLASSES}
_NUMBERS = {kind: number for number, kind in enumerate(_CLASSES)}
_DATE, _LIST, _TUPLE = -1, -2, -3


def _flat(value: Any) -> Any:
    """A value as plain ones: what is not plain becomes a list of what it is, which parts are lists, and the parts."""
    kind = value.__class__
    if kind in _FIELDS:
        # Fields stand in the order in which they are given; `locate` is the last, or there is none.
        what, parts = _NUMBERS[kind], [_flat(getattr(value, name)) for name in _FIELDS[kind]]
    elif kind is date:
        what, parts = _DATE, [value.toordinal()]
    elif kind in (list, tuple):
        what, parts = _LIST if kind is list else _TUPLE, [_flat(part) for part in value]
    else:
        return value
    return [what, [at for at, part in enumerate(parts) if part.__class__ is list], *parts]


def _whole(flat: list[Any]) -> Any:
    """The value that was made flat."""
    what, nested, *parts = flat
    for at in nested:
        parts[at] = _whole(parts[at])
    if what >= 0:
        return _CLASSES[what](*parts)
    if what == _DATE:
        return date.fromordinal(parts[0])
    return parts if what == _LIST else tuple(parts)


class _Elements:
    """Where the fields of a message's submissions stand; nearly no message is asked."""

    def __init__(self, operation: str, body: bytes, charset: str | None) -> None:
        self._operation, self._body, self._charset = operation, body, charset

    @cached_property
    def _submissions(self) -> list[Any]:
        payload = read_envelope(parse_xml(self._body, self._charset)).payload
        found: list[Any] = READERS[self._operation](payload)
        return found

    def locate(self, position: int, field: str) -> Place:
        place: Place = self._submissions[position].locate(field)
        return place
