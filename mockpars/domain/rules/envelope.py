"""Who sends: the provider named in the envelope, and in each learner record."""

from mockpars.domain.rejection import Rule
from mockpars.domain.vocabulary import differs_from

ENVELOPE = (
    Rule(
        code=100,
        field="provider_id",
        broken=differs_from("issued_provider_id"),
        message="Provider ID {value!r} is not the one issued to this account, {issued_provider_id!r}.",
        fix="Send the seven digits exactly as issued, leading zeroes included.",
        source="A4",
    ),
)
