"""Where a learner record goes, and what each board will say (L6, L22, L23, D8)."""

from __future__ import annotations

from collections.abc import Sequence

from mockpars.domain.facts import DecisionFacts
from mockpars.domain.judge import judge
from mockpars.domain.model import Credit, Delivery, DestinationKind, Physician
from mockpars.domain.rules.decision import DECISION
from mockpars.domain.scenario import Scenario
from mockpars.domain.timeline import Plan, plan_deliveries
from mockpars.service.sandbox import Sandbox

_REFUSED = "The board did not accept this credit."


def plan(
    sandbox: Sandbox, seed: str, physician: Physician, credits: Sequence[Credit], wishes: Sequence[Scenario]
) -> tuple[Delivery, ...]:
    """One delivery for each licensing state and board credited; the same seed decides at the same instants (D21)."""
    nights = max([_nights(wish) for wish in wishes if wish.kind.name == "overnight-slow"], default=1)
    plans = [_state_plan(state, nights, wishes) for state in sorted({licence.state for licence in physician.licences})]
    for board in sorted({credit.board for credit in credits if credit.board}):
        plans.append(_board_plan(board, nights, physician, credits, wishes))
    return plan_deliveries(sandbox.now, seed, plans)


def _state_plan(state: str, nights: int, wishes: Sequence[Scenario]) -> Plan:
    refusal = _wish("state-reject", state, wishes)
    if refusal:
        return Plan(state, DestinationKind.STATE_BOARD, False, refusal.reason or _REFUSED, nights)
    return Plan(state, DestinationKind.STATE_BOARD, True, None, nights)


def _board_plan(
    board: str, nights: int, physician: Physician, credits: Sequence[Credit], wishes: Sequence[Scenario]
) -> Plan:
    kind = DestinationKind.CERTIFYING_BOARD
    if _wish("board-silent", board, wishes):
        return Plan(board, kind, None, None, nights)
    refusal = _wish("board-reject", board, wishes)
    if refusal:
        return Plan(board, kind, False, refusal.reason or _REFUSED, nights)
    if not _wish("board-approve", board, wishes):
        claimed = next((credit.board_id for credit in credits if credit.board == board and credit.board_id), None)
        facts = DecisionFacts(board, claimed, physician.diplomate_id(board), physician.name)
        findings = judge(DECISION, facts)
        if findings:
            return Plan(board, kind, False, findings[0].message, nights)
    return Plan(board, kind, True, None, nights)


def _wish(name: str, destination: str, wishes: Sequence[Scenario]) -> Scenario | None:
    if not wishes:
        return None
    return next((wish for wish in wishes if wish.kind.name == name and wish.argument in (None, destination)), None)


def _nights(wish: Scenario) -> int:
    return int(wish.argument or 2)
