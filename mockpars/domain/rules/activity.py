"""What an activity must be before PARS registers it, and what each of its MOC registrations must be."""

from mockpars.domain.accepted import ACTIVITY_FORMATS
from mockpars.domain.rejection import Rule
from mockpars.domain.vocabulary import (
    before,
    is_false,
    is_missing,
    is_present,
    not_before,
    not_one_of,
    not_positive_in_steps,
    unless,
    when,
)

ACTIVITY = (
    Rule(
        code=101,
        field="starts_on",
        broken=not_before("ends_on"),
        message="The activity starts {value} and ends {ends_on}: the start must come before the end.",
        fix="Send a startDateTime that is earlier than endDateTime.",
        source="A4",
    ),
    Rule(
        code=102,
        field="credit_amount",
        broken=not_positive_in_steps("credit_step"),
        message="{value!r} credits of {credit_type} is not a positive number in steps of {credit_step}.",
        fix="Send numberOfCredits as digits, such as 1.0 or 0.75.",
        source="A4",
    ),
    Rule(
        code=103,
        field="activity_format",
        broken=not_one_of(ACTIVITY_FORMATS),
        message="{value!r} is not an activity format PARS accepts.",
        fix="Use an accepted string to the letter, such as Internet Enduring Material, Course, "
        "Enduring Material or Journal-based CME.",
        source="A4",
    ),
    Rule(
        code=104,
        field="commercial_support",
        broken=not_one_of({"yes", "no"}),
        message="hx:commercialSupport is {value!r}; it must be yes or no.",
        fix="Send hx:commercialSupport with the word yes or the word no, in small letters.",
        source="A4",
    ),
    Rule(
        code=105,
        field="credit_claim_by",
        broken=before("ends_on"),
        message="Credit can be claimed until {value}, but the activity ends later, on {ends_on}.",
        fix="Send a CreditClaimDate on or after endDateTime.",
        source="A4",
    ),
)

TARGET = (
    Rule(
        code=302,
        variant="unknown-activity",
        field="is_registered",
        broken=is_false,
        message="There is no activity {named_activity} to act on ({action}).",
        fix="Send activityRecordAction Add first, or check the ID.",
        source="A10",
        basis="assumed",
    ),
)

REGISTRATION = (
    Rule(
        code=102,
        variant="moc-points",
        field="points",
        broken=unless("board", {"ABIM"}, not_positive_in_steps("point_step")),
        message="{value!r} MOC points for {board} is not a positive number in steps of {point_step}.",
        fix="Send mocPoints as digits, such as 1.0 or 0.75.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=102,
        variant="moc-credit-type",
        field="unknown_credit_types",
        broken=unless("board", {"ABIM"}, is_present),
        message="{board} does not give MOC credit of type {value!r}; it knows {known_credit_types}.",
        fix="Use a MOCCreditType of that board.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=200,
        variant="points",
        field="points",
        broken=when("board", {"ABIM"}, not_positive_in_steps("point_step")),
        message="{value!r} MOC points for ABIM is not a positive number in steps of {point_step}.",
        fix="Verify MOC points per ABIM requirements: digits, such as 1.0 or 0.75.",
        source="A4",
    ),
    Rule(
        code=200,
        variant="credit-type",
        field="unknown_credit_types",
        broken=when("board", {"ABIM"}, is_present),
        message="ABIM does not give MOC credit of type {value!r}; it knows {known_credit_types}.",
        fix="Verify the MOC credit type per ABIM requirements.",
        source="A4",
    ),
    Rule(
        code=322,
        field="diplomate_id",
        broken=when("board", {"ABOS"}, is_missing),
        message="An ABOS MOC registration needs an ABOS diplomate ID.",
        fix="Send ex:DiplomateID in the MOCRegistration for ABOS.",
        source="A4",
    ),
)
