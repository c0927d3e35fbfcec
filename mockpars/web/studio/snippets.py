"""A message as something to paste: curl, Python, pytest and a CI job; a scenario as YAML."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from mockpars.web.studio.sending import CONTENT_TYPE, SCENARIO

_END = "END_OF_MESSAGE"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text to copy, and what it is."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Shot:
    """What is sent where, and what is expected of it."""

    url: str
    xml: str
    scenario: str | None
    expected: str
    code: int | None
    name: str


def snippets(shot: Shot) -> tuple[Snippet, ...]:
    """All of them."""
    return (
        Snippet("curl", "curl", _curl(shot)),
        Snippet("python", "Python", _python(shot)),
        Snippet("pytest", "pytest", _pytest(shot)),
        Snippet("ci", "CI job", _ci(shot)),
    )


def _curl(shot: Shot) -> str:
    lines = ["curl -sS -i --data-binary @- \\", f"  -H {shlex.quote(f'Content-Type: {CONTENT_TYPE}')} \\"]
    if shot.scenario:
        lines.append(f"  -H {shlex.quote(f'{SCENARIO}: {shot.scenario}')} \\")
    lines.append(f"  {shlex.quote(shot.url)} <<'{_END}'")
    return "\n".join([*lines, shot.xml, _END])


def _headers(shot: Shot) -> str:
    headers = {"Content-Type": CONTENT_TYPE} | ({SCENARIO: shot.scenario} if shot.scenario else {})
    return json.dumps(headers)


def _literal(xml: str) -> str:
    return repr(xml) if "\\" in xml or '"""' in xml else f'"""\\\n{xml}\n"""'


def _python(shot: Shot) -> str:
    return (
        "import urllib.request\n\n"
        f"MESSAGE = {_literal(shot.xml)}\n\n"
        f"request = urllib.request.Request({json.dumps(shot.url)}, MESSAGE.encode(), {_headers(shot)})\n"
        "with urllib.request.urlopen(request, timeout=30) as answer:\n"
        "    print(answer.status, answer.read().decode())\n"
    )


def _pytest(shot: Shot) -> str:
    check = f'    assert "<Result>{shot.expected}</Result>" in answer\n' if shot.expected else "    assert answer\n"
    if shot.code:
        check += f'    assert "<Code>{shot.code}</Code>" in answer\n'
    return (
        "import urllib.request\n\n"
        f"MESSAGE = {_literal(shot.xml)}\n\n\n"
        f"def test_{shot.name}() -> None:\n"
        f"    request = urllib.request.Request({json.dumps(shot.url)}, MESSAGE.encode(), {_headers(shot)})\n"
        "    with urllib.request.urlopen(request, timeout=30) as response:\n"
        "        answer = response.read().decode()\n"
        f"{check}"
    )


def _ci(shot: Shot) -> str:
    return (
        "# A job of GitHub Actions: your product's tests against PARS, with this scenario in the way.\n"
        "jobs:\n"
        "  pars:\n"
        "    runs-on: ubuntu-latest\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        "      - run: pip install mockpars\n"
        "      - run: |\n"
        "          mockpars serve --ephemeral --port 8027 &\n"
        "          mockpars wait --url http://127.0.0.1:8027\n"
        "      - run: |\n"
        f"          {_arm(shot)}\n"
        "      - run: make test ACCME_BASE_URL=http://127.0.0.1:8027  # your own tests\n"
    )


def _arm(shot: Shot) -> str:
    body = json.dumps({"scenario": shot.scenario or (f"reject-{shot.code}" if shot.code else "latency:1")})
    return (
        "curl -fsS -H 'Content-Type: application/json' "
        f"-d {shlex.quote(body)} http://127.0.0.1:8027/_mockpars/sandboxes/default/scenarios"
    )


def scenario_yaml(title: str, fields: dict[str, object]) -> str:
    """An armed scenario as a file: a list, so that files can be put together. JSON strings are YAML strings."""
    lines = [f"# {' '.join(title.split())}"]
    for number, (key, value) in enumerate((key, value) for key, value in fields.items() if value is not None):
        lines.append(f"{'- ' if number == 0 else '  '}{key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
