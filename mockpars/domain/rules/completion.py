"""What a completion and each of its credits must be."""

from mockpars.domain.accepted import AMA_PRA_CATEGORY_1
from mockpars.domain.rejection import Rule
from mockpars.domain.vocabulary import (
    after,
    is_false,
    is_missing,
    is_present,
    not_equal_to_number,
    not_one_of,
    outside,
    unless,
    when,
)

_NO_BOARD = {None}
_ABIM = {"ABIM"}

COMPLETION = (
    Rule(
        code=303,
        field="completed_on",
        broken=outside("activity_starts_on", "credit_claim_by"),
        message="Completed {value}, but the activity runs {activity_starts_on} to {credit_claim_by}.",
        fix="Send the date of completion, within the activity's dates and without a time.",
        source="L5",
    ),
    Rule(
        code=303,
        variant="reporting-window",
        field="completed_on",
        broken=outside("window_opens_on", "window_closes_on"),
        message="Completed {value}, but on {today} PARS takes completions of {window_opens_on} to "
        "{window_closes_on}: year Y until March 31 of Y+2.",
        fix="Report completions of the current and the previous year only.",
        source="L14",
        basis="assumed",
    ),
    Rule(
        code=304,
        field="earlier_credit_id",
        broken=is_present,
        message="This learner's completion of this activity is on file as {value}.",
        fix="Do not resubmit; to correct it, delete the record first.",
        source="L5",
    ),
    Rule(
        code=305,
        variant="no-credit",
        field="has_credits",
        broken=is_false,
        message="The record claims no credit; the activity is registered for {hours}.",
        fix="Send ar:Credits with the activity's registered credit hours.",
        source="L5",
    ),
)

CREDIT = (
    Rule(
        code=305,
        field="amount",
        broken=when("board", _NO_BOARD, not_equal_to_number("registered_amount")),
        message="{value!r} credits claimed, but the activity is registered for exactly {registered_amount}.",
        fix="Claim exactly the registered credit hours; partial credit is not taken.",
        source="L5",
    ),
    Rule(
        code=305,
        variant="credit-type",
        field="credit_type",
        broken=when("board", _NO_BOARD, not_one_of(AMA_PRA_CATEGORY_1)),
        message="Credit of type {value!r} is not taken; learners are credited {registered_types}.",
        fix="Send CreditType AMA PRA Category 1 Credit, or name the certifying board for MOC credit.",
        source="L15",
        basis="assumed",
    ),
    Rule(
        code=305,
        variant="board-points",
        field="amount",
        broken=unless("board", _NO_BOARD | _ABIM, not_equal_to_number("registered_amount")),
        message="{value!r} MOC points claimed for {board}, but the activity is registered for {registered_amount}.",
        fix="Claim exactly the points the activity is registered for with that board.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=305,
        variant="board-credit-type",
        field="is_registered_type",
        broken=unless("board", _NO_BOARD | _ABIM, is_false),
        message="The activity is not registered for {board} MOC credit of type {credit_type!r}; "
        "it is for: {registered_types}.",
        fix="Claim a board and credit type that SaveActivity registered.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=200,
        variant="learner-points",
        field="amount",
        broken=when("board", _ABIM, not_equal_to_number("registered_amount")),
        message="{value!r} ABIM points claimed, but the activity is registered for {registered_amount}.",
        fix="Claim exactly the points the activity is registered for with ABIM.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=200,
        variant="learner-credit-type",
        field="is_registered_type",
        broken=when("board", _ABIM, is_false),
        message="The activity is not registered for ABIM MOC credit of type {credit_type!r}; "
        "it is for: {registered_types}.",
        fix="Claim an ABIM credit type that SaveActivity registered.",
        source="D6",
        basis="assumed",
    ),
    Rule(
        code=322,
        variant="learner",
        field="board_id",
        broken=when("board", {"ABOS"}, is_missing),
        message="ABOS MOC credit is claimed without the physician's ABOS diplomate ID.",
        fix="Send ar:CertifyingBoardID with the physician's ABOS diplomate ID.",
        source="D7",
        basis="assumed",
    ),
    Rule(
        code=303,
        variant="board-claim-date",
        field="completed_on",
        broken=after("board_credit_claim_by"),
        message="Completed {value}, after {board}'s own credit claim date {board_credit_claim_by}.",
        fix="Claim MOC credit only for completions up to the board's CreditClaimDate.",
        source="D20",
        basis="assumed",
    ),
)
