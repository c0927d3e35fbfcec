"""Wrong servers whose answers have another form, or that let in whom they should not."""

from __future__ import annotations

from typing import Any

from tests.impostors.changes import around, put, rehead, restatus, server, swap


def _leak(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    environ["wsgi.input"].seek(0)
    sent = environ["wsgi.input"].read().decode("utf-8", "replace")
    password = sent.partition("<Password>")[2].partition("<")[0]
    return status, headers, body.replace("</Reason>", f" Was {password}.</Reason>") if password else body


def _unasked(real: Any) -> Any:
    return lambda *args, **named: None


def _rejection_is_400(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    return (400 if "<Result>Rejected</Result>" in body else status), headers, body


def _same_credit_id(status: int, headers: dict[str, str], body: str, environ: dict[str, Any]) -> Any:
    save = "/SaveLearnerActivity" in environ["PATH_INFO"]
    return (
        status,
        headers,
        swap(r"ccid:mockpars:\d+", "ccid:mockpars:100000001")(status, headers, body, environ)[2] if save else body,
    )


FORM = [
    server(
        "wrong-namespace", "activity-accepted-with-an-id", rewrite=swap(r"2004/07/BLL\.Service", "2004/07/BLL.Services")
    ),
    server(
        "no-namespace", "activity-accepted-with-an-id", rewrite=swap(r' xmlns="http://schemas\.datacontract[^"]*"', "")
    ),
    server(
        "integer-wrapped",
        "match-everything-right match-answer-is-one-element",
        rewrite=swap(r"(<int .*</int>)", r"<LearnerMatchRequestResponse>\g<1></LearnerMatchRequestResponse>"),
    ),
    server("integer-without-its-namespace", "match-everything-right", rewrite=swap(r'<int xmlns="[^"]*">', "<int>")),
    server("integer-as-a-word", "match-everything-right", rewrite=swap(r"(<int [^>]*>)1<", r"\g<1>one<")),
    server(
        "missing-credit-id",
        "learner-accepted-with-a-credit-id",
        rewrite=swap(r"(<LearnerRecord>.*?)<CreditId>[^<]*</CreditId>", r"\g<1>"),
    ),
    server(
        "rejected-with-a-credit-id",
        "learner-rejected-has-no-credit-id",
        rewrite=swap(
            r"(<LearnerRecord><Result>Rejected</Result>)", r"\g<1><CreditId>ccid:mockpars:100000009</CreditId>"
        ),
    ),
    server("same-credit-id-for-all", "records-of-three-learners resubmit-*", rewrite=_same_credit_id),
    server(
        "missing-status",
        "life-submitted-when-accepted learner-accepted-with-a-credit-id",
        rewrite=swap(r"(<LearnerRecord>.*?)<Status>Submitted</Status>", r"\g<1>"),
    ),
    server(
        "accepted-spelt-otherwise",
        "activity-accepted-with-an-id",
        rewrite=swap(r"<Result>Accepted</Result>", "<Result>accept</Result>"),
    ),
    server(
        "top-result-always-accepted",
        "records-one-rejected activity-credits-zero",
        rewrite=swap(r"(Response [^>]*><Result>)Rejected", r"\g<1>Accepted"),
    ),
    server("no-errors-element", "activity-accepted-with-an-id", rewrite=swap(r"<Errors/>", "")),
    server("codes-as-words", "activity-credits-zero", rewrite=swap(r"<Code>102</Code>", "<Code>CREDIT_AMOUNT</Code>")),
    server(
        "field-names-another",
        "activity-credits-zero",
        rewrite=swap(r"<Field>numberOfCredits</Field>", "<Field>credit_amount</Field>"),
    ),
    server("status-date-without-zone", "life-* status-by-credit-id", rewrite=swap(r"Z</StatusDate>", "</StatusDate>")),
    server("rejection-is-http-400", "activity-provider-unknown", rewrite=_rejection_is_400),
    server(
        "created-is-http-201",
        "activity-accepted-with-an-id",
        rewrite=lambda s, h, b, e: (201 if "<Result>Accepted" in b else s, h, b),
    ),
    server(
        "html-content-type", "activity-accepted-with-an-id", rewrite=rehead("content-type", "text/html; charset=utf-8")
    ),
    server(
        "content-type-without-charset",
        "transport-answers-in-xml activity-accepted-with-an-id",
        rewrite=rehead("content-type", "application/xml"),
    ),
    server("leaked-password", "credentials-are-never-in-an-answer credentials-*", rewrite=_leak),
    server("wrong-password-is-200", "credentials-wrong-password", rewrite=restatus(401, 200)),
    server("wrong-password-is-403", "credentials-wrong-password", rewrite=restatus(401, 403)),
    server(
        "401-without-a-challenge", "credentials-wrong-password credentials-*", rewrite=rehead("www-authenticate", None)
    ),
    server(
        "credentials-unchecked",
        "credentials-wrong-password credentials-wrong-user",
        around("mockpars.web.auth.check_envelope", _unasked),
    ),
    server(
        "password-by-any-case",
        "credentials-password-in-other-case",
        around("mockpars.web.auth._same", lambda real: lambda a, b: real(a and a.lower(), b and b.lower())),
    ),
    server(
        "basic-need-not-agree",
        "credentials-basic-disagrees",
        around(
            "mockpars.web.auth.check_envelope",
            lambda real: lambda box, sent, basic, *, strict: real(box, sent, None, strict=False),
        ),
    ),
    server(
        "get-without-credentials", "credentials-get-without-basic", around("mockpars.web.auth.check_basic", _unasked)
    ),
    server("unknown-credit-id-is-200", "status-of-an-unknown-credit-id", rewrite=restatus(404, 200)),
    server("json-accepted", "transport-json", put("mockpars.web.pars_api._charset", lambda asked, operation: "utf-8")),
    server(
        "soap-accepted",
        "transport-soap-as-xml transport-soap",
        put("mockpars.web.pars_api._charset", lambda asked, operation: "utf-8"),
        put("mockpars.wire.messages.refuse_soap", lambda root: None),
    ),
    server(
        "schema-unchecked",
        "envelope-unknown-element envelope-in-another-order",
        around("mockpars.wire.schemas.Schemas.validate", lambda real: lambda *a: ()),
    ),
    server(
        "broken-xml-is-500",
        "transport-no-xml transport-cut-message",
        rewrite=lambda s, h, b, e: (500 if "<Code>Malformed" in b else s, h, b),
    ),
    server("get-takes-writes", "transport-get-for-a-write", rewrite=restatus(405, 200)),
    server("405-without-allow", "transport-get-for-a-write transport-put", rewrite=rehead("allow", None)),
    server(
        "status-not-by-learner",
        "status-by-learner",
        around("mockpars.service.statuses.status_by_learner", lambda real: lambda *a: None),
    ),
    server(
        "status-by-learner-ignores-the-date",
        "status-by-learner-with-another-completion-date",
        around(
            "mockpars.service.statuses.status_by_learner",
            lambda real: lambda box, a, birth, done, who: _any_date(real, box, a, birth, who),
        ),
    ),
]


def _any_date(real: Any, box: Any, activity: str, birth: Any, who: str) -> Any:
    for record in box.store.records.page(box.world.id, 10**15, 50):
        found = real(box, activity, birth, record.completed_on, who)
        if found is not None:
            return found
    return None
