"""Rejections, the rules that cause them, and findings: a rule that was broken, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockpars.immutable import immutable

Check = Callable[[Any, Any], bool]
"""A check takes the value of a rule's field and the facts, and is true when the rule is broken."""


@immutable
class Rejection:
    """An entry of PARS's own list of codes: meaning and fix are the reference's words (A4, L5)."""

    code: int
    meaning: str
    fix: str
    basis: str
    source: str


@immutable
class Rule:
    """A rejection plus a check. `field` names the fact that is judged; `message` may use any fact."""

    code: int
    field: str
    broken: Check
    message: str
    fix: str
    source: str
    basis: str = "documented"
    variant: str = ""

    @property
    def id(self) -> str:
        """The rule's own name: its code, and what sets it apart from others of that code."""
        return f"{self.code}.{self.variant}" if self.variant else str(self.code)


@immutable
class Finding:
    """A rule that was broken: by what value, in which field, where in the document, and how to mend it."""

    code: int
    rule: str
    field: str
    message: str
    fix: str
    source: str
    basis: str
    value: str | None = None
    path: str | None = None
    line: int | None = None


CATALOGUE: dict[int, Rejection] = {
    entry.code: entry
    for entry in (
        Rejection(
            100,
            "Invalid Provider ID",
            "Verify the Provider ID is exactly the one issued to you, seven digits with its leading zeroes",
            "documented",
            "A4",
        ),
        Rejection(101, "Date range invalid", "startDateTime must be before endDateTime", "documented", "A4"),
        Rejection(
            102,
            "Credit amount invalid",
            "Must be a positive numeric matching the credit type",
            "documented",
            "A4",
        ),
        Rejection(
            103,
            "Invalid activity format",
            "Must match accepted strings e.g. Internet Enduring Material",
            "documented",
            "A4",
        ),
        Rejection(104, "Commercial support missing", "hx:commercialSupport must be yes or no", "documented", "A4"),
        Rejection(
            105,
            "CreditClaimDate before end date",
            "CreditClaimDate must be on or after endDateTime",
            "documented",
            "A4",
        ),
        Rejection(
            200,
            "MOC error - ABIM",
            "Verify MOC credit type and points per ABIM requirements",
            "documented",
            "A4",
        ),
        Rejection(
            300,
            "Learner not found",
            "Run LearnerMatchRequest first. Name, DOB, or NPI does not match any PARS record",
            "documented",
            "L5",
        ),
        Rejection(
            301,
            "Ambiguous identity",
            "Matches multiple physicians - refine identifying data",
            "documented",
            "L5",
        ),
        Rejection(
            302,
            "Activity not found",
            "Run SaveActivity first - activity ID does not exist in PARS",
            "documented",
            "L5",
        ),
        Rejection(
            303,
            "Date outside activity window",
            "CompletedDateTime must be between startDateTime and CreditClaimDate",
            "documented",
            "L5",
        ),
        Rejection(
            304,
            "Duplicate record",
            "This learner plus activity already submitted - do not resubmit",
            "documented",
            "L5",
        ),
        Rejection(
            305,
            "Invalid credit amount",
            "Must exactly match activity registered credit hours",
            "documented",
            "L5",
        ),
        Rejection(306, "Non-US physician", "PARS accepts US-licensed physicians only", "documented", "L5"),
        Rejection(307, "Consent not recorded", "Record the learner's consent before submitting", "documented", "L5"),
        Rejection(
            310,
            "MOC board rejection",
            "ACCME emails the primary contact with full detail and next steps",
            "documented",
            "L5",
        ),
        Rejection(
            322,
            "ABOS-specific error",
            "ABOS diplomate ID required when registering ABOS MOC activities",
            "documented",
            "A4",
        ),
    )
}
"""Every documented code (A4, L5)."""
