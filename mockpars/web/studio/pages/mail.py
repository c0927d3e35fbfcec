"""The mail PARS would have sent to the provider's primary contact (L5, L7)."""

from __future__ import annotations

from flask import Response, abort

from mockpars.service import mailbox
from mockpars.service.mailbox import Notice
from mockpars.web.studio.place import Page, Place, number, wanted


def listing(place: Place) -> str:
    """The inbox, newest first."""
    found, following = mailbox.notices(place.sandbox, number(wanted("before"), 0) or None)
    return place.page("mail.html", notices=found, following=following, contact=mailbox.PRIMARY_CONTACT)


def one(place: Place, notice: str) -> str:
    """One message."""
    found = _the_notice(place, notice)
    return place.page("notice.html", notice=found, sender=mailbox.SENDER, contact=mailbox.PRIMARY_CONTACT)


def as_file(place: Place, notice: str) -> Response:
    """The message as a mail program opens it."""
    found = _the_notice(place, notice)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.eml"'}
    return Response(found.as_message().as_bytes(), content_type="message/rfc822", headers=headers)


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
