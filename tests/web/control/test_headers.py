"""What every answer of the control API carries, whatever it says."""

from __future__ import annotations

import pytest

from tests.web.controlled import DEFAULT, SANDBOXES, Controlled


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/_mockpars/ready", None, 200),
        ("GET", f"{DEFAULT}/journal", None, 200),
        ("POST", SANDBOXES, {"name": "team-a"}, 201),
        ("DELETE", f"{DEFAULT}/scenarios", None, 204),
        ("OPTIONS", SANDBOXES, None, 204),
        ("GET", "/_mockpars/<script>", None, 404),
        ("PATCH", SANDBOXES, None, 405),
        ("POST", SANDBOXES, {"name": "<script>"}, 422),
    ],
)
def test_no_browser_may_take_json_for_a_page(
    server: Controlled, method: str, path: str, body: object, status: int
) -> None:
    answer = server.call(method, path, body, described=False)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
