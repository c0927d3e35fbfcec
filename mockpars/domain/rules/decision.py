"""How a certifying board decides on credit that PARS has passed on to it: 310, after the night (L6, L23)."""

from mockpars.domain.rejection import Rule
from mockpars.domain.vocabulary import differs_from, is_missing, when

DECISION = (
    Rule(
        code=310,
        variant="not-a-diplomate",
        field="id_on_file",
        broken=is_missing,
        message="{board} has no diplomate {name} on file.",
        fix="Claim credit only with boards that certify the physician; delete, then resubmit without it.",
        source="D8",
        basis="assumed",
    ),
    Rule(
        code=310,
        variant="diplomate-id",
        field="board_id",
        broken=when("has_both_ids", {True}, differs_from("id_on_file")),
        message="{board} diplomate ID {value} is not the one {board} has on file for {name}.",
        fix="Correct the CertifyingBoardID; delete, then resubmit.",
        source="D8",
        basis="assumed",
    ),
)
