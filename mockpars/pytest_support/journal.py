"""The journal as a test reads it: a list of exchanges, oldest first, each able to explain itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

_QUESTIONS = {("GetActivity", "302"), ("GetLearnerStatus", "NotFound")}
"""Being told that there is no such thing yet is what these are asked for; it is no rejection."""


@dataclass(slots=True)
class Exchange:
    """One request with its answer. `request` and `response` are texts without credentials and birth dates."""

    body: dict[str, Any]
    _details: Callable[[int], dict[str, Any]] = field(repr=False)
    _whole: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def id(self) -> int:
        """Its number in the sandbox."""
        return int(self.body["id"])

    @property
    def operation(self) -> str:
        """SaveLearnerActivity, for one."""
        return str(self.body["operation"])

    @property
    def outcome(self) -> str:
        """Accepted, Rejected, Answered, Match 0 to 2, Refused (a broken request) or Fault (a gateway failure)."""
        return str(self.body["outcome"])

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.body["status"])

    @property
    def codes(self) -> list[int]:
        """The rejection codes of the answer."""
        return list(self.body["codes"])

    @property
    def fault(self) -> str | None:
        """The gateway failure that acted on it, argument included."""
        found: str | None = self.body.get("fault")
        return found

    @property
    def verdict(self) -> dict[str, Any]:
        """Why: records with their findings, nearest physicians and notes, or what was refused."""
        return dict(self._all()["verdict"])

    @property
    def request(self) -> str:
        """The message."""
        return str(self._all()["request"])

    @property
    def response(self) -> str:
        """The answer."""
        return str(self._all()["response"])

    @property
    def complaints(self) -> set[str]:
        """What a test should have expected: codes, a fault, Refused with its code, L12 for dates with a time."""
        found: set[str] = set()
        if self.codes:
            found |= {str(code) for code in self.codes}
        elif self.outcome == "Refused":
            found.add(str(self.verdict.get("refused", {}).get("code", "Refused")))
        if self.fault:
            found.add(self.fault.partition(":")[0])
        if self.operation == "SaveLearnerActivity" and any(
            record.get("notes") for record in self.verdict.get("records", ())
        ):
            found.add("L12")
        return {entry for entry in found if (self.operation, entry) not in _QUESTIONS}

    @property
    def asked_for(self) -> set[str]:
        """Scenarios that the request asked for itself, in its header."""
        return {str(name) for name in self.body.get("scenarios") or ()}

    def explain(self, meanings: dict[int, str] | None = None) -> str:
        """Everything there is to say about what was wrong, in a few lines."""
        lines = [self._headline(meanings or {})]
        refused = self.verdict.get("refused")
        if refused:
            lines.append(f"  {refused['reason']} {refused.get('fix', '')}".rstrip())
            lines += [f"  - {_detail(entry)}" for entry in refused.get("details", ())]
        for record in self.verdict.get("records", ()):
            lines += _explain_record(record)
        return "\n".join(lines)

    def _headline(self, meanings: dict[int, str]) -> str:
        codes = ", ".join(f"{code} {meanings.get(code, '')}".strip() for code in self.codes)
        fault = f", fault {self.fault}" if self.fault else ""
        told = f"{self.outcome} with {codes}" if codes else self.outcome
        return f"#{self.id} {self.operation}: {told} (HTTP {self.status}{fault})"

    def _all(self) -> dict[str, Any]:
        if self._whole is None:
            self._whole = self._details(self.id)
        return self._whole


def _detail(entry: dict[str, Any]) -> str:
    where = " ".join(f"{name} {entry[name]}" for name in ("line", "path") if entry.get(name))
    expected = f"; expected: {entry['expected']}" if entry.get("expected") else ""
    return f"{entry.get('problem', '')}{f' ({where})' if where else ''}{expected}"


def _explain_record(record: dict[str, Any]) -> list[str]:
    lines = []
    for finding in record.get("findings", ()):
        sent = f" (sent: {finding['value']})" if finding.get("value") is not None else ""
        lines.append(f"  {finding['code']} {finding.get('field', '')}: {finding['message']}{sent}")
        lines.append(f"      fix: {finding['fix']} [{finding.get('source', '')}, {finding.get('basis', '')}]")
    for near in record.get("nearest", ()):
        hints = "; ".join(difference["hint"] for difference in near["differences"])
        lines.append(f"      nearest: {near['name']} ({near['physician_id']}): {hints}")
    if record.get("match") == 0 and not record.get("nearest"):
        lines.append("      no physician is near to what was sent")
    lines += [f"  {note}" for note in record.get("notes", ())]
    return lines


class Journal(Sequence[Exchange]):
    """The exchanges of a sandbox, oldest first, without those of the plugin itself; as of the moment it was read."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = list(exchanges)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Journal: ...
    def __getitem__(self, index: int | slice) -> Exchange | Journal:
        """One, or some."""
        return Journal(self._exchanges[index]) if isinstance(index, slice) else self._exchanges[index]

    def __len__(self) -> int:
        """How many."""
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        """In the order they happened."""
        return iter(self._exchanges)

    def __repr__(self) -> str:
        """One line each, for failed assertions."""
        return "\n".join(exchange.explain().partition("\n")[0] for exchange in self) or "an empty journal"

    @property
    def last(self) -> Exchange:
        """The newest. Raises IndexError when there is none."""
        return self._exchanges[-1]

    @property
    def rejections(self) -> Journal:
        """Those that PARS rejected with a code."""
        return Journal([entry for entry in self if entry.outcome == "Rejected"])

    def of(self, operation: str) -> Journal:
        """Those of one operation."""
        return Journal([entry for entry in self if entry.operation == operation])
