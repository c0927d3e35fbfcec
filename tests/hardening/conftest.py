"""The servers of the end-to-end tests, for these too."""

from __future__ import annotations

from tests.e2e.conftest import sandbox, server, starting

__all__ = ["sandbox", "server", "starting"]
