"""Answers as DataContract-style XML, judged by xsd/responses.xsd in the tests."""

from __future__ import annotations

from collections.abc import Iterable

from mockpars.domain.clock import format_instant
from mockpars.domain.model import Status
from mockpars.domain.rejection import CATALOGUE, Finding
from mockpars.domain.results import ActivityResult, LearnerResult, LearnerStatus
from mockpars.errors import Detail
from mockpars.wire import activities, learners
from mockpars.wire.names import BLL, SERIALIZATION, split

_SUBMITTED = f"<Status>{Status.SUBMITTED}</Status>"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_LONGEST = 4000
"""Characters of a text that are echoed; the schema of the answers allows no more."""
_UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"} | {chr(code): text for code, text in _UNPRINTABLE.items()}
)


def text(value: object) -> str:
    """Writes a value as XML text: escaped, and without characters that XML 1.0 cannot hold."""
    plain = str(value)
    if len(plain) > _LONGEST:
        plain = f"{plain[: _LONGEST - 1]}\u2026"
    return plain if plain.isalnum() and plain.isascii() else plain.translate(_ESCAPES)


def match_answer(count: int) -> bytes:
    """The bare serialized integer (T9, L2)."""
    return f'<int xmlns="{SERIALIZATION}">{count}</int>'.encode()


def save_activity_answer(results: Iterable[ActivityResult]) -> bytes:
    """What became of each activity, in order."""
    results = list(results)
    entries = "".join(_activity_entry(result) for result in results)
    return _answer("SaveActivityResponse", f"{_overall(results)}<Activities>{entries}</Activities>")


def get_activity_answer(
    activity_id: int, provider_activity_id: str, document: str, findings: tuple[Finding, ...]
) -> bytes:
    """The stored activity, or why there is none."""
    if findings:
        return _answer("GetActivityResponse", f"<Result>Rejected</Result>{_errors(findings, activities.WIRE_NAMES)}")
    stored = activities.stored_document(document, activity_id)
    return _answer(
        "GetActivityResponse",
        f"<Result>Accepted</Result><Activity><AccmeActivityID>{activity_id}</AccmeActivityID>"
        f"<ProviderActivityID>{text(provider_activity_id)}</ProviderActivityID>{stored}</Activity><Errors/>",
    )


def save_learner_answer(results: Iterable[LearnerResult]) -> bytes:
    """What became of each learner record, in order (L4)."""
    results = list(results)
    entries = "".join([_learner_entry(result) for result in results])
    return _answer("SaveLearnerActivityResponse", f"{_overall(results)}<LearnerRecords>{entries}</LearnerRecords>")


def status_answer(status: LearnerStatus) -> bytes:
    """Where a learner record stands, with each delivery (L6, D19)."""
    record, reached = status.record, status.reached
    deliveries = "".join(
        f"<Delivery><Destination>{entry.delivery.destination}</Destination><Kind>{entry.delivery.kind}</Kind>"
        f"<Status>{entry.status}</Status><StatusDate>{format_instant(entry.since or record.accepted_at)}</StatusDate>"
        f"{_refusal(entry.status, entry.delivery.reason)}</Delivery>"
        for entry in status.deliveries
    )
    return _answer(
        "LearnerStatusResponse",
        f"<CreditId>{record.credit_id}</CreditId><AccmeActivityID>{record.activity_id}</AccmeActivityID>"
        f"<CompletionDate>{record.completed_on}</CompletionDate><Status>{reached.status}</Status>"
        f"<StatusDate>{format_instant(reached.at)}</StatusDate><Deliveries>{deliveries}</Deliveries>"
        f"{_refusal(reached.status, reached.reason)}",
    )


def fault_answer(code: str, reason: str, fix: str, details: Iterable[Detail] = ()) -> bytes:
    """The one shape of every broken request's answer (D2)."""
    entries = "".join(
        "<Detail>"
        + (f"<Line>{detail.line}</Line>" if detail.line is not None else "")
        + (f"<Path>{text(detail.path)}</Path>" if detail.path else "")
        + f"<Problem>{text(detail.problem)}</Problem>"
        + (f"<Expected>{text(detail.expected)}</Expected>" if detail.expected else "")
        + "</Detail>"
        for detail in details
    )
    return _answer(
        "Fault",
        f"<Code>{text(code)}</Code><Reason>{text(reason)}</Reason><Fix>{text(fix)}</Fix><Details>{entries}</Details>",
    )


def _field(finding: Finding, tags: dict[str, str]) -> str:
    # What is wrong with a record as a whole, such as 300, has no field of its own.
    tag = tags.get(finding.field)
    return f"<Field>{split(tag)[1]}</Field>" if tag else ""


def _answer(root: str, inner: str) -> bytes:
    return f'{_HEAD}<{root} xmlns="{BLL}">{inner}</{root}>'.encode()


def _overall(results: Iterable[ActivityResult] | Iterable[LearnerResult]) -> str:
    accepted = all(result.accepted for result in results)
    return f"<Result>{'Accepted' if accepted else 'Rejected'}</Result>"  # D18


def _activity_entry(result: ActivityResult) -> str:
    number = "" if result.activity_id is None else f"<AccmeActivityID>{result.activity_id}</AccmeActivityID>"
    return (
        f"<Activity><Result>{'Accepted' if result.accepted else 'Rejected'}</Result>{number}"
        f"<ProviderActivityID>{text(result.provider_activity_id)}</ProviderActivityID>"
        f"<Action>{result.action}</Action>{_errors(result.findings, activities.WIRE_NAMES)}</Activity>"
    )


def _learner_entry(result: LearnerResult) -> str:
    credit = "" if result.number is None else f"<CreditId>{result.credit_id}</CreditId>"
    status = _SUBMITTED if result.accepted and not result.deleted else ""
    activity = "" if result.activity_id is None else f"<AccmeActivityID>{result.activity_id}</AccmeActivityID>"
    return (
        f"<LearnerRecord><Result>{'Accepted' if result.accepted else 'Rejected'}</Result>{credit}{status}{activity}"
        f"<Action>{'Delete' if result.deleted else 'Add'}</Action>"
        f"{_errors(result.findings, learners.WIRE_NAMES)}</LearnerRecord>"
    )


def _errors(findings: tuple[Finding, ...], tags: dict[str, str]) -> str:
    if not findings:
        return "<Errors/>"
    entries = "".join(
        f"<Error><Code>{finding.code}</Code>{_field(finding, tags)}"
        f"<Message>{text(finding.message)}</Message><Fix>{text(finding.fix)}</Fix></Error>"
        for finding in findings
    )
    return f"<Errors>{entries}</Errors>"


def _refusal(status: Status, reason: str | None) -> str:
    """A board's refusal, with its reason, shows as 310 (L23, D23)."""
    if status is not Status.REJECTED:
        return "<Errors/>"
    fix = text(CATALOGUE[310].fix)
    return f"<Errors><Error><Code>310</Code><Message>{text(reason or '')}</Message><Fix>{fix}</Fix></Error></Errors>"
