"""One catalogue, four ways in, one meaning: a physician's data, the request header, the control API, the studio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.service import overnight
from mockpars.web.doorway import Exchange
from mockpars.web.operations import OPERATIONS
from tests.support import (
    ALL_BOARDS,
    HOLLOWAY,
    PEOPLE,
    Person,
    activities,
    activity,
    by_credit,
    credit,
    learners,
    moc,
    record,
)
from tests.web.studio.browsing import Browser

DIPLOMATE = next(
    who for key, who in PEOPLE.items() if key.startswith("PH-") and {"ABIM"} == set(who.boards) and who.licences
)
"""An ABIM diplomate about whom nothing else is special."""
ON_ACTIVITIES = {"reject-101", "reject-102", "reject-103", "reject-104", "reject-105"}
"""Codes that only SaveActivity can answer; no physician's data can bring them about."""


@dataclass
class Seen:
    """What a client met: status, codes, what the doorway was asked to do, and where the record stood two days later."""

    status: int
    codes: list[str]
    asked: dict[str, object] = field(default_factory=dict)
    later: str = ""


class Meeting:
    """A sandbox with a physician of its own, a registered activity, and a client that reports a completion."""

    def __init__(self, name: str = "") -> None:
        self.browser = Browser()
        self.headers: dict[str, str] = {}
        # ABIM approves of its diplomates by itself, so only of somebody else can the scenario be told to.
        self.certified = name != "board-approve"
        self.who = DIPLOMATE if self.certified else HOLLOWAY
        self.save_activity(activity(registrations=ALL_BOARDS))

    def send(self, operation: str, body: str) -> tuple[int, str, Exchange]:
        """One message, with what the doorway is asked to make of the answer."""
        exchange = Exchange()
        answer = self.browser.client.post(
            OPERATIONS[operation].paths[0],
            data=body.encode(),
            content_type="application/xml",
            headers=self.headers,
            environ_overrides={"mockpars.exchange": exchange, "REMOTE_ADDR": "127.0.0.1"},
        )
        return answer.status_code, answer.text, exchange

    def save_activity(self, entry: str) -> tuple[int, str, Exchange]:
        """Registers an activity."""
        return self.send("SaveActivity", activities(entry))

    def meet(self, name: str) -> Seen:
        """Provokes the scenario once, and looks at what came of it."""
        if name in ON_ACTIVITIES:
            status, text, exchange = self.save_activity(activity("ANOTHER"))
        else:
            taken = (credit("AMA PRA Category 1 Credit", "1.0"), moc("ABIM"))
            status, text, exchange = self.send("SaveLearnerActivity", learners(record(self.who, credits=taken)))
        codes = [code for part in text.split("<Code>")[1:] if (code := part.split("<")[0]).isdigit()]
        asked = {
            key: value
            for key in ("delay", "reset", "never_answer", "cut_at")
            if (value := getattr(exchange, key)) not in (0.0, False, None)
        }
        if "cut_at" in asked:
            asked["cut_at"] = 0 < int(asked["cut_at"]) < len(text.encode())
        return Seen(status, codes, asked, self._later(name))

    def _later(self, name: str) -> str:
        """The record's status two days on, if there is one, by somebody who asks for nothing."""
        self.headers = {}
        self.browser.world.store.armed.remove(1)
        overnight.advance(self.browser.world.sandbox("default"), "P2D" if name != "overnight-slow" else "P1D")
        status, text, _ = self.send("GetLearnerStatusByCreditId", by_credit("ccid:mockpars:100000001"))
        return text.split("<Status>")[1].split("<")[0] if status == 200 else "no record"


@pytest.fixture
def arrange() -> Iterator[Callable[..., Meeting]]:
    """Arranges meetings, and lets go of their stores at the end."""
    arranged: list[Meeting] = []

    def make(name: str = "") -> Meeting:
        arranged.append(Meeting(name))
        return arranged[-1]

    yield make
    for meeting in arranged:
        meeting.browser.world.store.close()


def by_data(meeting: Meeting, name: str) -> None:
    """A physician whose own data asks for it."""
    body = {
        "first_name": "Uma", "last_name": "Unlucky", "date_of_birth": "1970-01-02", "npi": "2000000009",
        "profession": "MD", "licences": [{"state": "TX", "number": "T1"}],
        "boards": [{"board": "ABIM", "diplomate_id": "912345"}] if meeting.certified else [], "scenario": name,
    }  # fmt: skip
    path = "/_mockpars/sandboxes/default/physicians"
    answer = meeting.browser.open(path, "POST", json=body)
    assert answer.status_code == 201, answer.text
    meeting.who = Person("Uma", "Unlucky", "1970-01-02", "2000000009")


def by_header(meeting: Meeting, name: str) -> None:
    """The request itself."""
    meeting.headers = {"X-Mockpars-Scenario": name}


def by_control_api(meeting: Meeting, name: str) -> None:
    """Armed by a test."""
    answer = meeting.browser.open("/_mockpars/sandboxes/default/scenarios", "POST", json={"scenario": name})
    assert answer.status_code == 201, answer.text


def by_studio(meeting: Meeting, name: str) -> None:
    """Armed by QA in the browser."""
    answer = meeting.browser.post("/break/save", scenario=name)
    assert answer.status_code == 303, answer.text


WAYS: tuple[Callable[[Meeting, str], None], ...] = (by_data, by_header, by_control_api, by_studio)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", CATALOGUE_OF_SCENARIOS)
def test_every_scenario_works_through_all_four_ways(
    name: str, way: Callable[[Meeting, str], None], arrange: Callable[..., Meeting]
) -> None:
    """It does what the header makes it do, and something other than nothing."""
    if way is by_data and name in ON_ACTIVITIES:
        pytest.skip("SaveActivity names no physician, so no physician's data can act on it")
    meeting = arrange(name)
    way(meeting, name)
    assert meeting.meet(name) == _expected(name)


def _expected(name: str) -> Seen:
    """What each scenario means, by hand."""
    if name.startswith("reject-"):
        return Seen(200, [name.removeprefix("reject-")], {}, "no record")
    return {
        "board-approve": Seen(200, [], {}, "Approved"),
        "board-reject": Seen(200, [], {}, "Rejected"),
        "board-silent": Seen(200, [], {}, "Transmitted"),
        "state-reject": Seen(200, [], {}, "Rejected"),
        "overnight-slow": Seen(200, [], {}, "Submitted"),
        "latency": Seen(200, [], {"delay": 2.0}, "Approved"),
        "too-many-requests": Seen(429, [], {}, "no record"),
        "server-error": Seen(500, [], {}, "no record"),
        "bad-gateway": Seen(502, [], {}, "no record"),
        "unavailable": Seen(503, [], {}, "no record"),
        "gateway-timeout": Seen(504, [], {}, "no record"),
        "html-page": Seen(500, [], {}, "no record"),
        "reset": Seen(504, [], {"reset": True}, "no record"),
        "timeout": Seen(504, [], {"never_answer": 60.0}, "no record"),
        "truncated": Seen(200, [], {"cut_at": True}, "Approved"),
        "wrong-content-type": Seen(200, [], {}, "Approved"),
        "answer-lost": Seen(200, [], {"reset": True}, "Approved"),
    }[name]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_unknown_scenario_is_an_error_that_lists_the_known(
    way: Callable[[Meeting, str], None], arrange: Callable[..., Meeting]
) -> None:
    """Whichever way it is asked for."""
    meeting = arrange()
    if way is by_header:
        meeting.headers = {"X-Mockpars-Scenario": "reject-999"}
        _, text, _ = meeting.save_activity(activity("ANOTHER"))
        assert "<Code>Scenario</Code>" in text
        assert "reject-303" in text
        return
    if way is by_studio:
        text = meeting.browser.post("/break/save", scenario="reject-999").text
    else:
        with pytest.raises(AssertionError, match="reject-303") as refused:
            way(meeting, "reject-999")
        text = str(refused.value)
    assert "reject-303" in text
    assert "board-silent" in text


def test_a_scenario_that_cannot_act_on_an_operation_is_told_and_not_hidden(arrange: Callable[..., Meeting]) -> None:
    """SaveActivity cannot answer 303; the answer says that the wish was idle."""
    meeting = arrange()
    headers = {"X-Mockpars-Scenario": "reject-303"}
    path = OPERATIONS["SaveActivity"].paths[0]
    answer = meeting.browser.client.post(
        path, data=activities().encode(), content_type="application/xml", headers=headers
    )
    assert answer.headers["X-Mockpars-Idle-Scenario"] == "reject-303"
    assert "<Result>Accepted</Result>" in answer.text
