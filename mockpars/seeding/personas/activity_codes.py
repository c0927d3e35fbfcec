"""One person for each code an activity can be rejected with (A4).

An activity names no learner, so these people carry no scenario: they lend the code a name, and `use` says
what to change in the reference's SaveActivity sample.
"""

from mockpars.seeding.personas.persona import Persona

ACTIVITY_CODES: tuple[Persona, ...] = (
    Persona(
        key="wanda-wrongprovider",
        first_name="Wanda",
        last_name="Wrongprovider",
        title="Invalid provider ID",
        summary="Her courses are always sent under somebody else's provider ID.",
        use=(
            "Set ar:ProviderID in her learner record to 0000001: Rejected with 100. So is SaveActivity "
            "with that ProviderId in the envelope."
        ),
        codes=(100,),
    ),
    Persona(
        key="betsy-backwards",
        first_name="Betsy",
        last_name="Backwards",
        title="Activity ends before it starts",
        summary="Reads calendars from right to left.",
        use=("In SaveActivity set startDateTime to 2026-12-31 and endDateTime to 2026-01-01: Rejected with 101."),
        codes=(101,),
    ),
    Persona(
        key="zachary-zerocredit",
        first_name="Zachary",
        last_name="Zerocredit",
        title="Invalid credit amount",
        summary="Takes courses that are worth nothing.",
        use="In SaveActivity set numberOfCredits to 0, -1 or one: Rejected with 102.",
        codes=(102,),
    ),
    Persona(
        key="frank-formatless",
        first_name="Frank",
        last_name="Formatless",
        title="Unknown activity format",
        summary="Learns in ways that ACCME has no word for.",
        use="In SaveActivity set activityFormat to Campfire: Rejected with 103.",
        codes=(103,),
    ),
    Persona(
        key="maya-maybe",
        first_name="Maya",
        last_name="Maybe",
        title="Commercial support neither yes nor no",
        summary="Will not say whether there was commercial support.",
        use="In SaveActivity set commercialSupport to maybe: Rejected with 104.",
        codes=(104,),
    ),
    Persona(
        key="earl-earlyclaim",
        first_name="Earl",
        last_name="Earlyclaim",
        title="Credit claim date before the end",
        summary="Claims credit before the course is over.",
        use="In SaveActivity set CreditClaimDate to 2026-12-30, a day before endDateTime: Rejected with 105.",
        codes=(105,),
    ),
    Persona(
        key="polly-points",
        first_name="Polly",
        last_name="Points",
        title="ABIM points or credit type are wrong",
        summary="An ABIM diplomate who collects points in odd amounts.",
        use=(
            "In SaveActivity register ABIM MOC with mocPoints 0.3: Rejected with 200. So is ABIM credit "
            "in her learner record that differs in type or points from what the activity registered."
        ),
        boards=("ABIM",),
        codes=(200,),
    ),
    Persona(
        key="iggy-idless",
        first_name="Iggy",
        last_name="Idless",
        title="ABOS diplomate ID is missing",
        summary="An ABOS diplomate who never remembers the number.",
        use=(
            "Send ABOS credit without ar:CertifyingBoardID: Rejected with 322. So is SaveActivity with "
            "ABOS MOC and no ex:DiplomateID."
        ),
        boards=("ABOS",),
        codes=(322,),
    ),
)
