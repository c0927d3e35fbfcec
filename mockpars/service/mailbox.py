"""The notifications PARS would have sent: a board's refusal is mailed to the primary contact (L5, L7).

Nothing is stored for them: they follow from the records' timelines, so they are there as soon as the clock is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from mockpars.domain.clock import format_instant
from mockpars.domain.model import Delivery, DestinationKind, LearnerRecord
from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.timeline import delivery_status
from mockpars.immutable import immutable
from mockpars.service.sandbox import Sandbox

MOST_LOOKED_AT = 1_500
"""Records looked at for one page of mail; the next page goes on from there."""
_CHUNK = 500
_ABOVE_ALL = 10**18


@immutable
class Notice:
    """One e-mail: about which record, whose refusal, when. That it comes is documented, its words are assumed (D34)."""

    sandbox: str
    world: int
    record: LearnerRecord
    delivery: Delivery
    at: datetime
    learner: str
    npi: str
    activity: str

    @property
    def id(self) -> str:
        """Names it within a sandbox."""
        return f"{self.record.number}-{self.delivery.destination}"

    @property
    def subject(self) -> str:
        """Its subject line."""
        return f"PARS: {self.delivery.destination} did not accept a learner record ({self.record.credit_id})"

    @property
    def body(self) -> str:
        """Its text: full detail and next steps, as L5 promises."""
        kind = "certifying board" if self.delivery.kind is DestinationKind.CERTIFYING_BOARD else "state board"
        credits = "; ".join(
            f"{entry.amount} {entry.credit_type}{f' ({entry.board})' if entry.board else ''}"
            for entry in self.record.credits
        )
        return (
            f"The {kind} {self.delivery.destination} did not accept this learner record (310, "
            f"{CATALOGUE[310].meaning}).\n\n"
            f"Learner:     {self.learner}, NPI {self.npi}\n"
            f"Activity:    {self.activity} ({self.record.activity_id})\n"
            f"Completion:  {self.record.completed_on.isoformat()}\n"
            f"Credits:     {credits}\n"
            f"Credit ID:   {self.record.credit_id}\n"
            f"Transmitted: {format_instant(self.delivery.transmitted_at)}\n"
            f"Decided:     {format_instant(self.at)}\n"
            f"Reason:      {self.delivery.reason or 'none was given'}\n\n"
            "Next steps: learner records cannot be edited. Delete the record, mend what the reason names, and "
            "submit it again.\n"
        )

    def as_message(self, sender: str, recipient: str) -> EmailMessage:
        """The e-mail itself, as a mail server takes it; its date is the sandbox's."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, recipient, self.subject
        message["Date"] = format_datetime(self.at)
        # A name is given to another world at each reset, and its records count from the same number again.
        message["Message-ID"] = f"<{self.id}.{self.world}.{self.sandbox}@mockpars.example>"
        message["X-Mockpars-Sandbox"] = self.sandbox
        # Letters beyond ASCII in names must pass servers that take seven bits only.
        message.set_content(self.body, cte="quoted-printable")
        return message


def notices(
    sandbox: Sandbox, before: int | None = None, limit: int = 50, most: int = MOST_LOOKED_AT
) -> tuple[list[Notice], int | None]:
    """Notices of the latest records, newest decision first, and where to go on if there may be more."""
    found: list[Notice] = []
    seen, last = 0, before or _ABOVE_ALL
    for record in _records(sandbox, last):
        if seen == most or len(found) >= limit:
            return sorted(found, key=lambda entry: entry.at, reverse=True), last
        seen, last = seen + 1, record.number
        found.extend(notices_of(sandbox, record))
    return sorted(found, key=lambda entry: entry.at, reverse=True), None


def find(sandbox: Sandbox, notice_id: str) -> Notice | None:
    """The notice of that ID, if it has been sent by now."""
    digits, _, _ = notice_id.partition("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    record = sandbox.store.records.find(sandbox.world.id, int(digits))
    found = notices_of(sandbox, record) if record else []
    return next((entry for entry in found if entry.id == notice_id), None)


def notices_of(sandbox: Sandbox, record: LearnerRecord) -> list[Notice]:
    """What has been mailed about one record by the sandbox's present."""
    # A record that was deleted before the board decided is not the board's any more.
    until = min(sandbox.now, record.deleted_at) if record.deleted_at else sandbox.now
    refused = [
        entry
        for entry in record.deliveries
        if entry.decided_at is not None and not entry.approved and delivery_status(entry, until)[1] == entry.decided_at
    ]
    return [_notice(sandbox, record, entry) for entry in refused]


def _notice(sandbox: Sandbox, record: LearnerRecord, delivery: Delivery) -> Notice:
    physician = sandbox.physician(record.physician_id)
    activity = sandbox.store.activities.find(sandbox.world.id, record.activity_id)
    return Notice(
        sandbox.world.name,
        sandbox.world.id,
        record,
        delivery,
        delivery.decided_at or delivery.transmitted_at,
        physician.name if physician else record.physician_id,
        physician.npi if physician else "",
        activity.title if activity else "an activity that was deleted",
    )


def _records(sandbox: Sandbox, before: int) -> Iterator[LearnerRecord]:
    position = before
    while True:
        chunk = sandbox.store.records.page(sandbox.world.id, position, _CHUNK)
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        position = chunk[-1].number
