"""The schema of a ticket: what the control API promises, and what a replay insists on."""

from __future__ import annotations

from mockpars.web.control.checks import Schema
from mockpars.web.control.endpoint import INSTANT, NUMBER_MOST, choice, fields, pattern, text, whole, yes_or_no
from mockpars.web.control.physicians import NEW as PHYSICIAN
from mockpars.web.operations import OPERATIONS
from mockpars.web.tickets.grounds import ACTIVITIES, ARMED, PHYSICIAN_ID, RECORDS

_LONG = 4000
_STATE = ("right", "wrong", "missing")


def _words(description: str, most: int = _LONG) -> Schema:
    return {"type": "string", "description": description, "maxLength": most}


def _many(description: str, items: Schema, most: int = 10_000) -> Schema:
    return {"type": "array", "description": description, "maxItems": most, "items": items}


_ENVIRONMENT = fields(
    ("product", "version", "python", "platform", "store", "clock", "sandbox", "base_url", "strict_auth"),
    product=_words("What answered"),
    version=_words("Its version"),
    python=_words("Version of Python"),
    platform=_words("Operating system and processor"),
    store=choice("Where sandboxes are kept", "memory", "sqlite", "postgresql"),
    clock=choice("Whether the sandbox's clock stands or runs", "fixed", "running"),
    sandbox=_words("Name of the sandbox", 63),
    base_url=_words("Base URL, under a name that every machine has"),
    strict_auth=yes_or_no("Whether HTTP Basic is required besides the envelope's credentials"),
)
_ENDPOINT = fields(
    ("operation", "method", "url", "path", "query"),
    operation=choice("Operation", *OPERATIONS),
    method=pattern("HTTP method", "^[A-Z]{1,20}$"),
    url=_words("URL that was called", 8000),
    path=pattern("Its path", "^(/sandboxes/[a-z0-9-]{1,63})?/services/[A-Za-z0-9./_-]{1,200}$"),
    query=_words("Its query, redacted", 8000),
)
_BIRTH = fields(
    (),
    **{
        "as": text("Whose date of birth it is", 40),
        "differs": text("By what it differs from theirs"),
        "broken": text("Why it is no date", 1000),
        "presumed": text("Why that is a guess, on which the verdict did not rest", 1000),
    },
)
_REQUEST = fields(
    ("headers", "credentials", "births"),
    headers=_many("Headers that were sent", fields(("name", "value"), name=_words("Name"), value=_words("Value")), 50),
    credentials=fields(
        ("user", "password", "basic"),
        user=choice("The user of the envelope, which is not told", *_STATE),
        password=choice("The password of the envelope, which is not told", *_STATE),
        basic=choice("HTTP Basic", "none", *_STATE),
    ),
    births=_many("Each date of birth in the message, by its relation to those on file", _BIRTH),
    births_in_words=_many("The same for people", _words("Relation")),
)
_ERROR = fields(
    ("code",),
    code=_words("Code"),
    meaning=_words("Its meaning"),
    record=whole("Which record of the message, from 1", 1, NUMBER_MOST),
    rule=_words("Rule of mockpars that was broken"),
    message=_words("What is wrong"),
    expected=_words("What is expected"),
    fix=_words("What to do"),
    source=_words("Where that is written"),
    basis=_words("How sure that is"),
    path=_words("Where in the message"),
    line=whole("Line of the message", 0, NUMBER_MOST),
)
_GROUND = fields(
    ("clock", "provider_id", "activities", "learner_records", "physicians", "armed"),
    clock=INSTANT,
    provider_id=_words("Provider ID of the account", 60),
    activities=ACTIVITIES,
    learner_records=RECORDS,
    physicians=_many(
        "Physicians beside those of the seed, without dates of birth; born_as says whose is the same",
        fields(
            ("id", "first_name", "last_name", "npi", "born_as"),
            id=PHYSICIAN_ID,
            born_as=text("ID of the first physician with this NPI and date of birth", 40),
            **{name: part for name, part in PHYSICIAN["properties"].items() if name != "date_of_birth"},
        ),
        200,
    ),
    armed=ARMED,
)
TICKET: Schema = fields(
    ("format", "title", "exchange", "at", "environment", "endpoint", "request", "response", "verdict", "ground"),
    format={"type": "string", "description": "The format of this ticket", "enum": ["mockpars ticket 1"]},
    title=_words("What happened"),
    exchange=whole("Number of the exchange", 0, NUMBER_MOST),
    at=INSTANT,
    environment=_ENVIRONMENT,
    endpoint=_ENDPOINT,
    request=_REQUEST,
    response=fields(("status",), status=whole("HTTP status", 100, 599)),
    verdict=fields(
        ("outcome", "told"),
        outcome=_words("How it ended", 60),
        told=_many("The verdict line by line", fields(("about", "said"), about=_words("What"), said=_words("Said"))),
    ),
    errors=_many("Everything that is wrong, with its explanation", _ERROR),
    notes=_many("What else is known", _words("Note")),
    steps=_many("Steps taken, in order", _words("Step", 20_000)),
    steps_left_out=whole("Earlier steps that are left out", 0, NUMBER_MOST),
    ground=_GROUND,
)
"""A ticket without the texts of request and response, which in a zip are files of their own."""


def whole_ticket() -> Schema:
    """A ticket with its texts, as JSON."""
    request = {**_REQUEST, "properties": {**_REQUEST["properties"], "body": _text("The message, redacted")}}
    response = TICKET["properties"]["response"]
    response = {**response, "properties": {**response["properties"], "body": _text("The answer")}}
    return {**TICKET, "properties": {**TICKET["properties"], "request": request, "response": response}}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}
