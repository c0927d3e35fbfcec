"""Who may use the pages, and that forms come from them.

Callers on this machine may, as with the control API, unless a token was set. Everybody else signs in with the
account of PARS's browser interface (T6), or with the token as password.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace

from flask import Request, session

from mockpars.settings import Settings
from mockpars.web.control.access import check_access
from mockpars.web.control.refusals import Refused

_FORM = "form"
_SIGNED_IN = "in"
FIELD = "csrf"
"""The form field that holds the token."""


def check_origin(request: Request, settings: Settings) -> None:
    """Nothing is changed for a page of another origin. Raises Refused."""
    check_access(request, settings, open_to_all=True)


def may_enter(request: Request, settings: Settings) -> bool:
    """Whether the caller is signed in, or need not be."""
    return bool(session.get(_SIGNED_IN)) or _is_at_home(request, settings)


def _is_at_home(request: Request, settings: Settings) -> bool:
    if settings.token:
        return False
    try:
        check_access(request, replace(settings, control_from="local"), open_to_all=False)
    except Refused:
        return False
    return True


def can_sign_in(settings: Settings) -> bool:
    """Whether there is anything to sign in with."""
    return bool(settings.ui_password or settings.token)


def sign_in(settings: Settings, user: str, password: str) -> bool:
    """Signs the browser in when the account is right; the session is a new one, so no earlier one is taken over."""
    right = False
    if settings.ui_password:
        right = _same(user, settings.ui_user) & _same(password, settings.ui_password)
    if settings.token:
        right |= _same(password, settings.token)
    if right:
        session.clear()
        session.permanent = True
        session[_SIGNED_IN] = True
    return right


def sign_out() -> None:
    """Ends the session."""
    session.clear()


def is_signed_in() -> bool:
    """Whether this browser went through the sign-in page."""
    return bool(session.get(_SIGNED_IN))


def form_token() -> str:
    """The token that this browser's forms carry."""
    if _FORM not in session:
        session[_FORM] = secrets.token_urlsafe(24)
    return str(session[_FORM])


def form_is_ours(request: Request) -> bool:
    """Whether a posted form carries the token of this browser's session."""
    known = session.get(_FORM)
    return bool(known) and _same(request.form.get(FIELD, ""), str(known))


def _same(sent: str, known: str) -> bool:
    return hmac.compare_digest(sent.encode("utf-8", "replace"), known.encode("utf-8", "replace"))
