"""Checks of conduct: what is asked before what, and what is not sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mockpars.contract.clients.journal import UNCLEAR, Entry, Journal
from mockpars.contract.clients.marks import Mark, bad, good
from mockpars.contract.clients.sent import Record

_LATER = timedelta(hours=1)


def _matches(journal: Journal, entry: Entry, npi: str) -> Iterator[Entry]:
    """Matches of an NPI before an exchange whose answer arrived, newest first."""
    for other in journal.before(entry):
        if other.learner and other.learner.npi == npi and other.match is not None:
            yield other


def match_before_save(journal: Journal) -> Iterator[Mark]:
    """Each submitted learner was matched before."""
    for entry, record in journal.saved():
        if not record.npi:
            continue
        found = next(_matches(journal, entry, record.npi), None)
        if found:
            yield good(f"NPI {record.npi} was matched first.", found.number, entry.number)
        else:
            yield bad(
                f"A completion of NPI {record.npi} was submitted without a match that was answered.", entry.number
            )


def save_only_on_one(journal: Journal) -> Iterator[Mark]:
    """The last match before a submission answered 1."""
    for entry, record in journal.saved():
        found = next(_matches(journal, entry, record.npi), None)
        if found and found.match == 1:
            yield good(f"NPI {record.npi} matched 1.", found.number, entry.number)
        elif found:
            why = f"NPI {record.npi} matched {found.match}, and yet a completion was submitted."
            yield bad(why, found.number, entry.number)
    for entry in journal.of("LearnerMatchRequest"):
        if entry.match not in (None, 1) and entry.learner:
            yield good(f"A match answered {entry.match}.", entry.number)


def same_identity_as_matched(journal: Journal) -> Iterator[Mark]:
    """The submitted identity is one that matched 1."""
    for entry, record in journal.saved():
        matched = [found for found in _matches(journal, entry, record.npi) if found.match == 1]
        known = {found.learner.identity for found in matched if found.learner and found.learner.identity}
        if not known or not record.identity:
            continue
        if record.identity in known:
            yield good(f"NPI {record.npi} was submitted as matched.", matched[0].number, entry.number)
        else:
            why = f"Name or date of birth of NPI {record.npi} differ from what was matched."
            yield bad(why, matched[0].number, entry.number)


def activity_first(journal: Journal) -> Iterator[Mark]:
    """No completion is answered with 302 but by a scenario."""
    for entry, record in journal.saved():
        if 302 in record.codes and not record.forced:
            named = journal.activity(record) or "(none named)"
            yield bad(f"A completion of activity {named} was submitted, which PARS did not know.", entry.number)
        elif record.answered == "Accepted":
            yield good(f"Activity {journal.activity(record)} was registered.", entry.number)


def activity_once(journal: Journal) -> Iterator[Mark]:
    """No activity that was accepted is added again."""
    for entry in journal.of("SaveActivity"):
        for activity in entry.registrations:
            name = activity.provider_activity_id
            if activity.action != "add" or not name:
                continue
            earlier = _registered(journal, entry, name)
            if earlier:
                yield bad(f"Activity {name} was added again, though it was registered.", earlier.number, entry.number)
            elif activity.answered == "Accepted":
                yield good(f"Activity {name} was registered.", entry.number)
    for entry, record in journal.saved():
        if record.answered == "Accepted" and not any(journal.of("SaveActivity")):
            yield good("The registered activity was used as it was.", entry.number)


def _registered(journal: Journal, entry: Entry, name: str) -> Entry | None:
    for other in journal.before(entry):
        for activity in other.registrations:
            if activity.provider_activity_id == name and activity.answered == "Accepted" and other.clear:
                return None if activity.action == "delete" else other
    return None


def _standing(journal: Journal, entry: Entry, record: Record) -> tuple[Entry, Record] | None:
    """The live completion on file that a client knows of when it sends another of the same learner and activity."""
    for other in journal.before(entry):
        for earlier in other.records:
            if journal.key(earlier) == journal.key(record) and earlier.answered == "Accepted":
                return None if earlier.delete or not other.clear else (other, earlier)
    return None


def _refused_by_board(journal: Journal, since: Entry, until: Entry, credit_id: str | None) -> bool:
    for other in journal.after(since):
        if other.number >= until.number:
            return False
        told = other.verdict.get("records", ())
        if any(entry.get("credit_id") == credit_id and entry.get("status") == "Rejected" for entry in told):
            return True
    return False


def no_duplicate(journal: Journal) -> Iterator[Mark]:
    """A completion on file is not submitted again as it is."""
    for entry, record in journal.saved():
        found = _standing(journal, entry, record)
        if found is None:
            twice = [
                other for other in entry.records if other is not record and journal.key(other) == journal.key(record)
            ]
            if twice and 304 in record.codes and not record.forced:
                yield bad(f"One message has the completion of NPI {record.npi} twice.", entry.number)
            elif record.answered == "Accepted":
                yield good(f"The completion of NPI {record.npi} was submitted once.", entry.number)
        elif found[1].content == record.content and not _refused_by_board(journal, found[0], entry, found[1].credit_id):
            why = f"The completion of NPI {record.npi} was submitted again, though it had been accepted."
            yield bad(why, found[0].number, entry.number)


def delete_before_resubmit(journal: Journal) -> Iterator[Mark]:
    """A completion that a board refused, or that is to be changed, is deleted before it is sent again."""
    for entry, record in journal.saved():
        found = _standing(journal, entry, record)
        if found is not None:
            changed = found[1].content != record.content
            if changed or _refused_by_board(journal, found[0], entry, found[1].credit_id):
                why = f"The completion of NPI {record.npi} was sent again without deleting {found[1].credit_id}."
                yield bad(why, found[0].number, entry.number)
        elif record.answered == "Accepted" and (deleted := _deleted(journal, entry, record)):
            yield good(f"The completion of NPI {record.npi} was deleted first.", deleted.number, entry.number)


def _deleted(journal: Journal, entry: Entry, record: Record) -> Entry | None:
    for other in journal.before(entry):
        for earlier in other.records:
            if journal.key(earlier) == journal.key(record) and earlier.answered == "Accepted":
                return other if earlier.delete else None
    return None


def no_unchanged_retry(journal: Journal) -> Iterator[Mark]:
    """What was rejected is not sent again with the same content, unless what it rests on has changed."""
    for entry in journal.own:
        if not entry.clear:
            continue
        for record in entry.records:
            if record.answered == "Rejected":
                yield from _retried_record(journal, entry, record)
        for activity in entry.registrations:
            if activity.answered == "Rejected":
                again = [
                    later
                    for later in _soon(journal, entry)
                    for other in later.registrations
                    if other.content == activity.content
                ]
                yield _retry_mark(f"activity {activity.provider_activity_id}", activity.codes, entry, again)


def _retried_record(journal: Journal, entry: Entry, record: Record) -> Iterator[Mark]:
    again = []
    for later in _soon(journal, entry):
        if later.operation == "SaveActivity" and 302 in record.codes and later.outcome == "Accepted":
            break
        same = [other for other in later.records if _same(journal, other, record)]
        if any(other.delete != record.delete and other.answered == "Accepted" for other in same):
            break
        again += [later for other in same if other.delete == record.delete and other.content == record.content]
    yield _retry_mark(f"the completion of NPI {record.npi}", record.codes, entry, again)


def _same(journal: Journal, other: Record, record: Record) -> bool:
    return journal.key(other) == journal.key(record)


def _soon(journal: Journal, entry: Entry) -> Iterator[Entry]:
    return (other for other in journal.after(entry) if other.wall - entry.wall < _LATER)


def _retry_mark(what: str, codes: tuple[int, ...], entry: Entry, again: list[Entry]) -> Mark:
    said = ", ".join(map(str, codes))
    if again:
        return bad(
            f"{what[0].upper()}{what[1:]} was rejected with {said} and sent again unchanged.",
            entry.number,
            again[0].number,
        )
    return good(f"After {said}, {what} was not sent again as it was.", entry.number)


def asks_before_resending(journal: Journal) -> Iterator[Mark]:
    """After an answer that was lost the status is asked for before, or at least after, the record is sent again."""
    for entry, record in journal.saved():
        if entry.fault not in UNCLEAR:
            continue
        resent = asked = None
        for later in journal.after(entry):
            if later.operation.startswith("GetLearnerStatus") and _asks_about(journal, later, record):
                asked = later
                break
            if resent is None and any(_same(journal, other, record) and not other.delete for other in later.records):
                resent = later
        if resent and not asked:
            why = (
                f"The answer was lost ({entry.fault}), and the completion was sent again without asking for its status."
            )
            yield bad(why, entry.number, resent.number)
        else:
            then = "the status was asked for" if asked else "nothing was sent again"
            yield good(f"After a lost answer ({entry.fault}) {then}.", entry.number)


def _asks_about(journal: Journal, entry: Entry, record: Record) -> bool:
    unique = entry.question.get("UniqueID")
    return unique in (None, record.npi) or entry.question.get("moduleID") == journal.activity(record)


def one_credit_id(journal: Journal) -> Iterator[Mark]:
    """Status is asked with credit IDs that PARS answered, and not with one that was deleted."""
    given: dict[str, bool] = {}
    for entry in journal.entries:
        for record in entry.records:
            if record.credit_id:
                given[record.credit_id] = not record.delete
        told = entry.verdict.get("records", ()) if entry.operation == "GetLearnerStatus" else ()
        given.update({one["credit_id"]: True for one in told if one.get("credit_id")})
        if entry.operation != "GetLearnerStatusByCreditId" or entry.number < journal.first_own:
            continue
        asked = entry.question.get("CreditId", "")
        if asked not in given:
            yield bad(
                f"The status of {asked or '(nothing)'} was asked for, a credit ID that PARS never answered.",
                entry.number,
            )
        elif not given[asked]:
            yield bad(f"The status of {asked} was asked for, which had been deleted.", entry.number)
        else:
            yield good(f"The status was asked for by {asked}, as PARS answered it.", entry.number)
