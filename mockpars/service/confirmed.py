"""What the real sandbox has said of a code or source, and when: contracts/ledger.yaml, for pages and commands.

The contract suite proposes that file and people commit it; here it is only read. A file that is not there, or that
cannot be read, means that nothing has been confirmed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mockpars.errors import MissingData
from mockpars.immutable import immutable
from mockpars.resources import data_path

log = logging.getLogger("mockpars")


@immutable
class Confirmation:
    """The last days on which the real sandbox confirmed or refuted it, and the cases that refuted it."""

    confirmed: date | None = None
    refuted: date | None = None
    by: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What the latest day says: confirmed, refuted or never reached."""
        if self.refuted and (not self.confirmed or self.refuted >= self.confirmed):
            return "refuted"
        return "confirmed" if self.confirmed else "never reached"

    @property
    def sentence(self) -> str:
        """The same for people."""
        if self.word == "never reached":
            return "never confirmed: no run reached it"
        if self.word == "confirmed":
            return f"last confirmed on {self.confirmed}" + (f"; refuted on {self.refuted}" if self.refuted else "")
        text = f"refuted on {self.refuted}" + (f" by {', '.join(self.by)}" if self.by else "")
        return text + (f"; last confirmed on {self.confirmed}" if self.confirmed else "; never confirmed")


NEVER = Confirmation()


def code_confirmations() -> Mapping[int, Confirmation]:
    """What is known of the codes; those that no run has reached are left out."""
    try:
        path = data_path("contracts") / "ledger.yaml"
    except MissingData:
        return {}
    return read_codes(path)


def read_codes(path: Path) -> Mapping[int, Confirmation]:
    """The codes of one ledger."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    import yaml  # here: few servers are asked, and it is slow to import

    try:
        table = yaml.safe_load(text) or {}
        return {int(code): _read(entry) for code, entry in (table.get("codes") or {}).items()}
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        log.warning("%s is no ledger of the contract suite: %s", path, error)
        return {}


def _read(entry: Any) -> Confirmation:
    days = [entry.get(word) for word in ("confirmed", "refuted")]
    if not all(day is None or isinstance(day, date) for day in days):
        raise ValueError("dates are written YYYY-MM-DD")
    return Confirmation(days[0], days[1], tuple(str(case) for case in entry.get("by") or ()))
