"""How many diplomates each certifying board has here, and what their diplomate IDs look like."""

from dataclasses import dataclass
from random import Random

from mockpars.domain.model import MOC_BOARDS


@dataclass(frozen=True)
class Board:
    """A board's ID shape, in which each # stands for any digit, and its share of the diplomates.

    The weight counts among the diplomates beyond the guaranteed ones, roughly as large as the specialty.
    """

    id_shape: str
    weight: int


# Six digits for ABIM is published by ABIM; the shapes of the others are assumed, and so is that starting
# all of them with 9 keeps clear of numbers in use.
_SHAPES: dict[str, Board] = {
    "ABA": Board("9###-####", 3),
    "ABIM": Board("9#####", 8),
    "ABOHNS": Board("9####", 1),
    "ABOS": Board("9####", 2),
    "ABP": Board("9######", 5),
    "ABPATH": Board("9#####", 1),
    "ABS": Board("9#####", 3),
    "ABTS": Board("9###", 1),
}

# By the domain's list, so that a board added there fails here until it has a shape.
BOARDS: dict[str, Board] = {acronym: _SHAPES[acronym] for acronym in MOC_BOARDS}

# Second certificates that people really hold, keyed by the first.
SECOND_BOARD: dict[str, str] = {"ABIM": "ABP", "ABTS": "ABS"}


def diplomate_id(board: str, random: Random) -> str:
    """Draw an ID in the board's shape; uniqueness is the caller's business."""
    return "".join(str(random.randrange(10)) if mark == "#" else mark for mark in BOARDS[board].id_shape)
