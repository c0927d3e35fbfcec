"""The operations of PARS: where each is served, how its question is read, and how it is answered (T1, T2, T3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockpars.domain.model import LearnerIdentity
from mockpars.domain.rejection import Finding
from mockpars.domain.results import LearnerStatus
from mockpars.errors import Detail, NotFound, SchemaInvalid, WrongProvider
from mockpars.immutable import immutable
from mockpars.service import activities, journal, learners, statuses
from mockpars.service.sandbox import Sandbox
from mockpars.service.scenarios import Scenarios, Subject
from mockpars.wire import activities as wire_activities
from mockpars.wire import learners as wire_learners
from mockpars.wire import render
from mockpars.wire.messages import Question

ACTIVITY_SERVICE = "/services/ACCMEService.svc/IACCMEServiceREST"
LEARNER_SERVICE = "/services/ACCMELearnerService.svc/IACCMELearnerServiceREST"


@dataclass(slots=True)
class Answer:
    """An operation's answer, with what the journal should know of it."""

    body: bytes
    outcome: str
    codes: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    verdict: dict[str, Any] = field(default_factory=dict)


@immutable
class Operation:
    """One operation. `query` reads the question from a GET's parameters, for those that are reads.

    From messages it is read in `wire.messages`.
    """

    name: str
    service: str
    run: Callable[[Sandbox, str, Question, Scenarios], Answer]
    about: Callable[[Sandbox, Question], Subject] = lambda sandbox, question: Subject()
    aliases: tuple[str, ...] = ()
    query: Callable[[Mapping[str, str]], Question] | None = None
    parameters: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it is served, its other known name included (T3)."""
        return tuple(f"{self.service}/{name}" for name in (self.name, *self.aliases))


def _save_activity(sandbox: Sandbox, provider: str, sent: Question, scenarios: Scenarios) -> Answer:
    results = activities.save_activities(sandbox, provider, sent, scenarios)
    verdict = journal.explain_activities(sent, results)
    return _judged(render.save_activity_answer(results), results, verdict)


def _save_learner(sandbox: Sandbox, provider: str, sent: Question, scenarios: Scenarios) -> Answer:
    results = learners.submit(sandbox, provider, sent, scenarios)
    verdict = journal.explain_learners(sandbox, sent, results)
    return _judged(render.save_learner_answer(results), results, verdict)


def _judged(body: bytes, results: list[Any], verdict: dict[str, Any]) -> Answer:
    accepted = all(result.accepted for result in results)
    if accepted:
        return Answer(body, "Accepted", verdict=verdict)
    return Answer(body, "Rejected", journal.all_codes(results), journal.all_rules(results), verdict)


def _match(sandbox: Sandbox, provider: str, identity: LearnerIdentity, scenarios: Scenarios) -> Answer:
    _refuse_wrong_provider(sandbox, provider)
    count = learners.match(sandbox, identity, scenarios)
    verdict = journal.explain_match(sandbox, identity, count)
    return Answer(render.match_answer(count), f"Match {count}", verdict=verdict)


def _get_activity(sandbox: Sandbox, provider: str, question: Question, scenarios: Scenarios) -> Answer:
    findings = activities.judge_provider(sandbox, provider)
    found, document = None, ""
    if not findings:
        wanted = (question.activity_id, question.provider_activity_id)
        found, document, findings = activities.get_activity(sandbox, *wanted)
    number, name = (found.id, found.provider_activity_id) if found else (0, "")
    body = render.get_activity_answer(number, name, document, findings)
    verdict = {"records": [{"findings": [journal.explain_finding(entry) for entry in findings]}]} if findings else {}
    outcome = "Rejected" if findings else "Answered"
    return Answer(body, outcome, tuple(entry.code for entry in findings), findings, verdict)


def _status_by_credit(sandbox: Sandbox, provider: str, credit: str, scenarios: Scenarios) -> Answer:
    _refuse_wrong_provider(sandbox, provider)
    found = statuses.status_by_credit(sandbox, credit)
    if found is None:
        raise NotFound(
            f"There is no learner record with credit ID {credit!r}.",
            "Send the CreditId that SaveLearnerActivity answered; deleted records have no status.",
        )
    return _status(found)


def _status_by_learner(sandbox: Sandbox, provider: str, question: Question, scenarios: Scenarios) -> Answer:
    _refuse_wrong_provider(sandbox, provider)
    found = statuses.status_by_learner(
        sandbox, question.activity_id, question.birth, question.completed_on, question.unique_id
    )
    if found is None:
        raise NotFound(
            "There is no learner record of that activity, birth date, completion date and unique ID.",
            "All four must be as stored; a completion sent with a time is stored as its UTC date (L12).",
        )
    return _status(found)


def _status(found: LearnerStatus) -> Answer:
    rejected = found.reached.status == "Rejected"
    verdict = {"records": [{"credit_id": found.record.credit_id, "status": str(found.reached.status)}]}
    return Answer(render.status_answer(found), "Answered", (310,) if rejected else (), verdict=verdict)


def _refuse_wrong_provider(sandbox: Sandbox, provider: str) -> None:
    """These answers have no room for a code, so a wrong provider is a fault (D4)."""
    findings = activities.judge_provider(sandbox, provider)
    if findings:
        raise WrongProvider(
            findings[0].message, findings[0].fix, [Detail(findings[0].message, None, None, "ProviderId")]
        )


def _about_learners(sandbox: Sandbox, sent: Question) -> Subject:
    found = [physician for entry in sent for physician in sandbox.with_npi(entry.identity.npi)]
    activity_ids = [name for entry in sent for name in (entry.activity_id, entry.provider_activity_id)]
    return Subject(found, [entry.identity.npi for entry in sent], activity_ids)


def _about_identity(sandbox: Sandbox, identity: LearnerIdentity) -> Subject:
    return Subject(sandbox.with_npi(identity.npi), [identity.npi])


def _about_activities(sandbox: Sandbox, sent: Question) -> Subject:
    return Subject(activities=[name for entry in sent for name in (entry.activity_id, entry.provider_activity_id)])


def _about_activity(sandbox: Sandbox, question: Question) -> Subject:
    return Subject(activities=[question.activity_id, question.provider_activity_id])


def _about_credit(sandbox: Sandbox, credit: str) -> Subject:
    found = statuses.status_by_credit(sandbox, credit)
    if found is None:
        return Subject()
    physician = sandbox.physician(found.record.physician_id)
    return Subject([physician] if physician else [], activities=[str(found.record.activity_id)])


def _activity_query(sent: Mapping[str, str]) -> Question:
    ids = [sent.get(name, "").strip() or None for name in ("AccmeActivityID", "ProviderActivityID")]
    if ids == [None, None]:
        raise _missing_parameters("AccmeActivityID or ProviderActivityID")
    return wire_activities.ActivityQuestion(ids[0], ids[1])


def _credit_query(sent: Mapping[str, str]) -> Question:
    if not sent.get("CreditId", "").strip():
        raise _missing_parameters("CreditId")
    return sent["CreditId"].strip()


def _learner_query(sent: Mapping[str, str]) -> Question:
    missing = [name for name in wire_learners.STATUS_FIELDS if not sent.get(name, "").strip()]
    if missing:
        raise _missing_parameters(", ".join(missing))
    return wire_learners.status_question(*(sent[name] for name in wire_learners.STATUS_FIELDS))


def _missing_parameters(names: str) -> SchemaInvalid:
    return SchemaInvalid(
        f"The query lacks {names}.",
        f"Add {names} to the URL, or POST a SubmitMessage.",
        [Detail(f"{names} is missing")],
    )


_ALL = (
    Operation("SaveActivity", ACTIVITY_SERVICE, _save_activity, _about_activities),
    Operation(
        "GetActivity",
        ACTIVITY_SERVICE,
        _get_activity,
        _about_activity,
        query=_activity_query,
        parameters=("AccmeActivityID", "ProviderActivityID"),
    ),
    Operation("SaveLearnerActivity", LEARNER_SERVICE, _save_learner, _about_learners),
    Operation(
        "GetLearnerStatus",
        LEARNER_SERVICE,
        _status_by_learner,
        aliases=("GetLearnerStatusByLearner",),
        query=_learner_query,
        parameters=wire_learners.STATUS_FIELDS,
    ),
    Operation(
        "GetLearnerStatusByCreditId",
        LEARNER_SERVICE,
        _status_by_credit,
        _about_credit,
        query=_credit_query,
        parameters=("CreditId",),
    ),
    Operation(
        "LearnerMatchRequest",
        LEARNER_SERVICE,
        _match,
        _about_identity,
        aliases=("GetLearnerMatch",),
    ),
)
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}
"""Every operation by name."""
NO_OPERATION = "Unknown"
"""What the journal says of a request to a path under the services where no operation is."""
