"""The endpoint that start-up scripts wait for; it needs no other."""

from __future__ import annotations

from typing import Any

from mockpars.web.control.endpoint import PREFIX, Call, Endpoint


def ready(call: Call) -> dict[str, Any]:
    """It answers, so it can."""
    return {"ready": True}


READY = Endpoint("GET", f"{PREFIX}/ready", ready, "Whether the server can answer", "Ready", open_to_all=True)
