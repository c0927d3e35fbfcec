"""Wrong servers that keep what they should not, or lose what they should keep."""

from __future__ import annotations

from typing import Any

from mockpars.domain.model import LearnerRecord, record_number
from mockpars.service.statuses import standing
from tests.impostors.changes import around, changed, put, rule, server, swap, unchecked


def _replacing_add(real: Any) -> Any:
    def add(records: Any, world: int, record: Any) -> Any:
        earlier = records.live(world, record.physician_id, record.activity_id)
        if earlier is not None:
            records.delete(world, earlier.number, record.accepted_at)
        return real(records, world, record)

    return add


def _all_or_nothing(real: Any) -> Any:
    def submit(box: Any, provider: str, sent: Any, scenarios: Any) -> Any:
        results = real(box, provider, sent, scenarios)
        if len(results) > 1 and any(not result.accepted for result in results):
            for result in results:
                if result.accepted and result.number:
                    box.store.records.delete(box.world.id, result.number, box.now)
        return results

    return submit


def _reversed_answers(real: Any) -> Any:
    return lambda results: real(list(results)[::-1])


def _never_existing(real: Any) -> Any:
    def existing(box: Any, sent: Any) -> Any:
        return None if sent.action == "Add" else real(box, sent)

    return existing


def _second_on_update(real: Any) -> Any:
    def save(activities: Any, world: int, activity: Any, document: str, now: Any) -> None:
        known = activities.find(world, activity.id)
        if known is None:
            real(activities, world, activity, document, now)
            return
        activities.delete(world, activity.id, now)
        real(activities, world, changed(activity, id=activity.id + 1), document, now)

    return save


KEEPING = [
    server(
        "duplicates-accepted",
        "duplicate-sent-twice",
        around("mockpars.store.learner_records.LearnerRecords.add", _replacing_add),
    ),
    server(
        "duplicates-by-the-day",
        "duplicate-on-another-day",
        around(
            "mockpars.store.learner_records.LearnerRecords.add",
            lambda real: (
                lambda records, world, record: (
                    _replacing_add(real)(records, world, record)
                    if (old := records.live(world, record.physician_id, record.activity_id))
                    and old.completed_on != record.completed_on
                    else real(records, world, record)
                )
            ),
        ),
    ),
    server(
        "delete-frees-nothing",
        "delete-then-ask resubmit-with-a-correction duplicate-after-a-delete",
        put("mockpars.store.learner_records.LearnerRecords.delete", lambda *a: None),
    ),
    server(
        "delete-of-nothing-is-fine",
        "delete-what-was-never-submitted",
        unchecked("DELETION", "300.no-record"),
    ),
    server(
        "deleted-records-have-a-status",
        "delete-then-ask resubmit-leaves-the-old-credit-id-dead",
        around(
            "mockpars.service.statuses.status_by_credit", lambda real: lambda box, credit: _even_deleted(box, credit)
        ),
    ),
    server(
        "rejected-records-are-stored",
        "learner-rejected-is-not-stored",
        around("mockpars.service.learners._judge_completion", lambda real: _stored_too(real)),
    ),
    server("all-or-nothing", "records-one-rejected", around("mockpars.service.learners.submit", _all_or_nothing)),
    server(
        "answers-in-reverse",
        "records-one-rejected records-each-with-its-own-codes",
        around("mockpars.wire.render.save_learner_answer", _reversed_answers),
    ),
    server(
        "first-record-only",
        "records-of-three-learners records-one-rejected",
        around(
            "mockpars.service.learners.submit",
            lambda real: lambda box, p, sent, s: real(box, p, sent[:1], s) * len(sent),
        ),
    ),
    server(
        "add-again-makes-a-second-activity",
        "activity-added-again-keeps-its-id",
        around("mockpars.service.activities._existing", _never_existing),
    ),
    server(
        "update-makes-a-second-activity",
        "activity-update-keeps-its-id activity-added-again-keeps-its-id",
        around("mockpars.store.activities.Activities.save", _second_on_update),
    ),
    server(
        "update-changes-nothing",
        "activity-added-again-updates-the-record amount-after-an-update completion-after-the-dates-were-*",
        around(
            "mockpars.store.activities.Activities.save",
            lambda real: lambda a, w, activity, d, n: None if a.find(w, activity.id) else real(a, w, activity, d, n),
        ),
    ),
    server(
        "update-of-the-unknown-adds",
        "activity-update-of-an-unknown-one",
        rule("TARGET", "302.unknown-activity", broken=lambda v, f: not v and f.action == "Delete"),
    ),
    server(
        "deleted-activities-take-completions",
        "activity-deleted-takes-no-completions activity-deleted-is-not-found",
        put("mockpars.store.activities.Activities.delete", lambda *a: None),
    ),
    server(
        "activity-ids-start-at-one",
        "reference-*",
        around(
            "mockpars.store.worlds.Worlds.create",
            lambda real: lambda table, new: real(table, changed(new, first_activity=1)),
        ),
    ),
    server(
        "get-activity-lacks-the-id",
        "get-activity-by-provider-id get-activity-by-accme-id",
        rewrite=swap(r"(<GetActivityResponse .*?)<AccmeActivityID>\d+</AccmeActivityID>", r"\g<1>"),
    ),
    server(
        "get-activity-forgets-the-document",
        "get-activity-returns-what-was-stored",
        rewrite=swap(r"(<GetActivityResponse.*?</ProviderActivityID>).*(</Activity>)", r"\g<1>\g<2>"),
    ),
    server(
        "two-ids-need-not-agree",
        "record-with-ids-of-two-activities",
        around(
            "mockpars.service.sandbox.Sandbox.activity",
            lambda real: lambda box, one, other: real(box, one, None) if one else real(box, None, other),
        ),
    ),
    server(
        "unknown-activity-is-a-404",
        "get-activity-unknown-accme-id",
        rewrite=lambda s, h, b, e: (404 if "GetActivity" in e["PATH_INFO"] and ">302<" in b else s, h, b),
    ),
]


def _even_deleted(box: Any, credit: str) -> Any:
    known = record_number(credit)
    record = None if known is None else box.store.records.find(box.world.id, known)
    return None if record is None else standing(record, box.now)


def _stored_too(real: Any) -> Any:
    def judge(box: Any, sent: Any, activity: Any, earlier: Any) -> Any:
        found = real(box, sent, activity, earlier)
        if found and earlier is None:
            physician = box.matching(sent.identity)[0]
            record = LearnerRecord(
                number=0,
                activity_id=activity.id,
                physician_id=physician.id,
                completed_on=sent.completed_on,
                completed_as_sent=sent.completed_as_sent,
                credits=sent.credits,
                accepted_at=box.now,
                deliveries=(),
            )
            box.store.records.add(box.world.id, record)
        return found

    return judge
