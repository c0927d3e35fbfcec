"""The envelope every operation shares: who sends, for which provider, and the operation's own document (T5)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from mockpars.errors import Detail, SchemaInvalid
from mockpars.wire import names
from mockpars.wire.places import line_of

Element = etree._Element
"""An element of a message, for those outside this package who pass it on."""


@dataclass(slots=True)
class Credentials:
    """User and password as sent; None where the element is missing."""

    user: str | None
    password: str | None


@dataclass(slots=True)
class Envelope:
    """A message that its schema allows: the provider it names and what its Data holds."""

    provider_id: str
    payload: etree._Element


def read_credentials(root: etree._Element) -> Credentials:
    """Reads who sends, before anything else of the message is judged. Raises SchemaInvalid for another root."""
    if root.tag != names.SUBMIT_MESSAGE:
        sent = etree.QName(root)
        if sent.localname == "SubmitMessage":
            problem = f"SubmitMessage is in namespace {sent.namespace!r}."
        else:
            problem = f"The document's root is {sent.localname}."
        raise SchemaInvalid(
            "The message is not a SubmitMessage of PARS.",
            f'Wrap it in <SubmitMessage xmlns="{names.BLL}"> with User, Password, ProviderId and Data.',
            [Detail(problem, f"SubmitMessage in namespace {names.BLL!r}", line_of(root), sent.localname)],
        )
    user = password = None
    for child in root:
        tag = child.tag
        if tag == names.USER:
            user = child.text or ""
        elif tag == names.PASSWORD:
            password = child.text or ""
        if user is not None and password is not None:
            break
    return Credentials(user, password)


def read_envelope(root: etree._Element) -> Envelope:
    """Reads a message that was validated."""
    # The schema begins the envelope with User, Password, ProviderId and ends it with Data, which holds one element.
    return Envelope((root[2].text or "").strip(), root[-1][0])
