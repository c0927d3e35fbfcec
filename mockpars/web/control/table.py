"""Every endpoint of the control API, in the order people read about them."""

from __future__ import annotations

from mockpars.web.control import (
    activities,
    clock,
    journal,
    learner_records,
    physicians,
    sandboxes,
    scenarios,
    server,
    tickets,
)
from mockpars.web.control.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *server.ENDPOINTS,
    *sandboxes.ENDPOINTS,
    *clock.ENDPOINTS,
    *physicians.ENDPOINTS,
    *activities.ENDPOINTS,
    *learner_records.ENDPOINTS,
    *journal.ENDPOINTS,
    *tickets.ENDPOINTS,
    *scenarios.ENDPOINTS,
)
