"""A replay that does not say the same says what differs; what is no ticket is refused kindly; nothing is trusted."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mockpars.cli import main
from mockpars.pytest_support.server import started
from mockpars.web.tickets.bundle import BadTicket, read_ticket
from tests import support
from tests.support import PEOPLE, record
from tests.tickets.team import ACCOUNT, HOLLOWAY, Team, changed, contents, packed

pytestmark = pytest.mark.served
BOMB = b"0" * (17 * 1024 * 1024)
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><SubmitMessage>&b;</SubmitMessage>'


@pytest.fixture
def duplicate(team: Team) -> Path:
    """The ticket of a 304."""
    team.register()
    team.submit()
    team.submit()
    return team.saved()


def test_another_message_differs(team: Team, duplicate: Path) -> None:
    message = contents(duplicate.read_bytes())["request.xml"].replace(">2026-05-06</ar:Comp", ">2025-12-31</ar:Comp")
    status, told = team.replay(changed(team.folder / "other.zip", duplicate, request_xml=message))
    assert status == 1
    assert "differs" in told
    lines = [line.split() for line in told.splitlines()]
    assert ["ticket", "Rejected:", "304", "(AccmeActivityID)"] in lines
    assert ["replay", "Rejected:", "303", "(CompletedDateTime),", "304", "(AccmeActivityID)"] in lines


@pytest.mark.parametrize(
    ("parts", "now"),
    [
        ({"ground__learner_records": []}, "Accepted"),
        ({"ground__activities": []}, "302"),
        ({"ground__clock": "2030-01-01T00:00:00Z"}, "303"),
        ({"ground__armed": [{"scenario": "reject-307"}]}, "307"),
        ({"request__births": []}, "Schema"),
        ({"request__births": [{}]}, "300"),
        ({"request__credentials__password": "wrong"}, "401"),
        ({"request__births": [{"as": "PH-0001", "differs": "date of birth differs"}]}, "300"),
    ],
)
def test_another_ground_differs(team: Team, duplicate: Path, parts: dict[str, Any], now: str) -> None:
    status, told = team.replay(changed(team.folder / "other.zip", duplicate, **parts))
    assert status == 1, told
    assert any(now in line for line in told.splitlines() if line.startswith("    replay")), told


def test_a_server_of_its_own_says_the_same(team: Team, duplicate: Path) -> None:
    status, told = team.replay(duplicate, here=False)
    assert (status, "\nreproduced\n" in told) == (0, True), told


def test_an_unpacked_ticket_and_one_in_json_are_replayed_too(team: Team, duplicate: Path) -> None:
    with zipfile.ZipFile(duplicate) as archive:
        archive.extractall(team.folder / "unpacked")
    whole = team.folder / "ticket.json"
    whole.write_bytes(team.ticket(form="json"))
    assert [team.replay(path)[0] for path in (team.folder / "unpacked", whole)] == [0, 0]


def test_basic_that_was_missing_is_reproduced_by_a_strict_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with started("--strict-auth", "--clock", support.NOW) as server:
        team = Team(server, "strict", tmp_path, capsys)
        team.post("LearnerMatchRequest", support.match(HOLLOWAY, **ACCOUNT))
        bundle = team.saved()
    status, told = team.replay(bundle, here=False)
    assert (status, "401" in told) == (0, True), told


def test_the_sandbox_goes_unless_it_is_kept(team: Team, duplicate: Path) -> None:
    def names() -> set[str]:
        return {entry["name"] for entry in team.server.call("GET", "/_mockpars/sandboxes")["sandboxes"]}

    before = names()
    team.replay(duplicate)
    assert names() == before
    _, told = team.replay(duplicate, "--keep")
    (kept,) = names() - before
    assert f"/_mockpars/studio/{kept}/" in told


def test_it_is_always_the_same_zip(team: Team, duplicate: Path) -> None:
    assert team.ticket() == team.ticket() == duplicate.read_bytes()
    with zipfile.ZipFile(duplicate) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == [
            "ground/activity-12345678.xml", "request.xml", "response.xml", "ticket.json", "ticket.md",
        ]  # fmt: skip


def test_the_journal_command_makes_tickets(
    team: Team, duplicate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team.folder)
    number = str(team.latest()["id"])
    asked = ["journal", "--ticket", number, "--sandbox", team.name, "--url", team.server.url]
    assert main(asked) == 0
    assert main([*asked, "-o", "words.md"]) == 0
    assert Path(f"ticket-{number}.zip").read_bytes() == duplicate.read_bytes()
    assert Path("words.md").read_text(encoding="utf-8") == contents(duplicate.read_bytes())["ticket.md"]
    assert main([*asked, "-o", "no/such/folder.zip"]) == 2
    assert main(["journal", "--ticket", "999999", "--sandbox", team.name, "--url", team.server.url]) == 2
    assert "There is no exchange" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no ticket.json"),
        ({"ticket.json": "{"}, "no JSON"),
        ({"ticket.json": "[]"}, "not a ticket"),
        ({"ticket.json": "{}"}, "request or response is missing"),
        ({"ticket.json": '{"request": {}, "response": {}}'}, "not a ticket: format is missing"),
        ({"../../etc/passwd": "x"}, "no part of a ticket"),
        ({"/etc/passwd": "x"}, "no part of a ticket"),
        ({"ticket.json": "{}", "run.sh": "x"}, "no part of a ticket"),
        ({"ticket.json": BOMB}, "unpacks to more"),
        ({"ticket.json": "{}", "request.xml": b"\xff\xfe"}, "not UTF-8"),
    ],
)
def test_what_is_no_ticket_is_refused(
    tmp_path: Path, files: dict[str, str | bytes], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packed(tmp_path / "bad.zip", files)
    assert main(["replay", str(path)]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told
    assert list(tmp_path.rglob("*")) == [path]


def test_other_files_and_folders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.txt").write_text("not a ticket")
    cut = io.BytesIO()
    with zipfile.ZipFile(cut, "w") as archive:
        archive.writestr("ticket.json", "{}" * 100)
    (tmp_path / "cut.zip").write_bytes(cut.getvalue()[30:])
    for name in ("empty", "words.txt", "cut.zip", "nothing.zip"):
        assert main(["replay", str(tmp_path / name)]) == 2, name
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"response_xml": "<a/>"}, None),
        ({"verdict__told": [{"about": "Result", "said": "Accepted"}]}, "contradicts itself"),
        ({"endpoint__path": "/etc/passwd"}, "path"),
        ({"endpoint__operation": "Reboot"}, "operation"),
        ({"ground__activities__0__document": "<x/>"}, "cannot be laid again"),
        ({"ground__learner_records__0__physician": "PH-9999"}, "cannot be laid again"),
        ({"ground__learner_records__0__accepted_at": "2026-02-30T00:00:00Z"}, "cannot be laid again"),
        ({"ground__armed": [{"scenario": "reject-999"}]}, "reject-999"),
        ({"ground__clock": "1066-10-14"}, "clock"),
        ({"request__births": [{"as": "PH-9999"}]}, "PH-9999"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_ticket_that_was_tampered_with_is_refused(
    team: Team, duplicate: Path, parts: dict[str, Any], words: str | None
) -> None:
    bundle = changed(team.folder / "other.zip", duplicate, **parts)
    if "ground__activities__0__document" in parts:
        files: dict[str, str | bytes] = dict(contents(bundle.read_bytes()))
        bundle = packed(bundle, {**files, "ground/activity-12345678.xml": "<x/>"})
    status, told = team.replay(bundle)
    if words is None:
        assert status in (0, 1, 2)
        return
    assert (status, words in told) == (2, True), told
    assert "Traceback" not in told


def test_entities_are_never_expanded(team: Team, duplicate: Path) -> None:
    """Not by the reader, and not by the server that the message is replayed on."""
    bundle = changed(team.folder / "laughs.zip", duplicate, request_xml=LAUGHS)
    status, told = team.replay(bundle)
    assert (status, "Malformed" in told) == (1, True)
    with pytest.raises(BadTicket, match="is not a ticket"):
        read_ticket(changed(team.folder / "answer.zip", duplicate, response_xml=LAUGHS, verdict__told=[1]))


def test_a_message_that_the_journal_cut_is_not_replayed(team: Team) -> None:
    team.register()
    team.submit(*(record(PEOPLE["irma-internist"], completed="2026-05-06") for _ in range(600)))
    status, told = team.replay(team.saved())
    assert (status, "longer than the journal keeps" in told) == (2, True), told


def test_the_json_is_as_described(team: Team, duplicate: Path) -> None:
    from mockpars.web.openapi import describe
    from tests.web.controlled import validate

    described = describe()
    validate(json.loads(team.ticket(form="json")), described["components"]["schemas"]["Ticket"], described)
