"""When a code was last confirmed on the real sandbox: the same on the Codes page, in the control API and by command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockpars.cli import main
from mockpars.service import confirmed
from tests.web.controlled import Controlled
from tests.web.studio.browsing import Browser


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run has reached three codes."""
    (tmp_path / "ledger.yaml").write_text(
        'sources: {}\ncodes:\n  "303": {confirmed: 2026-05-06}\n'
        '  "304": {refuted: 2026-05-07, by: [<b>case</b>]}\n  "305": {confirmed: 2026-05-08, refuted: 2026-05-07}\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(confirmed, "data_path", lambda kind: tmp_path)


def shown(page: str, code: int) -> str:
    """What the card of a code says of the real sandbox, without its markup."""
    card = page.partition(f'id="code-{code}"')[2].partition("</section>")[0]
    found = re.search(r"<dt>On the real sandbox</dt><dd>(.*?)</dd>", card)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


@pytest.mark.usefixtures("ledger")
def test_the_page_tells_what_the_ledger_holds() -> None:
    browser = Browser()
    page = browser.page("/codes")
    browser.world.store.close()
    assert shown(page, 303) == "confirmed last confirmed on 2026-05-06"
    assert shown(page, 304) == "refuted refuted on 2026-05-07 by &lt;b&gt;case&lt;/b&gt;; never confirmed"
    assert shown(page, 305) == "confirmed last confirmed on 2026-05-08; refuted on 2026-05-07"
    assert shown(page, 306) == "never confirmed: no run reached it"


def test_without_any_run_no_code_is_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmed, "data_path", lambda kind: tmp_path)
    browser = Browser()
    page = browser.page("/codes")
    browser.world.store.close()
    assert page.count("never confirmed: no run reached it") == 17


@pytest.mark.usefixtures("ledger")
def test_the_control_api_tells_the_same() -> None:
    server = Controlled()
    codes = {entry["code"]: entry["real_sandbox"] for entry in server.get("/_mockpars/codes")["codes"]}
    server.close()
    assert codes[303] == {
        "word": "confirmed",
        "confirmed": "2026-05-06",
        "refuted": None,
        "by": [],
        "sentence": "last confirmed on 2026-05-06",
    }
    assert (codes[304]["word"], codes[304]["by"]) == ("refuted", ["<b>case</b>"])
    assert codes[306]["word"] == "never reached"


@pytest.mark.usefixtures("ledger")
def test_so_does_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "303"]) == 0
    assert "on the real sandbox last confirmed on 2026-05-06" in capsys.readouterr().out
    assert main(["explain", "306"]) == 0
    assert "on the real sandbox never confirmed: no run reached it" in capsys.readouterr().out
