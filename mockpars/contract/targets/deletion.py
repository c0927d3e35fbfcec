"""Undoing what a case saved: the same message again, as a Delete."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from mockpars.contract import xmltree
from mockpars.contract.library import Operation
from mockpars.contract.messages import XML_TYPE, Message, basic_header
from mockpars.contract.targets.base import Account

_AR: Final = xmltree.PREFIXES["ar"]
_EX: Final = xmltree.PREFIXES["ex"]
_BLANK: Final = ("User", "Password")


def saves(message: Message) -> bool:
    """Whether a message may save something: a write that is not a Delete throughout."""
    if message.operation.writes == "none" or message.method != "POST":
        return False
    try:
        root = xmltree.parse(message.text)
    except xmltree.NotXml:
        return False  # what no parser reads cannot be saved
    actions = _actions(root, message.operation)
    records = xmltree.find_all(root, _record(message.operation))
    return not records or len(actions) < len(records) or any(action.lower() != "delete" for action in actions)


def without_credentials(text: str) -> str:
    """The message as it may be kept on disk."""
    root = xmltree.parse(text)
    for element in xmltree.elements(root):
        if xmltree.local(element.tag) in _BLANK:
            element.text = None
    return xmltree.write(root)


def deletion(operation: Operation, text: str, account: Account) -> Message:
    """The message that deletes what `text` saved."""
    root = xmltree.parse(text)
    for element in xmltree.elements(root):
        name = xmltree.local(element.tag)
        if name in _BLANK:
            element.text = account.user if name == "User" else account.password
        elif name.lower() == "providerid":
            element.text = account.provider_id  # a case may have sent another, and only ours can hold anything
    for record in xmltree.find_all(root, _record(operation)):
        (_delete_learner if operation.writes == "learner" else _delete_activity)(record)
    body = f'<?xml version="1.0" encoding="utf-8"?>\n{xmltree.write(root)}'
    headers = (("Accept", "application/xml"), ("Content-Type", XML_TYPE), basic_header(account.user, account.password))
    return Message(operation, "POST", operation.path, headers, body.encode(), body, secrets=(account.password,))


def _record(operation: Operation) -> str:
    return "LearnerRecord" if operation.writes == "learner" else "MedicalEducationMetrics"


def _actions(root: ET.Element, operation: Operation) -> list[str]:
    name = "LearnerRecordAction" if operation.writes == "learner" else "activityRecordAction"
    return [(element.text or "").strip() for element in xmltree.find_all(root, name)]


def _delete_learner(record: ET.Element) -> None:
    for child in list(record):
        if xmltree.local(child.tag) == "LearnerRecordAction":
            record.remove(child)
    ET.SubElement(record, f"{{{_AR}}}LearnerRecordAction").text = "Delete"


def _delete_activity(record: ET.Element) -> None:
    found = xmltree.find_all(record, "activityRecordAction")
    for element in found:
        element.text = "Delete"
    for place in xmltree.find_all(record, "XtensibleInfo"):
        if not found:
            ET.SubElement(place, f"{{{_EX}}}activityRecordAction").text = "Delete"
