"""The personas: hand-written, in the order in which they are listed."""

from mockpars.seeding.personas.activity_codes import ACTIVITY_CODES
from mockpars.seeding.personas.awkward import AWKWARD_PEOPLE
from mockpars.seeding.personas.decisions import DECISIONS
from mockpars.seeding.personas.learner_codes import LEARNER_CODES
from mockpars.seeding.personas.persona import Persona

# James Holloway is first among the awkward ones, so he is PH-0001.
PERSONAS: tuple[Persona, ...] = (*AWKWARD_PEOPLE, *LEARNER_CODES, *ACTIVITY_CODES, *DECISIONS)

__all__ = ["PERSONAS", "Persona"]
