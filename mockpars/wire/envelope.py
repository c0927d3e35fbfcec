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
    texts = {str(child.tag): child.text or "" for child in root}
    return Credentials(texts.get(names.USER), texts.get(names.PASSWORD))


def read_envelope(root: etree._Element) -> Envelope:
    """Reads a message that was validated."""
    payload = root[-1][0]  # the schema ends the envelope with Data, which holds one element
    provider_id = next(child.text for child in root if child.tag == names.PROVIDER_ID)
    return Envelope((provider_id or "").strip(), payload)
