"""Break it: every way of the menu does to PARS what it says, and what was found can be kept."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
import yaml

from mockpars.resources import data_path
from mockpars.service.scenario_files import ScenarioFiles
from mockpars.web.studio.breakages import BREAKAGES, Breakage
from tests.support import learners, match, record
from tests.web.studio.browsing import Browser


def _send(browser: Browser, way: Breakage, **more: str) -> tuple[str, str]:
    """Chooses a way, sends its message, and returns the page of the verdict and what a client met."""
    query = "&".join(f"{key}={value}" for key, value in {"how": way.key, **more}.items())
    page = browser.page(f"/break?{query}")
    xml = re.search(r'<textarea id="xml"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert xml is not None
    answer = browser.post(
        "/break/send", how=way.key, scenario=_hidden(page, "scenario"), xml=html.unescape(xml[1]), kept_how=way.key
    )
    assert answer.status_code == 303, answer.text[:1000]
    location = answer.headers["Location"]
    return browser.page(location), parse_qs(urlsplit(location).query)["seen"][0]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize("way", [entry for entry in BREAKAGES.values() if entry.code], ids=lambda way: way.key)
def test_every_code_comes_out(busy: Browser, way: Breakage) -> None:
    more = {"completed": "2026-05-09"}
    page, seen = _send(busy, way, physician="PH-0046", **more)
    assert seen == "HTTP 200"
    assert "Verdict: Rejected" in page
    assert f'<span class="code">{way.code}</span>' in page


@pytest.mark.parametrize("way", [entry for entry in BREAKAGES.values() if entry.marks], ids=lambda way: way.key)
def test_the_offending_node_is_marked(busy: Browser, way: Breakage) -> None:
    page = busy.page(f"/break?how={way.key}")
    marked = re.findall(r'line marked"><code[^>]*><span class="tag">&lt;([\w:]+)', page)
    assert marked
    assert {name.partition(":")[2] for name in marked} <= {mark.partition(":")[2] for mark in way.marks}


@pytest.mark.parametrize(
    ("key", "met"),
    [
        ("nothing", "HTTP 200"),
        ("latency", "HTTP 200, after 2.0 seconds"),
        ("too-many-requests", "HTTP 429"),
        ("server-error", "HTTP 500"),
        ("bad-gateway", "HTTP 502"),
        ("unavailable", "HTTP 503"),
        ("gateway-timeout", "HTTP 504"),
        ("html-page", "HTTP 500"),
        ("reset", "a connection that is reset before any answer"),
        ("truncated", "HTTP 200, its body cut after"),
        ("wrong-content-type", "HTTP 200"),
        ("timeout", "no answer for 60 seconds, then a reset connection"),
        ("answer-lost", "a connection that is reset before any answer"),
        ("board-reject", "HTTP 200"),
        ("board-approve", "HTTP 200"),
        ("board-silent", "HTTP 200"),
        ("state-reject", "HTTP 200"),
        ("overnight-slow", "HTTP 200"),
    ],
)
def test_every_fault_and_decision_is_told_as_a_client_meets_it(busy: Browser, key: str, met: str) -> None:
    page, seen = _send(busy, BREAKAGES[key], physician="PH-0002")
    assert seen.startswith(met)
    assert met.split(",")[0] in page


def test_an_accepted_answer_that_is_lost_is_stored(busy: Browser) -> None:
    _send(busy, BREAKAGES["answer-lost"], physician="PH-0002")
    assert "José Núñez" in busy.page("/learners")


def test_an_argument_is_checked(busy: Browser) -> None:
    assert "takes" in busy.page("/break?how=latency&argument=soon")
    assert "latency:0.5-2" in busy.page("/break?how=latency&argument=0.5-2")


def test_board_credit_can_be_added(busy: Browser) -> None:
    assert "ar:CertifyingBoardID" in busy.page("/break?how=nothing&physician=PH-0046&board=ABIM")


def test_without_an_activity_it_says_what_to_do(browser: Browser) -> None:
    assert "First, an activity" in browser.page("/break")
    assert "Choose a physician that is there" not in browser.page("/break")


def test_an_edited_message_is_sent_as_it_stands(busy: Browser) -> None:
    location = busy.post("/break/send", how="nothing", scenario="", xml="<nonsense").headers["Location"]
    assert "Verdict: Refused" in busy.page(location)


def test_a_saved_scenario_meets_every_client(busy: Browser) -> None:
    page = busy.told("/break/save", scenario="reject-303", operation="SaveLearnerActivity", times="1")
    assert "Armed: reject-303 acts on the next 1 matching requests" in page
    message = learners(record()).replace("James", "José").replace("Holloway", "Núñez")
    assert "<Code>303</Code>" in busy.send("SaveLearnerActivity", message).text
    assert "<Code>303</Code>" not in busy.send("SaveLearnerActivity", message).text


def test_an_unknown_scenario_lists_those_that_are_known(busy: Browser) -> None:
    answer = busy.post("/break/save", scenario="reject-999")
    assert answer.status_code == 409
    assert "reject-303" in answer.text


def test_a_scenario_is_exported_as_a_file_that_loads(busy: Browser, tmp_path: Path) -> None:
    answer = busy.post(
        "/break/export",
        scenario="board-reject:ABIM",
        operation="SaveLearnerActivity",
        physician="PH-0001",
        times="3",
        percent="50",
        title="ABIM says no",
        name="abim-says-no",
        reason="Lapsed",
    )
    assert answer.headers["Content-Disposition"] == 'attachment; filename="abim-says-no.yaml"'
    (tmp_path / "own.yaml").write_text(answer.text, encoding="utf-8")
    (found,) = ScenarioFiles(tmp_path, tmp_path).read_own()
    assert (found.name, found.title, found.times, found.armed) == ("abim-says-no", "ABIM says no", 3, False)
    assert found.body == {
        "scenario": "board-reject:ABIM",
        "operation": "SaveLearnerActivity",
        "physician": "PH-0001",
        "percent": 50,
        "reason": "Lapsed",
    }


@pytest.mark.parametrize("way", [entry for entry in BREAKAGES.values() if entry.saved_as], ids=lambda way: way.key)
def test_every_way_is_kept_as_a_file_and_armed(busy: Browser, tmp_path: Path, way: Breakage) -> None:
    text = busy.post("/break/export", scenario=way.saved_as, operation=way.operation, title=way.title).text
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert ScenarioFiles(tmp_path, tmp_path).read_own()[0].armed
    assert "Armed:" in busy.told("/break/save", scenario=way.saved_as, operation=way.operation)


def _snippet(browser: Browser, key: str, path: str) -> str:
    found = re.search(rf'<pre id="snippet-{key}"[^>]*>(.*?)</pre>', browser.page(path), re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("physician", ["PH-0001", "bridget-obrien", "jose-nunez"])
def test_snippets_are_code_that_can_be_read(busy: Browser, physician: str) -> None:
    path = f"/break?how=303&physician={physician}"
    for key in ("python", "pytest"):
        compile(_snippet(busy, key, path), key, "exec")
    assert yaml.safe_load(_snippet(busy, "ci", path))["jobs"]
    curl = _snippet(busy, "curl", path)
    assert subprocess.run(["sh", "-n"], input=curl, text=True, check=False).returncode == 0


def test_a_header_goes_along_in_snippets(busy: Browser) -> None:
    assert "X-Mockpars-Scenario: bad-gateway" in _snippet(busy, "curl", "/break?how=bad-gateway")


@pytest.mark.parametrize(("number", "outcome"), [(1, "Accepted"), (2, "Answered"), (3, "Accepted"), (4, "Rejected")])
def test_an_exchange_becomes_a_contract_case(busy: Browser, number: int, outcome: str) -> None:
    busy.send("SaveLearnerActivity", learners(record(completed="2025-12-31")))
    text = busy.open(f"/journal/{number}/case.yaml").text
    case = yaml.safe_load(text)[0]
    assert case["steps"][0]["expect"]["outcome"] == outcome
    assert "***" not in text
    schema = json.loads((data_path("contracts") / "case.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(text), schema)


def test_no_case_is_made_of_a_status_read(busy: Browser) -> None:
    busy.send("GetLearnerStatusByCreditId", match())
    assert busy.open("/journal/4/case.yaml").status_code == 404


def test_scenarios_of_files_are_among_the_ways(busy: Browser) -> None:
    page = busy.page("/break?how=file-lost-after-save&physician=PH-0002")
    assert "It is kept already, in <code>examples.yaml</code>" in page
    answer = busy.post("/break/send", how="file-lost-after-save", scenario="lost-after-save", xml=learners())
    assert "reset" in answer.headers["Location"]
