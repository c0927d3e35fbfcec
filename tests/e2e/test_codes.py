"""Every documented code is provoked over HTTP by its documented request: a message, or a persona (A4, L5)."""

from __future__ import annotations

import pytest

from tests import support
from tests.e2e.conftest import Server
from tests.support import ALL_BOARDS, PEOPLE, Answer, activity, basic, moc, record, registration

pytestmark = pytest.mark.served

BAD_ABIM = registration("ABIM", "0.3", "Medical Knowledge")
ABOS_WITHOUT_ID = registration("ABOS", "1.0", "Self-Assessment")

# Code, whose row in the table of personas it is, and what SaveActivity is sent.
ACTIVITIES: list[tuple[int, str, dict[str, str]]] = [
    (101, "betsy-backwards", {"starts": "2026-12-31", "ends": "2026-01-01"}),
    (102, "zachary-zerocredit", {"credits": "0"}),
    (102, "zachary-zerocredit", {"credits": "-1"}),
    (102, "zachary-zerocredit", {"credits": "one"}),
    (103, "frank-formatless", {"kind": "Campfire"}),
    (104, "maya-maybe", {"support": "maybe"}),
    (105, "earl-earlyclaim", {"claim_by": "2026-12-30"}),
    (200, "polly-points", {"registrations": BAD_ABIM}),
    (322, "iggy-idless", {"registrations": ABOS_WITHOUT_ID}),
]

# Code, persona, and what SaveLearnerActivity is sent about them.
LEARNERS: list[tuple[int, str, dict[str, object]]] = [
    (100, "wanda-wrongprovider", {"provider": "0000001"}),
    (200, "polly-points", {"credits": [moc("ABIM", "970041", "0.5")]}),
    (200, "polly-points", {"credits": [support.credit("Juggling", "1.0", "ABIM", "970041")]}),
    (300, "lorna-lostrecord", {}),
    (301, "dolly-doppel-one", {}),
    (302, "nadia-noactivity", {}),
    (302, "sun-o", {"activity": "87654321"}),
    (303, "lars-latecomer", {}),
    (303, "midge-midnight", {"completed": "2026-12-31T20:00:00"}),
    (304, "rita-repeat", {}),
    (305, "hugo-halfhour", {}),
    (305, "sun-o", {"credits": [support.credit("AMA PRA Category 1 Credit", "0.5")]}),
    (306, "ida-unlicensed", {}),
    (307, "nora-noconsent", {}),
    (322, "iggy-idless", {"credits": [moc("ABOS")]}),
]


@pytest.fixture
def boards(server: Server, sandbox: str) -> str:
    """A sandbox with an activity that is registered for every board."""
    saved = server.post("SaveActivity", support.activities(activity(registrations=ALL_BOARDS)), sandbox)
    assert saved.one("Result") == "Accepted"
    return sandbox


@pytest.mark.parametrize(("code", "persona", "sent"), ACTIVITIES)
def test_an_activity_is_rejected_with_its_code(
    server: Server, sandbox: str, code: int, persona: str, sent: dict[str, str]
) -> None:
    """200, Rejected, that code and no other, and not registered."""
    assert persona in PEOPLE
    answer = server.post("SaveActivity", support.activities(activity(**sent)), sandbox)
    assert (answer.status, answer.one("Result"), answer.codes) == (200, "Rejected", [str(code)])
    assert server.post("SaveLearnerActivity", support.learners(), sandbox).codes == ["302"]


@pytest.mark.parametrize("operation", ["SaveActivity", "SaveLearnerActivity"])
def test_a_wrong_provider_is_100(server: Server, sandbox: str, operation: str) -> None:
    """In the envelope, for activities and learners alike."""
    message = support.sample(operation).replace("<ProviderId>0008273", "<ProviderId>0000001")
    assert server.post(operation, message, sandbox).codes == ["100"]


@pytest.mark.parametrize(("code", "persona", "sent"), LEARNERS)
def test_a_learner_is_rejected_with_its_code(
    server: Server, boards: str, code: int, persona: str, sent: dict[str, object]
) -> None:
    """200, Rejected, that code and no other."""
    message = support.learners(record(PEOPLE[persona], **sent))  # type: ignore[arg-type] # of the keywords' types
    answer = server.post("SaveLearnerActivity", message, boards)
    assert (answer.status, answer.one("Result"), set(answer.codes)) == (200, "Rejected", {str(code)})


def test_a_second_submission_is_304(server: Server, boards: str) -> None:
    """And the first stands."""
    assert server.post("SaveLearnerActivity", None, boards).one("Result") == "Accepted"
    assert server.post("SaveLearnerActivity", None, boards).codes == ["304"]


def test_a_birth_date_that_is_a_day_off_is_300_and_the_journal_suspects_why(server: Server, boards: str) -> None:
    """Newton Newyear's zone conversion."""
    who = PEOPLE["newton-newyear"]
    off = support.Person(who.first, who.last, "1969-12-31", who.npi)
    assert server.post("SaveLearnerActivity", support.learners(record(off)), boards).codes == ["300"]
    _, told = server.control("GET", f"sandboxes/{boards}/journal")
    newest = max(told["exchanges"], key=lambda entry: int(entry["id"]))
    _, whole = server.control("GET", f"sandboxes/{boards}/journal/{newest['id']}")
    assert "time-zone conversion" in str(whole)
    assert "1969-12-31" not in str(whole)


@pytest.mark.parametrize(
    ("persona", "board"),
    [("asher-asleep", "ABA"), ("irma-internist", "ABIM"), ("otto-otoscope", "ABOHNS"), ("bonnie-bonesetter", "ABOS"),
     ("petra-playroom", "ABP"), ("pascal-petridish", "ABPATH"), ("sam-scalpel", "ABS"), ("theo-thorax", "ABTS"),
     ("nina-noboard", "ABIM"), ("stella-statesno", None)],
)  # fmt: skip
def test_a_board_says_310_within_a_day_of_transmission(
    server: Server, boards: str, persona: str, board: str | None
) -> None:
    """Accepted at first; then Rejected with the board's reason (L6, L23)."""
    who = PEOPLE[persona]
    credits = [support.credit(*support.AMA)]
    if board is not None:
        credits.append(moc(board, who.boards.get(board)))
    answer = server.post("SaveLearnerActivity", support.learners(record(who, credits=credits)), boards)
    assert answer.one("Result") == "Accepted"
    server.advance("overnight", boards)
    assert _status(server, boards, answer.one("CreditId")).codes == []
    server.advance("PT24H", boards)
    decided = _status(server, boards, answer.one("CreditId"))
    assert decided.one("Status") == "Rejected"
    assert set(decided.codes) == {"310"}
    assert decided.one("Message")


def _status(server: Server, sandbox: str, credit_id: str) -> Answer:
    path = support.path_of("GetLearnerStatusByCreditId", sandbox) + f"?CreditId={credit_id}"
    return server.request("GET", path, Authorization=basic())


def test_no_documented_code_is_left_out() -> None:
    """100 to 105, 200, 322; 300 to 307, 310."""
    provoked = {row[0] for row in (*ACTIVITIES, *LEARNERS)} | {310}
    assert provoked == {*range(100, 106), 200, 322, *range(300, 308), 310}
