"""Judging what a client answered in an exam against what its sandbox saw; each difference is a mark."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from mockpars.contract.clients.adapters import Reply
from mockpars.contract.clients.exams import Step
from mockpars.contract.clients.journal import Entry, Journal
from mockpars.contract.clients.marks import Mark, bad, good
from mockpars.contract.clients.sent import Record
from mockpars.contract.targets.base import Person

ACCEPTED, REJECTED, ERROR, UNSUPPORTED = "Accepted", "Rejected", "Error", "Unsupported"
OUTCOMES = (ACCEPTED, REJECTED, ERROR, UNSUPPORTED)
Found = Iterator[tuple[str, Mark]]


def judge(step: Step, reply: Reply, journal: Journal, learner: Person, limit: float) -> Found:
    """The marks of one call. `journal` is that of the sandbox after it; its own exchanges are those of this call."""
    yield "ends-in-time", _in_time(reply, limit)
    if reply.timed_out:
        return
    answer = reply.answer
    if answer is None or answer.get("outcome") not in OUTCOMES:
        shown = "nothing" if not reply.printed.strip() else repr(reply.printed.strip()[-200:])
        yield "reports-truth", bad(f"The client answered no JSON object with an outcome, but {shown}.")
        return
    yield from _truth(step, reply, answer, journal, learner)
    yield from _codes(step, answer, journal)
    yield from _sent(step, journal, learner)


def _in_time(reply: Reply, limit: float) -> Mark:
    if reply.timed_out:
        return bad(f"The client was still running after {limit:g} s.")
    return good(f"The client ended after {reply.seconds:.1f} s.")


def on_file(journal: Journal, npi: str) -> Record | None:
    """The learner's live completion at the end of a journal, whether or not the client learnt of it."""
    for entry in reversed(journal.entries):
        for record in reversed(entry.records):
            if record.npi == npi and record.answered == ACCEPTED:
                return None if record.delete else record
    return None


def _truth(step: Step, reply: Reply, answer: Any, journal: Journal, learner: Person) -> Found:
    said = answer["outcome"]
    if step.event == "check-status":
        yield from _status(step, answer, journal)
        return
    if step.outcomes and said not in step.outcomes:
        yield (
            "reports-truth",
            bad(f"The client answered {said}; right was {' or '.join(step.outcomes)}.", *_numbers(journal)),
        )
        return
    if reply.exit is not None and (reply.exit == 0) != (said == ACCEPTED):
        yield "reports-truth", bad(f"The client answered {said}, but its exit code is {reply.exit}.")
        return
    filed = on_file(journal, learner["npi"])
    if said == ACCEPTED and filed is None:
        yield (
            "reports-truth",
            bad("The client answered Accepted, but there is no such completion in PARS.", *_numbers(journal)),
        )
        return
    if said == ERROR and any(
        entry.clear and any(r.answered == ACCEPTED for r in entry.records) for entry in journal.own
    ):
        yield (
            "reports-truth",
            bad("PARS accepted the completion and said so, but the client answered Error.", *_numbers(journal)),
        )
        return
    yield "reports-truth", good(f"{said}, as PARS said.", *_numbers(journal))
    if said == ACCEPTED and filed is not None:
        right = answer.get("credit_id") == filed.credit_id
        told = answer.get("credit_id") or "none"
        yield (
            "reports-credit-id",
            (good if right else bad)(f"The credit ID is {filed.credit_id}; the client answered {told}."),
        )


def _status(step: Step, answer: Any, journal: Journal) -> Found:
    wanted = step.expect["status"]
    asked = [entry for entry in journal.own if entry.question]
    if not asked:
        yield "follows-up-status", bad("The client was asked to look at a record's status and did not ask PARS.")
    said = answer.get("status")
    right = said == wanted
    yield (
        "reports-truth",
        (good if right else bad)(
            f"The record was {wanted}; the client answered {said or 'no status'}.", *_numbers(journal)
        ),
    )


def _codes(step: Step, answer: Any, journal: Journal) -> Found:
    told = _as_codes(answer.get("codes"))
    wanted = set(step.expect.get("codes", ()))
    received = {code for entry in journal.own for r in entry.answers for code in r.codes}
    if not wanted or not (wanted & received or 310 in wanted):
        return
    missing = ", ".join(map(str, sorted(wanted - told)))
    if missing:
        yield (
            "reports-codes",
            bad(f"PARS rejected with {missing}; the client did not pass that on.", *_numbers(journal)),
        )
    else:
        yield "reports-codes", good(f"The client passed on {', '.join(map(str, sorted(wanted)))}.", *_numbers(journal))


def _as_codes(value: Any) -> set[int]:
    found = value if isinstance(value, list) else []
    return {int(code) for code in found if isinstance(code, int) or (isinstance(code, str) and code.isdecimal())}


def _sent(step: Step, journal: Journal, learner: Person) -> Found:
    saved = [(entry, record) for entry, record in journal.saved()]
    own = list(journal.own)
    if step.expect.get("sent") == 0 and not own:
        yield "guards-empty-identity", good("Nothing was sent for a learner without NPI or date of birth.")
    elif step.expect.get("sent") == 0:
        yield (
            "guards-empty-identity",
            bad(f"{own[0].operation} was sent for a learner without NPI or date of birth.", own[0].number),
        )
    for entry, record in saved:
        yield from _right_date(step, entry, record)
        yield from _right_amount(step, entry, record)
    for entry in own:
        yield from _right_name(entry, learner)


def _right_date(step: Step, entry: Entry, record: Record) -> Found:
    wanted = step.expect.get("completed")
    if wanted:
        right = record.completed[:10] == wanted
        yield (
            "right-date",
            (good if right else bad)(f"Completed {wanted}; {record.completed} was submitted.", entry.number),
        )


def _right_amount(step: Step, entry: Entry, record: Record) -> Found:
    wanted = step.expect.get("amount")
    if wanted:
        try:
            right = [Decimal(amount) for amount in record.amounts] == [Decimal(wanted)]
        except InvalidOperation:
            right = False
        claimed = ", ".join(record.amounts) or "nothing"
        yield (
            "registered-hours",
            (good if right else bad)(f"{wanted} was registered; {claimed} was claimed.", entry.number),
        )


def _right_name(entry: Entry, learner: Person) -> Found:
    wanted = f"{learner['first_name']} {learner['last_name']}"
    if wanted.replace(" ", "").isalpha() and wanted.isascii():
        return
    for record in entry.people:
        if record.npi == learner["npi"]:
            right = _plain(record.name) == _plain(wanted)
            yield (
                "names-intact",
                (good if right else bad)(f"The name is {wanted}; {record.name} arrived.", entry.number),
            )


def _plain(name: str) -> str:
    """As PARS compares names (D28): case and accents do not count."""
    letters = unicodedata.normalize("NFKD", name.strip()).casefold().translate(str.maketrans("øðđłħŧı", "oddlhti"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _numbers(journal: Journal) -> tuple[int, ...]:
    return tuple(entry.number for entry in journal.own)
