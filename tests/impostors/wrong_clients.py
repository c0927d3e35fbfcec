"""Every wrong client: the right one with one deviation each, and the obligation that each breaks."""

from __future__ import annotations

from tests.impostors.clients import conduct, messages, pace, reporting
from tests.impostors.wrong_client import LISTED, WrongClient

SETS = (conduct, messages, pace, reporting)
"""Importing them is what fills the list."""
WRONG_CLIENTS: tuple[WrongClient, ...] = tuple(LISTED)
