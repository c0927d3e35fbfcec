"""One person for each way a record can end after it was accepted (L5 to L7)."""

from mockpars.seeding.personas.persona import Persona


def _rejected_by(board: str, first_name: str, last_name: str, summary: str, reason: str) -> Persona:
    return Persona(
        key=f"{first_name}-{last_name}".lower(),
        first_name=first_name,
        last_name=last_name,
        title=f"{board} rejects",
        summary=summary,
        use=(f"Submit {board} credit with the right diplomate ID: Accepted, then Rejected by {board} with 310."),
        boards=(board,),
        scenario=f"board-reject:{board}",
        codes=(310,),
        reason=reason,
    )


BOARD_REJECTIONS = (
    _rejected_by(
        "ABA",
        "Asher",
        "Asleep",
        "Anesthesiologist; slept through a deadline.",
        "The diplomate is not enrolled in MOCA for the calendar year in which the activity was completed.",
    ),
    _rejected_by(
        "ABIM",
        "Irma",
        "Internist",
        "Internist; her certificate has lapsed.",
        "The diplomate's certificate had lapsed on the completion date, so no MOC points can be awarded.",
    ),
    _rejected_by(
        "ABOHNS",
        "Otto",
        "Otoscope",
        "Head and neck surgeon; born, for his board, on another day.",
        "The month and day of birth do not agree with our record of this diplomate.",
    ),
    _rejected_by(
        "ABOS",
        "Bonnie",
        "Bonesetter",
        "Orthopaedic surgeon; no longer practises.",
        "The diplomate holds retired status and does not take part in Maintenance of Certification.",
    ),
    _rejected_by(
        "ABP",
        "Petra",
        "Playroom",
        "Pediatrician; has already claimed this one elsewhere.",
        "The diplomate has already received points for this activity in the current MOC cycle.",
    ),
    _rejected_by(
        "ABPATH",
        "Pascal",
        "Petridish",
        "Pathologist; his board does not count this kind of course.",
        ("The activity does not meet the requirements for lifelong learning in the diplomate's area of practice."),
    ),
    _rejected_by(
        "ABS",
        "Sam",
        "Scalpel",
        "General surgeon; changed his name.",
        "The diplomate's name does not agree with our records; the diplomate must update it with the board.",
    ),
    _rejected_by(
        "ABTS",
        "Theo",
        "Thorax",
        "Thoracic surgeon; his cycle is over.",
        "The completion date falls after the end of the diplomate's MOC cycle.",
    ),
)

OTHER_DECISIONS = (
    Persona(
        key="abby-approved",
        first_name="Abby",
        last_name="Approved",
        title="Every board approves",
        summary="Diplomate of ABIM and ABP; both always approve.",
        use=("Submit ABIM or ABP credit: Accepted, then Approved by every board within 24 hours of transmission."),
        boards=("ABIM", "ABP"),
        scenario="board-approve",
    ),
    Persona(
        key="simon-silent",
        first_name="Simon",
        last_name="Silent",
        title="The board never answers",
        summary="ABIM neither approves nor rejects what is sent for him.",
        use="Submit ABIM credit: Accepted, then Transmitted for good; advancing the clock changes nothing.",
        boards=("ABIM",),
        scenario="board-silent:ABIM",
    ),
    Persona(
        key="stella-statesno",
        first_name="Stella",
        last_name="Statesno",
        title="A state board refuses",
        summary="Licensed in Texas and Oklahoma; the Texas board refuses her records, Oklahoma takes them.",
        use="Submit any completion: Accepted, then Rejected by TX with 310; the delivery to OK is Approved.",
        states=("TX", "OK"),
        scenario="state-reject:TX",
        codes=(310,),
        reason="The licence was not in active status on the completion date.",
    ),
    Persona(
        key="sloane-slowboat",
        first_name="Sloane",
        last_name="Slowboat",
        title="Slow overnight run",
        summary="Her records miss the first overnight transmission and leave with the second.",
        use=("Submit any completion and advance the clock overnight: still Submitted when others are Transmitted."),
        scenario="overnight-slow",
    ),
)

DECISIONS: tuple[Persona, ...] = (*BOARD_REJECTIONS, *OTHER_DECISIONS)
