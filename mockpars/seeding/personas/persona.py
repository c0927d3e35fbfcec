"""What a persona is: a physician whom testers know by name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """A documented physician; what is not given here is drawn like anybody else's.

    `states` is where the physician is licensed: None draws one state, an empty tuple is no US licence at all.
    `scenario` makes something happen without any control call; None means that the data alone does.
    `reason` is what the board says when the scenario makes it refuse.
    """

    key: str
    first_name: str
    last_name: str
    title: str
    summary: str
    use: str
    born: str | None = None
    profession: str = "MD"
    states: tuple[str, ...] | None = None
    boards: tuple[str, ...] = ()
    consent: bool = True
    npi: str | None = None
    same_npi_as: str | None = None
    scenario: str | None = None
    codes: tuple[int, ...] = ()
    reason: str | None = None
