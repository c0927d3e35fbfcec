"""The mail PARS would have sent to the provider's primary contact (L5, L7)."""

from __future__ import annotations

from flask import Response, abort

from mockpars.service import mailbox
from mockpars.service.mailbox import Notice
from mockpars.web.studio.place import Page, Place, number, wanted


def listing(place: Place) -> str:
    """The inbox, newest first."""
    found, following = mailbox.notices(place.sandbox, number(wanted("before"), 0) or None)
    relay = place.world.relay
    return place.page(
        "mail.html",
        notices=found,
        following=following,
        contact=place.world.settings.mail_to,
        relay=relay,
        status=relay.status if relay else None,
    )


def one(place: Place, notice: str) -> str:
    """One message."""
    found = _the_notice(place, notice)
    settings = place.world.settings
    return place.page("notice.html", notice=found, sender=settings.mail_from, contact=settings.mail_to)


def as_file(place: Place, notice: str) -> Response:
    """The message as a mail program opens it."""
    found, settings = _the_notice(place, notice), place.world.settings
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.eml"'}
    message = found.as_message(settings.mail_from, settings.mail_to)
    return Response(message.as_bytes(), content_type="message/rfc822", headers=headers)


def _the_notice(place: Place, notice: str) -> Notice:
    found = mailbox.find(place.sandbox, notice)
    if found is None:
        abort(404, "PARS has sent no such message, at this sandbox's present.")
    return found


PAGES = (
    Page("/mail", "mail", listing),
    Page("/mail/<notice>", "notice", one),
    Page("/mail/<notice>.eml", "notice-file", as_file),
)
