"""The shape of the n8n workflow: what it is made of, how it hangs together, and that it holds no secrets."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[2]
FOLDER = HERE / "examples" / "n8n"
TEXT = (FOLDER / "accme-pars-submit.json").read_text(encoding="utf-8")
WORKFLOW: dict[str, Any] = json.loads(TEXT)
NODES: dict[str, dict[str, Any]] = {node["name"]: node for node in WORKFLOW["nodes"]}
STATUS: dict[str, Any] = json.loads((FOLDER / "accme-pars-status.json").read_text(encoding="utf-8"))
LATER: dict[str, dict[str, Any]] = {node["name"]: node for node in STATUS["nodes"]}
CALLS = {name: node["parameters"] for name, node in NODES.items() if node["type"].endswith(".httpRequest")}


def after(name: str, output: int = 0, workflow: dict[str, Any] = WORKFLOW) -> list[str]:
    """The nodes that follow an output of a node."""
    return [link["node"] for link in workflow["connections"][name]["main"][output]]


@pytest.mark.parametrize("workflow", [WORKFLOW, STATUS], ids=["submit", "status"])
def test_every_connection_joins_nodes_that_exist_and_every_node_is_reached(workflow: dict[str, Any]) -> None:
    nodes = {node["name"]: node for node in workflow["nodes"]}
    targets = {
        link["node"] for entry in workflow["connections"].values() for output in entry["main"] for link in output
    }
    assert targets | set(workflow["connections"]) <= set(nodes)
    triggers = {name for name, node in nodes.items() if "rigger" in node["type"]}
    assert set(nodes) == targets | triggers
    assert len({node["id"] for node in workflow["nodes"]}) == len(nodes)


def test_what_was_accepted_before_is_audited_again_and_not_sent() -> None:
    assert after("Is it registered?") == ["Look up earlier deliveries"]
    assert after("Look up earlier deliveries") == ["Is it new?"]
    assert (after("Is it new?"), after("Is it new?", 1)) == (["Match"], ["Delivered again"])
    assert after("Delivered again") == ["Audit"]


def test_statuses_are_followed_until_they_are_final_and_a_rejection_alerts() -> None:
    assert "NOT IN ('Approved', 'Rejected')" in LATER["Which are under way?"]["parameters"]["query"]
    assert after("Which are under way?", 0, STATUS) == ["Ask for the status"]
    assert LATER["Ask for the status"]["parameters"]["url"] == NODES["Ask for the status"]["parameters"]["url"]
    assert LATER["Ask for the status"]["parameters"]["body"] == NODES["Ask for the status"]["parameters"]["body"]
    assert after("Ask for the status", 1, STATUS) == after("Is it readable?", 1, STATUS) == ["Alert: not readable"]
    assert (after("Did it change?", 0, STATUS), after("Audit", 0, STATUS)) == (["Audit"], ["Was it rejected?"])
    assert after("Was it rejected?", 0, STATUS) == ["Alert"]


def test_the_steps_come_in_the_references_order() -> None:
    path = ["Is it for PARS?"]
    while path[-1] in WORKFLOW["connections"] and len(path) < 30:
        path.append(after(path[-1])[0])
        if path[-1] == "Did a board reject it?":
            break
    calls = [CALLS[name]["url"] for name in path if name in CALLS]
    names = [re.findall(r"'/(\w+)' }}$", url)[0] for url in calls]
    assert names == ["LearnerMatchRequest", "SaveLearnerActivity", "GetLearnerStatusByCreditId"]
    assert path.index("Look up the activity") < path.index("Match") < path.index("Submit") < path.index("Audit")


def test_whatever_goes_wrong_is_audited_and_alerts() -> None:
    for name in ("Not registered", "No match", "No answer to the match", "Rejected by PARS", "Unclear"):
        assert after(name) == ["Audit the problem"]
    assert after("Audit the problem") == ["Alert"]
    assert after("Did a board reject it?") == ["Alert"]
    assert NODES["Alert"]["type"] == "n8n-nodes-base.stopAndError"


def test_a_submission_is_never_repeated_and_an_unclear_one_is_looked_up() -> None:
    assert not NODES["Submit"].get("retryOnFail")
    assert all(NODES[name]["retryOnFail"] for name in CALLS if name != "Submit")
    assert after("Submit", 1) == after("Is the answer clear?", 1) == ["Ask what became of it"]
    assert all(NODES[name]["onError"] == "continueErrorOutput" for name in CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_calls_are_xml_with_settings_from_the_environment(name: str) -> None:
    call = CALLS[name]
    assert call["rawContentType"] == "application/xml; charset=utf-8"
    assert call["options"]["redirect"] == {"redirect": {"followRedirects": False}}
    for variable in ("ACCME_PARS_USER", "ACCME_PARS_PASSWORD", "ACCME_PROVIDER_ID"):
        assert f"String($env.{variable}).trim().replace(/&/g, '&amp;')" in call["body"]
    assert "$env.ACCME_ENV === 'production' ? 'https://pars.accme.org'" in call["url"]
    assert "$env.ACCME_PARS_USER" in call["headerParameters"]["parameters"][0]["value"]


def test_values_are_escaped_and_dates_have_no_time() -> None:
    fields = {entry["name"]: entry["value"] for entry in NODES["Prepare"]["parameters"]["assignments"]["assignments"]}
    for name in ("first_name", "last_name", "npi", "course_id_xml", "credit_hours"):
        assert "replace(/&/g, '&amp;').replace(/</g, '&lt;')" in fields[name]
    for name in ("date_of_birth", "completion_date"):
        assert ".slice(0, 10)" in fields[name]


def test_there_are_no_credentials_in_the_file_and_no_executions_are_kept() -> None:
    assert not re.search(r"ws-user|sandbox\"|Basic [A-Za-z0-9+/]{8}", TEXT)
    for workflow in (WORKFLOW, STATUS):
        assert workflow["settings"]["saveDataSuccessExecution"] == "none"
        assert workflow["settings"]["saveDataErrorExecution"] == "none"
    vault = [node["credentials"] for node in (*WORKFLOW["nodes"], *STATUS["nodes"]) if "credentials" in node]
    assert vault
    assert all(set(entry["postgres"]) == {"id", "name"} for entry in vault)


def test_the_tables_are_the_references_and_ours_and_queries_are_bound() -> None:
    ddl = " ".join((FOLDER / "amc_pars.sql").read_text(encoding="utf-8").split())
    assert (
        "CREATE TABLE amc_pars_activities ( amc_course_id TEXT PRIMARY KEY, pars_activity_id TEXT NOT NULL, "
        "course_title TEXT, credit_hours NUMERIC, credit_type TEXT DEFAULT 'AMA PRA Category 1 Credit', "
        "registered_at TIMESTAMPTZ DEFAULT NOW() );"
    ) in ddl
    for name, node in (NODES | LATER).items():
        if node["type"].endswith(".postgres"):
            assert "{{" not in node["parameters"]["query"], name
            assert ("$1" in node["parameters"]["query"]) == ("queryReplacement" in node["parameters"]["options"]), name


def test_the_page_has_the_result_of_the_headless_runs() -> None:
    page = (HERE / "docs" / "n8n.md").read_text(encoding="utf-8")
    rows = page.partition("<!-- begin: make n8n -->")[2].partition("<!-- end: make n8n -->")[0].strip().splitlines()[2:]
    assert len(rows) == 7
    assert all(row.endswith("| yes |") for row in rows)
