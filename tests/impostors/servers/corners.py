"""Wrong servers that are wrong in a corner: rare messages, single elements, habits of other mocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lxml import etree

from mockpars.domain.results import LearnerResult
from mockpars.service import activities, learners
from tests.impostors.changes import Change, Rewrite, around, changed, put, rule, server, swap, unchecked, worth


def _read_body(environ: dict[str, Any]) -> str:
    environ["wsgi.input"].seek(0)
    return str(environ["wsgi.input"].read().decode("utf-8", "replace"))


def _refuses(mark: str) -> Rewrite:
    """A server that cannot take messages with a mark in them."""

    def rewrite(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
        return (status, headers, body) if mark not in _read_body(environ) else (500, headers, "<html/>")

    return rewrite


def _takes(code: str) -> Rewrite:
    """A server that answers 200 to broken requests of one kind."""
    return lambda s, h, b, e: (200 if f"<Code>{code}</Code>" in b else s, h, b)


def _lacks(name: str) -> Rewrite:
    """A server without one of the operations' names."""
    return lambda s, h, b, e: (404 if e["PATH_INFO"].endswith(name) else s, h, b)


def _knows_no(profession: str) -> Change:
    """A server that never finds a learner of that profession."""
    return around(
        "mockpars.service.sandbox.Sandbox.matching",
        lambda real: lambda box, who: [one for one in real(box, who) if one.profession != profession],
    )


_reads: dict[tuple[str, str], int] = {}


def _moves_when_read(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    """The habit of mocks: a status goes on because somebody asked."""
    if "<LearnerStatusResponse" not in body:
        return status, headers, body
    key = environ["PATH_INFO"], body
    _reads[key] = _reads.get(key, 0) + 1
    return status, headers, body if _reads[key] < 2 else body.replace("<Status>Submitted<", "<Status>Transmitted<")


def _kept_though_rejected(real: Any) -> Any:
    def save(box: Any, sent: Any, scenarios: Any) -> Any:
        result = real(box, sent, scenarios)
        known = activities._existing(box, sent)
        if not result.accepted and known is not None and worth(sent.credit_amount):
            box.store.activities.save(box.world.id, activities._activity(known.id, sent, known), sent.document, box.now)
        return result

    return save


CORNERS = [
    server("status-moves-when-read", "life-reading-changes-nothing", rewrite=_moves_when_read),
    server(
        "status-date-in-central-time",
        "life-* status-by-credit-id",
        around("mockpars.wire.render.format_instant", lambda real: lambda at: real(at - timedelta(hours=5))),
    ),
    server("status-date-is-now", "life-*", rewrite=swap(r"<StatusDate>[^<]*<", "<StatusDate>2026-05-30T00:00:00Z<")),
    server(
        "status-shows-the-date-as-sent",
        "trap-stored-date-moves status-by-learner-of-the-stored-date trap-*",
        around(
            "mockpars.wire.render.status_answer",
            lambda real: (
                lambda found: real(found).replace(
                    f"<CompletionDate>{found.record.completed_on}".encode(),
                    f"<CompletionDate>{found.record.completed_as_sent[:10]}".encode(),
                )
            ),
        ),
    ),
    server(
        "delivery-kinds-swapped",
        "life-board-credit-goes-to-the-board life-every-state-gets-it life-*",
        rewrite=swap(r"<Kind>CertifyingBoard</Kind>", "<Kind>StateBoard</Kind>"),
    ),
    server(
        "board-gives-no-reason",
        "decision-gives-its-reason",
        rewrite=swap(r"(<Code>310</Code>)<Message>[^<]*<", r"\g<1><Message><"),
    ),
    server(
        "rejections-without-a-message",
        "rejection-says-why-and-what-to-do",
        rewrite=swap(r"<Message>[^<]*<", "<Message><"),
    ),
    server("rejections-without-a-fix", "rejection-says-why-and-what-to-do", rewrite=swap(r"<Fix>[^<]*<", "<Fix><")),
    server(
        "delete-says-add", "delete-an-accepted-record", rewrite=swap(r"<Action>Delete</Action>", "<Action>Add</Action>")
    ),
    server(
        "learner-answer-lacks-the-activity",
        "records-one-learner-two-activities",
        rewrite=swap(r"(<LearnerRecord>.*?)<AccmeActivityID>\d+</AccmeActivityID>", r"\g<1>"),
    ),
    server(
        "another-activity-in-the-answer",
        "learner-accepted-with-a-credit-id status-by-credit-id",
        rewrite=swap(
            r"(<(?:LearnerRecord|LearnerStatusResponse)[ >].*?)<AccmeActivityID>\d+<",
            r"\g<1><AccmeActivityID>99999999<",
        ),
    ),
    server(
        "delete-in-small-letters-adds",
        "delete-in-small-letters",
        around(
            "mockpars.wire.learners._submission",
            lambda real: lambda record: changed(real(record), delete=b">Delete<" in _bytes(record)),
        ),
    ),
    server(
        "delete-judges-the-window",
        "window-for-a-delete-is-open delete-does-not-judge-amount-or-date",
        around(
            "mockpars.service.learners._delete",
            lambda real: lambda box, sent, who, activity: _judged_delete(real, box, sent, who, activity),
        ),
    ),
    server(
        "closed-activities-take-nothing",
        "activity-closed-still-takes-completions",
        around(
            "mockpars.service.sandbox.Sandbox.activity",
            lambda real: lambda *a: None if (found := real(*a)) and found.closed else found,
        ),
    ),
    server("byte-order-mark-refused", "transport-byte-order-mark", rewrite=_refuses("\ufeff")),
    server("comments-refused", "transport-comments", rewrite=_refuses("<!--")),
    server("cdata-refused", "transport-cdata", rewrite=_refuses("<![CDATA[")),
    server(
        "prefix-must-be-ar",
        "transport-other-prefixes transport-learner-namespace-as-default",
        rewrite=lambda s, h, b, e: (
            (s, h, b)
            if "LearnerService" not in e["PATH_INFO"] or "<ar:" in _read_body(e) or e["REQUEST_METHOD"] != "POST"
            else (400, h, b)
        ),
    ),
    server(
        "document-types-taken", "transport-document-type transport-entity-is-not-expanded", rewrite=_takes("Malformed")
    ),
    server("other-name-of-match-missing", "match-under-its-other-name", rewrite=_lacks("GetLearnerMatch")),
    server(
        "other-name-of-status-missing",
        "status-by-learner-under-its-other-name",
        rewrite=_lacks("GetLearnerStatusByLearner"),
    ),
    server("assistants-are-nobody", "learner-physician-assistant", _knows_no("PA")),
    server("osteopaths-are-nobody", "learner-doctor-of-osteopathy", _knows_no("DO")),
    server(
        "long-messages-cut",
        "records-two-hundred-in-one-message",
        around("mockpars.service.learners.submit", lambda real: lambda box, p, sent, w: real(box, p, sent[:100], w)),
    ),
    server("board-points-unchecked", "board-abp-points-one-step-too-much", unchecked("CREDIT", "305.board-points")),
    server("board-type-unchecked", "board-abp-credit-of-another-type", unchecked("CREDIT", "305.board-credit-type")),
    server(
        "credit-type-unchecked",
        "amount-of-another-kind-of-credit amount-of-category-2",
        unchecked("CREDIT", "305.credit-type"),
    ),
    server(
        "no-credit-is-fine",
        "amount-without-credits amount-element-missing",
        unchecked("COMPLETION", "305.no-credit"),
    ),
    server(
        "board-claim-date-unchecked",
        "board-credit-after-the-registrations-claim-date",
        unchecked("CREDIT", "303.board-claim-date"),
    ),
    server(
        "board-claim-date-is-out",
        "board-credit-on-the-registrations-claim-date",
        rule(
            "CREDIT",
            "303.board-claim-date",
            broken=lambda v, f: f.board_credit_claim_by is not None and v >= f.board_credit_claim_by,
        ),
    ),
    server("boards-know-everybody", "decision-on-a-non-diplomate", unchecked("DECISION", "310.not-a-diplomate")),
    server("boards-ignore-the-id", "decision-on-a-wrong-diplomate-id", unchecked("DECISION", "310.diplomate-id")),
    server(
        "wrong-provider-may-ask",
        "match-from-a-wrong-provider status-from-a-wrong-provider",
        put("mockpars.web.operations._refuse_wrong_provider", lambda *a: None),
    ),
    server(
        "options-unanswered",
        "transport-options",
        rewrite=lambda s, h, b, e: (405 if e["REQUEST_METHOD"] == "OPTIONS" else s, h, b),
    ),
    server(
        "redirects",
        "activity-accepted-with-an-id",
        rewrite=lambda s, h, b, e: (302, h | {"location": "/login"}, b) if s == 200 else (s, h, b),
    ),
    server(
        "credits-forgotten-after-an-update",
        "amount-after-an-update",
        around(
            "mockpars.service.activities._activity",
            lambda real: (
                lambda n, sent, old: changed(real(n, sent, old), hours=old.hours if old else real(n, sent, old).hours)
            ),
        ),
    ),
    server(
        "rejected-update-is-kept",
        "activity-rejected-update-changes-nothing",
        around("mockpars.service.activities._save", _kept_though_rejected),
    ),
]


def _bytes(element: Any) -> bytes:
    return bytes(etree.tostring(element))


def _judged_delete(real: Any, box: Any, sent: Any, who: Any, activity: Any) -> Any:
    found = learners._judge_completion(box, sent, activity, None)
    return LearnerResult(True, findings=found) if found else real(box, sent, who, activity)
