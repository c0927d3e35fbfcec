"""Pages of other origins, rebound names and other machines: the control API and the studio's pages."""

from __future__ import annotations

import pytest

from mockpars.web.control.table import ENDPOINTS
from tests.e2e.conftest import Server

pytestmark = pytest.mark.served

FOREIGN_HOSTS = ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "pars.accme.org:80", "[::2]", "0x7f.1"]
FOREIGN_ORIGINS = [
    "https://evil.example",
    "null",
    "http://localhost:1",
    "file://",
    "http://127.0.0.1.evil.example",
    "x",
    "//",
]
CHANGES = sorted({(entry.method, entry.path) for entry in ENDPOINTS if entry.method != "GET"})
READS = sorted({entry.path for entry in ENDPOINTS if entry.method == "GET" and not entry.open_to_all})
PAGES = [
    "physicians",
    "activities",
    "learners",
    "journal",
    "break",
    "codes",
    "upload",
    "learners.csv",
    "activities/new",
]
STUDIO = "/_mockpars/studio/default/"


def _real(path: str) -> str:
    for name, value in (("sandbox", "default"), ("physician", "PH-0001"), ("activity", "1"), ("credit_id", "1")):
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{exchange}", "1").replace("{armed}", "1")


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_page_of_another_origin_changes_nothing(server: Server, method: str, path: str, origin: str) -> None:
    """403 before anything is read or done."""
    before = server.control("GET", "sandboxes")[1]
    answer = server.request(method, _real(path), b"{}", Content_Type="application/json", Origin=origin)
    assert answer.status == 403
    assert not {name.lower() for name in answer.headers} & {
        "access-control-allow-origin",
        "access-control-allow-methods",
    }
    assert server.control("GET", "sandboxes")[1] == before


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", READS)
def test_a_rebound_name_reads_nothing(server: Server, path: str, host: str) -> None:
    """The Host must be a name of this machine."""
    assert server.request("GET", _real(path), Host=host).status == 403


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("page", PAGES)
def test_a_rebound_name_sees_no_page(server: Server, page: str, host: str) -> None:
    """It is sent to sign in, which nobody can who has no password."""
    answer = server.request("GET", STUDIO + page, Host=host)
    assert answer.status == 303
    assert b"Holloway" not in answer.body


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("page", ["reset", "advance", "activities/new", "upload", "break"])
def test_a_foreign_form_is_refused(server: Server, page: str, origin: str) -> None:
    """403, with or without a token of a form."""
    form = b"csrf=x&confirm=default&by=overnight"
    answer = server.request(
        "POST", STUDIO + page, form, Content_Type="application/x-www-form-urlencoded", Origin=origin
    )
    assert answer.status == 403


def test_no_preflight_is_granted(server: Server) -> None:
    """Browsers ask before they send JSON elsewhere; they get no leave."""
    answer = server.request(
        "OPTIONS", "/_mockpars/sandboxes", Origin="https://evil.example", Access_Control_Request_Method="POST"
    )
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
