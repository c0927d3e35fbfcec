"""Who the learner is, and which activity and record are meant."""

from mockpars.domain.rejection import Rule
from mockpars.domain.vocabulary import equals, is_false, more_than, when

IDENTITY = (
    Rule(
        code=300,
        field="matches",
        broken=equals(0),
        message="No physician in PARS is {name} with that date of birth and NPI: name, date of birth and NPI "
        "must all match one record.",
        fix="Run LearnerMatchRequest first and submit only when it answers 1; check the date of birth first.",
        source="L5",
    ),
    Rule(
        code=301,
        field="matches",
        broken=more_than(1),
        message="{value} records of PARS match {name}.",
        fix="Refine the identifying data, or ask ACCME to merge the records.",
        source="L5",
    ),
    Rule(
        code=306,
        field="licences",
        broken=when("matches", {1}, equals(0)),
        message="{name} has no US licence on file.",
        fix="Report only US-licensed physicians (MD, DO, PA).",
        source="L5",
    ),
    Rule(
        code=307,
        field="consent",
        broken=when("matches", {1}, is_false),
        message="{name} has not consented to having completions reported.",
        fix="Record the learner's consent, then submit again.",
        source="L5",
    ),
)

LOOKUP = (
    Rule(
        code=302,
        field="is_registered",
        broken=is_false,
        message="There is no activity {named_activity} in PARS.",
        fix="Run SaveActivity first and send the activity ID that it answers.",
        source="L5",
    ),
)

DELETION = (
    Rule(
        code=300,
        variant="no-record",
        field="is_on_file",
        broken=is_false,
        message="There is no learner record of this learner for activity {named_activity} to delete.",
        fix="Delete only what was accepted and not deleted before.",
        source="D13",
        basis="assumed",
    ),
)
