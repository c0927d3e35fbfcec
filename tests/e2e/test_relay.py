"""`mockpars serve --smtp`: a board's refusal reaches a real inbox, once; a mail server that is broken harms nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mockpars.service.relay import TIMEOUT
from tests.e2e.conftest import ROOT, Server
from tests.smtp_inbox import PATIENCE, smtp_server
from tests.support import NOW, PEOPLE, learners, record

pytestmark = pytest.mark.served
Starting = Callable[..., Server]
STELLA = learners(record(PEOPLE["stella-statesno"]))


def refuse(server: Server, sandbox: str | None = None) -> None:
    """Brings a refusal about: one of Stella's states does not want her."""
    assert server.post("SaveActivity", sandbox=sandbox).one("Result") == "Accepted"
    assert server.post("SaveLearnerActivity", STELLA, sandbox=sandbox).one("Result") == "Accepted"
    server.advance("P3D", sandbox or "default")


def mail_page(server: Server) -> str:
    """The Mail page as one line."""
    return " ".join(server.request("GET", "/_mockpars/studio/default/mail").body.decode().split())


def wait_for(server: Server, text: str) -> str:
    """The Mail page, as soon as it says so."""
    deadline = time.monotonic() + PATIENCE
    while text not in (page := mail_page(server)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert text in page
    return page


def test_a_refusal_arrives_once_whatever_is_started_again(starting: Starting, tmp_path: Path) -> None:
    with smtp_server() as inbox:
        flags = ("--db", str(tmp_path / "mockpars.db"), "--clock", NOW, "--smtp", f"smtp://127.0.0.1:{inbox.port}",
                 "--mail-to", "qa@example.org", "--mail-from", "pars@example.org")  # fmt: skip
        server = starting(*flags)
        refuse(server)
        (message,) = inbox.wait_for(1)
        assert (message["To"], message["From"]) == ("qa@example.org", "pars@example.org")
        assert "did not accept a learner record (ccid:mockpars:100000001)" in str(message["Subject"])
        assert "Stella Statesno" in message.get_content()
        page = wait_for(server, "1 handed over, 0 waiting, 0 given up.")
        assert "<strong>qa@example.org</strong>" in page
        server.stop()
        server = starting(*flags)
        server.create("team-a")
        refuse(server, "team-a")
        found = inbox.wait_for(2)
        assert found[1]["X-Mockpars-Sandbox"] == "team-a"
        assert found[0]["Message-ID"] != found[1]["Message-ID"]
        assert inbox.stays_at(2)


def test_requests_do_not_wait_for_a_mail_server_that_says_nothing(starting: Starting) -> None:
    with smtp_server(silent=True) as inbox:
        server = starting("--ephemeral", "--clock", NOW, "--smtp", f"smtp://127.0.0.1:{inbox.port}")
        refuse(server)
        wait_for(server, "0 handed over, 1 waiting")
        started = time.monotonic()
        for _ in range(20):
            server.post("LearnerMatchRequest")
        assert time.monotonic() - started < TIMEOUT
        assert server.stop() == 0


def test_the_mail_page_says_what_is_wrong_and_hides_the_password(starting: Starting) -> None:
    with smtp_server(refusal="550 no such mailbox") as inbox:
        server = starting("--ephemeral", "--clock", NOW, "--smtp", f"smtp://127.0.0.1:{inbox.port}")
        refuse(server)
        page = wait_for(server, "1 given up")
        assert "relay: last error" in page
        assert "does not take mail for primary-contact@example.org: 550 no such mailbox." in page
    with smtp_server(password="right") as inbox:
        server = starting("--ephemeral", "--clock", NOW, "--smtp", f"smtp://qa:hunter%402@127.0.0.1:{inbox.port}")
        refuse(server)
        page = wait_for(server, "1 given up")
        assert f"smtp://qa@127.0.0.1:{inbox.port} refuses the user or the password (535)." in page
        assert "hunter" not in page


def test_without_the_setting_no_mail_library_is_loaded() -> None:
    code = (
        "import sys\n"
        "from argparse import Namespace\n"
        "from mockpars.settings import load\n"
        "from mockpars.web.app import create_app\n"
        "from mockpars.world import open_world\n"
        "app = create_app(open_world(load(Namespace(ephemeral='true'), {}), grouped=False))\n"
        "assert app.test_client().get('/_mockpars/studio/default/mail').status_code == 200\n"
        "print(sorted({'smtplib', 'mockpars.service.relay', 'mockpars.service.mail_rounds'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
