"""The path to the real sandbox, end to end against a stand-in whose answers have another shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from mockpars.contract.commands import main as program
from mockpars.contract.library import Library
from mockpars.contract.targets import people
from tests.contract.standin import StandIn

pytestmark = [pytest.mark.served, pytest.mark.slow]

PASSWORD = "sandbox"
USER = "ws-user@example.org"
ENVIRONMENT = {
    "ACCME_PARS_USER": USER, "ACCME_PARS_PASSWORD": PASSWORD, "ACCME_PROVIDER_ID": "0008273", "ACCME_ENV": "sandbox",
}  # fmt: skip


@pytest.fixture(scope="module")
def service() -> Iterator[StandIn]:
    with StandIn() as standin:
        yield standin


@pytest.fixture
def standin(service: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The stand-in as it was in the beginning, and the account in the environment."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    service.restore()
    return service


@pytest.fixture
def roles(tmp_path: Path) -> Path:
    """A team's file that maps a few roles."""
    library = Library()
    wanted = ("matching-physician", "other-physician", "abim-diplomate")
    cast = {role: dict(people.cast(role, library.roles[role]["mock"])) for role in wanted}
    path = tmp_path / "roles.yaml"
    path.write_text(yaml.safe_dump({"people": cast}, allow_unicode=True), encoding="utf-8")
    return path


def contract(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Runs `mockpars contract ...` in this process."""
    monkeypatch.setattr("sys.argv", ["contract", *map(str, arguments)])
    return program()


def over(standin: StandIn, roles: Path | None, *more: object) -> list[object]:
    """The options that lead to the stand-in, at full speed."""
    where = ["--activity-url", standin.url, "--learner-url", standin.url, "--rate", 0, "--i-hold-the-credentials"]
    return [*where, *(["--roles", roles] if roles else []), *more]


def chosen() -> list[object]:
    """A few cases that between them match, save, read, reject and delete."""
    patterns = ("match-*", "completion-*", "delete-*", "get-activity-*", "status-*")
    return [word for pattern in patterns for word in ("--case", pattern)]


def test_cases_pass_over_another_shape_which_is_reported_as_drift(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.json"
    options = over(standin, roles, *chosen(), "--json", report, "--budget", 2000)
    assert contract(monkeypatch, "run", "--target", "sandbox", *options) == 0
    said = json.loads(report.read_text())
    assert said["counts"]["pass"] > 20
    assert said["counts"]["fail"] == said["counts"]["error"] == 0
    assert any(table["title"] == "Differences in shape" and table["rows"] for table in said["tables"])
    assert standin.held() == {"activities": 0, "learner_records": 0}, "everything that was saved is deleted again"
    marked = [text for _, text in standin.seen if "<lom:entry" in text]
    assert marked
    assert all("MOCKPARS-CONTRACT-" in text for text in marked)


def test_a_case_without_somebody_for_its_role_is_omitted_with_that_reason(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.json"
    options = over(standin, None, "--case", "match-*", "--json", report)
    contract(monkeypatch, "run", "--target", "sandbox", *options)
    items = json.loads(report.read_text())["items"]
    assert any(item["status"] == "omit" and "names nobody for" in item["reason"] for item in items)
    assert all(item["reason"] for item in items if item["status"] == "omit")
    assert standin.seen == []


def test_an_interrupted_run_goes_on_where_it_stopped(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, state = tmp_path / "report.json", tmp_path / "state.json"
    options = over(standin, roles, "--case", "delete-*", "--json", report, "--state", state)
    contract(monkeypatch, "run", "--target", "sandbox", *options, "--budget", 12)
    first = json.loads(report.read_text())["counts"]
    assert first["pass"] >= 1
    assert first["skip"] >= 1, "the budget was spent before the end"
    before = len(standin.seen)
    assert contract(monkeypatch, "run", "--target", "sandbox", *options, "--budget", 500) == 0
    said = json.loads(report.read_text())
    again = [item for item in said["items"] if item["reason"] == "judged before the run was resumed"]
    assert len(again) == first["pass"]
    assert said["counts"]["skip"] == 0
    sent = "".join(text for _, text in standin.seen[before:])
    assert not any(f"-{number}-" in sent for number in _numbers(again)), "what was judged is not sent again"


def _numbers(items: list[dict[str, str]]) -> list[int]:
    ids = list(Library().cases)
    return [ids.index(item["id"]) + 1 for item in items]


def test_after_a_crash_clean_deletes_what_was_left(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state.json"
    options = over(standin, roles, "--case", "delete-then-ask*", "--state", state, "--keep")
    contract(monkeypatch, "run", "--target", "sandbox", *options)
    assert standin.held()["activities"] > 0
    text = state.read_text()
    assert USER not in text
    assert f"<Password>{PASSWORD}" not in text
    assert state.stat().st_mode & 0o077 == 0
    assert contract(monkeypatch, "clean", *over(standin, None, "--state", state)) == 0
    assert standin.held() == {"activities": 0, "learner_records": 0}
    assert json.loads(state.read_text())["made"] == []


def test_an_answer_that_is_lost_leaves_nothing_behind(
    standin: StandIn, roles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_saves(path: str, sent: bytes, answer: tuple[int, bytes]) -> tuple[int, bytes] | None:
        deleting = b"Delete" in sent
        return answer if deleting or not path.endswith("SaveActivity") else None

    standin.sabotage = lose_saves
    assert contract(monkeypatch, "run", "--target", "sandbox", *over(standin, roles, "--case", "delete-*")) == 1
    assert standin.held() == {"activities": 0, "learner_records": 0}


def test_a_url_without_the_control_api_is_treated_as_the_real_sandbox_is(
    standin: StandIn, roles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--target", standin.url, "--case", "match-everything-*", "--roles", roles, "--rate", 0]
    assert contract(monkeypatch, "run", *options) == 2
    assert "say so with --i-hold-the-credentials" in capsys.readouterr().err
    assert standin.seen == []
    assert contract(monkeypatch, "run", *options, "--i-hold-the-credentials") == 0


def test_a_redirect_is_never_followed(
    standin: StandIn, roles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standin.redirect_to = "https://pars.accme.org/services"
    assert contract(monkeypatch, "run", "--target", "sandbox", *over(standin, roles, "--case", "match-*")) == 1
    assert "pars.accme.org" in capsys.readouterr().out


def test_a_dry_run_shows_everything_and_sends_nothing(
    standin: StandIn, roles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = over(standin, roles, "--case", "delete-then-ask*", "--dry-run")
    assert contract(monkeypatch, "run", "--target", "sandbox", *options) == 0
    said = capsys.readouterr().out
    assert standin.seen == []
    assert f"POST {standin.url}/services/ACCMEService.svc/IACCMEServiceREST/SaveActivity" in said
    assert "[activity_id]" in said
    assert "<Password>***</Password>" in said


def test_a_template_of_roles_is_filled_in_and_checked(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "new.yaml"
    assert contract(monkeypatch, "roles", "--write", written) == 0
    assert set(yaml.safe_load(written.read_text())["people"]) == set(Library().roles)
    ask = ["--target", "sandbox", *over(standin, None)]
    assert contract(monkeypatch, "roles", "--check", roles, *ask) == 0
    table = yaml.safe_load(roles.read_text())
    table["people"]["matching-physician"]["date_of_birth"] = "1975-03-23"
    roles.write_text(yaml.safe_dump(table))
    capsys.readouterr()
    assert contract(monkeypatch, "roles", "--check", roles, *ask) == 1
    assert "matching-physician: match 0, expected match 1." in capsys.readouterr().out


def test_a_recording_holds_no_credentials_and_no_identities_and_replays(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, page, junit = tmp_path / "run.jsonl", tmp_path / "run.html", tmp_path / "run.xml"
    options = over(standin, roles, *chosen(), "--record", path, "--html", page, "--junit", junit, "--budget", 2000)
    contract(monkeypatch, "run", "--target", "sandbox", *options)
    cast = yaml.safe_load(roles.read_text())["people"]
    for written in (path.read_text(), page.read_text(), junit.read_text()):
        assert USER not in written
        for person in cast.values():
            assert person["npi"] not in written
            assert person["date_of_birth"] not in written
            assert f">{person['last_name']}<" not in written
    ET.parse(junit)  # noqa: S314  # our own report
    assert contract(monkeypatch, "run", "--target", f"replay:{path}", *chosen()) == 0


def test_drift_and_a_proposed_ledger_come_from_two_recordings(
    standin: StandIn, roles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, proposal = tmp_path / "before.jsonl", tmp_path / "after.jsonl", tmp_path / "ledger.yaml"
    options = over(standin, roles, "--case", "match-*", "--case", "completion-*", "--budget", 2000)
    contract(monkeypatch, "run", "--target", "sandbox", *options, "--record", before)

    def changed(path: str, sent: bytes, answer: tuple[int, bytes]) -> tuple[int, bytes] | None:
        return answer[0], answer[1].replace(b"<ErrorNumber>303<", b"<ErrorNumber>302<").replace(
            b"urn:pars:sandbox", b"urn:pars:2"
        )

    standin.sabotage = changed
    contract(monkeypatch, "run", "--target", "sandbox", *options, "--record", after)
    badge = tmp_path / "badge"
    assert contract(monkeypatch, "drift", before, before) == 0
    capsys.readouterr()
    status = contract(monkeypatch, "drift", before, after, "--propose-ledger", proposal, "--badge", badge)
    said = capsys.readouterr().out
    assert status == 4
    assert "SaveLearnerActivity-codes" in said
    assert "303 -> 302" in said
    assert "SaveLearnerActivity-namespaces" in said
    assert json.loads(badge.with_suffix(".json").read_text())["color"] == "red"
    ledger = yaml.safe_load(proposal.read_text())
    assert "refuted" in ledger["codes"]["303"]
    assert "confirmed" in ledger["sources"]["L2"]
    assert contract(monkeypatch, "ledger", "--ledger", proposal, "--stale-after", 30) == 5, "much was never reached"
