"""Judging messages by the schemas in xsd/: nothing if a message is valid, else what is wrong, for people."""

import threading
from copy import deepcopy
from pathlib import Path
from typing import Final

from lxml import etree

from mockpars.errors import Detail
from mockpars.resources import data_path
from mockpars.wire.names import DATA, RECORD_OF, ROOT_OF, SUBMIT_MESSAGE
from mockpars.wire.problems import Report, wrong_operation, wrong_root

# Above this many records they are judged one by one: libxml2 counts siblings for the path of each error,
# which makes 5,000 broken records take seconds.
_WHOLE: Final = 500


class _Compiled(threading.local):
    """One thread's compiled schemas: those shared by threads judge rightly but garble their error logs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.requests = _compile(folder / "envelope.xsd")
        self._responses: etree.XMLSchema | None = None

    @property
    def responses(self) -> etree.XMLSchema:
        if self._responses is None:
            self._responses = _compile(self._folder / "responses.xsd")
        return self._responses


class Schemas:
    """The schemas of requests and answers; one instance may be shared by threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._compiled = _Compiled(folder or data_path("xsd"))

    def validate(self, operation: str, root: etree._Element) -> tuple[Detail, ...]:
        """Judge a whole message (SubmitMessage) sent to an operation; empty when it is valid.

        Raises KeyError for an operation that is not in `names.ROOT_OF`.
        """
        wanted = ROOT_OF[operation]
        if root.tag != SUBMIT_MESSAGE:
            # Any global element would do as a root for the schema.
            return (wrong_root(root),)
        schema = self._compiled.requests
        payload = _payload(root)
        if payload is not None and len(payload) > _WHOLE and payload.tag in RECORD_OF:
            report = _judge_in_parts(schema, root, payload)
        elif schema.validate(root):
            # A valid message ends in Data, which holds one element.
            return () if root[-1][0].tag == wanted else (wrong_operation(operation, root[-1][0]),)
        else:
            report = Report()
            report.add(schema.error_log, root)
        if payload is not None and payload.tag != wanted and payload.tag in ROOT_OF.values():
            return (wrong_operation(operation, payload), *report.details())
        return report.details()

    def validate_response(self, root: etree._Element) -> tuple[Detail, ...]:
        """Judge an answer of ours, Fault and match integer included; empty when it is valid."""
        schema = self._compiled.responses
        if schema.validate(root):
            return ()
        report = Report()
        report.add(schema.error_log, root)
        return report.details()


def _compile(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path)))


def _payload(root: etree._Element) -> etree._Element | None:
    """Return the operation's element inside Data, if the message has one."""
    if not len(root):
        return None
    data = root[-1] if root[-1].tag == DATA else root.find(DATA)
    return data[0] if data is not None and len(data) else None


def _judge_in_parts(schema: etree.XMLSchema, root: etree._Element, payload: etree._Element) -> Report:
    report = Report()
    wanted = RECORD_OF[payload.tag]
    shell = _shell(root, payload)
    if not schema.validate(shell):
        report.add(schema.error_log, shell, beside=wanted)
    for record in payload.iterchildren(wanted):
        if not schema.validate(record):
            report.add(schema.error_log, record)
    return report


def _shell(root: etree._Element, payload: etree._Element) -> etree._Element:
    """Return a copy of the message with its first record only, and with the first stray element and text."""
    wanted = RECORD_OF[payload.tag]
    bare = _bare(payload)
    strays = [child for child in payload if child.tag != wanted]
    bare.extend([deepcopy(child) for child in (*payload.findall(wanted)[:1], *strays[:1])])
    texts = (payload.text, *(child.tail for child in payload))
    bare.text = next((text for text in texts if text and not text.isspace()), None)
    shell = _bare(root)
    for part in root:
        if part is not payload.getparent():
            shell.append(deepcopy(part))
            continue
        data = _bare(part)
        data.extend([bare if child is payload else deepcopy(child) for child in part])
        shell.append(data)
    return shell


def _bare(node: etree._Element) -> etree._Element:
    """Return a copy of an element without its children."""
    copied = etree.Element(node.tag)
    copied.text, copied.tail = node.text, node.tail
    for name, value in node.attrib.items():
        copied.set(name, value)
    return copied
