"""The verdict on a client: obligations by codes, and the go-live gate of R5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mockpars.contract.clients.examiner import Sitting
from mockpars.contract.clients.grading import codes_met, grade
from mockpars.contract.clients.journal import Journal
from mockpars.contract.clients.marks import BROKEN, MET, NEVER, Mark, Obligation, Ruling, rulings

FEWEST_ACCEPTED = 3
"""R5 says consistently; this many in a row at the end is our reading of it."""
_SAVES = ("SaveActivity", "SaveLearnerActivity")


@dataclass(slots=True)
class Verdict:
    """What is known of a client. `missing` is what stands between it and production credentials."""

    client: str
    obligations: dict[str, Ruling]
    codes: dict[int, Ruling]
    sittings: list[Sitting] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    exchanges: int = 0
    seconds: float = 0.0

    @property
    def broken(self) -> list[Ruling]:
        """The obligations that were broken, and the codes that were dealt with wrongly."""
        return [ruling for ruling in (*self.obligations.values(), *self.codes.values()) if ruling.state == BROKEN]

    @property
    def good(self) -> bool:
        """Whether something was learnt, and nothing was broken."""
        known = [ruling for ruling in self.obligations.values() if ruling.state != NEVER]
        return bool(known) and not self.broken


def of_journal(
    client: str, obligations: Mapping[str, Obligation], meanings: Mapping[int, str], journal: Journal
) -> Verdict:
    """The verdict that a journal allows."""
    verdict = _verdict(client, obligations, meanings, grade(journal), codes_met(journal))
    verdict.exchanges = sum(1 for _ in journal.own)
    verdict.missing = _missing(verdict, [journal], consistently=True)
    return verdict


def of_exams(
    client: str, obligations: Mapping[str, Obligation], meanings: Mapping[int, str], sittings: list[Sitting]
) -> Verdict:
    """The verdict that exams allow."""
    marks = [mark for sitting in sittings for mark in sitting.marks]
    codes = [mark for sitting in sittings for mark in sitting.codes]
    verdict = _verdict(client, obligations, meanings, marks, codes)
    verdict.sittings = sittings
    journals = [sitting.journal for sitting in sittings if sitting.journal is not None]
    verdict.exchanges = sum(1 for journal in journals for _ in journal.own)
    verdict.missing = _missing(verdict, journals, consistently=False)
    return verdict


def _verdict(
    client: str,
    obligations: Mapping[str, Obligation],
    meanings: Mapping[int, str],
    marks: Iterable[tuple[str, Mark]],
    codes: Iterable[tuple[int, Mark]],
) -> Verdict:
    by_code = {code: Ruling(str(code), meaning) for code, meaning in meanings.items()}
    for code, mark in codes:
        by_code[code].marks.append(mark)
    return Verdict(client, rulings(obligations, marks), by_code)


def _missing(verdict: Verdict, journals: list[Journal], *, consistently: bool) -> list[str]:
    missing = []
    for operation in _SAVES:
        answers = [accepted for journal in journals for accepted in _answers(journal, operation)]
        count = FEWEST_ACCEPTED if operation == "SaveLearnerActivity" else 1
        if sum(answers) < count:
            missing.append(f"{operation}: Accepted {sum(answers)} times, {count} are wanted (R5).")
        elif not all(answers[-count:] if consistently else answers):
            missing.append(f"{operation}: not Accepted consistently (R5).")
    for ruling in verdict.obligations.values():
        if ruling.go_live and ruling.state != MET:
            missing.append(f"{ruling.subject}: {ruling.state}. {ruling.title}.")
    unseen = [str(code) for code, ruling in verdict.codes.items() if ruling.state == NEVER]
    wrong = [str(code) for code, ruling in verdict.codes.items() if ruling.state == BROKEN]
    if unseen:
        missing.append(f"Rejections that the client has never met: {', '.join(unseen)}.")
    if wrong:
        missing.append(f"Rejections that the client deals with wrongly: {', '.join(wrong)}.")
    return missing


def _answers(journal: Journal, operation: str) -> Iterable[bool]:
    """For each thing submitted whether PARS accepted it; what a scenario forced does not count."""
    for entry in journal.of(operation):
        for answer in entry.answers:
            if answer.answered and not answer.forced:
                yield answer.answered == "Accepted"
