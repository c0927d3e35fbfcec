"""The pages that are made from the code, so that they cannot rot: `python -m mockpars.docs`, and `--check` in CI."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mockpars.domain.rejection import CATALOGUE
from mockpars.domain.rules import RULES, STAGES
from mockpars.domain.scenario import CATALOGUE_OF_SCENARIOS
from mockpars.resources import data_path
from mockpars.settings import settings_table_markdown

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NOTE = "<!-- Made by `python -m mockpars.docs`; change the code it is made from, not this page. -->"


def main(arguments: list[str] | None = None) -> int:
    """Writes the pages, or with --check tells which are stale; 1 when some are."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    root = data_path("seed").parent
    stale = []
    for path, text in pages(root):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(root))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'stale; run make docs' if check else 'written'}")
    return 1 if stale and check else 0


def pages(root: Path) -> Iterable[tuple[Path, str]]:
    """Every page and what it should say."""
    yield root / "docs/codes.md", _page("Rejection codes", _codes_intro(), codes_table(), rules_table())
    yield root / "docs/personas.md", _page("Personas", _personas_intro(), personas_in_full())
    yield root / "docs/scenarios.md", _page("Scenarios", _scenarios_intro(), scenarios_table())
    yield root / "contracts/rejections.json", rejections_json()
    readme = root / "README.md"
    yield readme, fill(readme.read_text(encoding="utf-8"))


def fill(text: str) -> str:
    """Replaces each generated block of a page by what it should hold. Raises KeyError for an unknown block."""
    blocks: dict[str, Callable[[], str]] = {
        "settings": settings_table_markdown,
        "codes": codes_table,
        "personas": personas_table,
    }
    return _BLOCK.sub(lambda found: f"{found[1]}{blocks[found['name']]().strip()}\n{found[3]}", text)


def codes_table() -> str:
    """Every documented code: meaning, fix, and how to get it."""
    personas = _personas()
    rows = []
    for code, entry in CATALOGUE.items():
        who = [f"`{persona['key']}`" for persona in personas if code in persona["codes"]][:2]
        trigger = "`board-reject`" if code == 310 else f"`reject-{code}`"
        rows.append(f"| {code} | {entry.meaning} | {entry.fix} | {', '.join(who) or '-'} | {trigger} |")
    return _table(("code", "meaning", "fix", "persona", "scenario"), rows)


def rules_table() -> str:
    """Every rule behind the codes: stage, field, message, and how sure we are."""
    rows = []
    for stage, rules in STAGES.items():
        for rule in rules:
            rows.append(f"| `{rule.id}` | {stage} | {rule.message} | {rule.fix} | {rule.source}, {rule.basis} |")
    intro = "## The rules\n\nIn the order in which they are judged; a stage that finds something ends the record.\n\n"
    return intro + _table(("rule", "stage", "message", "fix", "source"), rows)


def personas_table() -> str:
    """Personas in a line each."""
    rows = [
        f"| `{entry['key']}` | {entry['title']} | {' '.join(map(str, entry['codes'])) or '-'} | {entry['summary']} |"
        for entry in _personas()
    ]
    return _table(("persona", "who", "codes", "what is special"), rows)


def personas_in_full() -> str:
    """Personas with what to send and what happens."""
    people = {entry["id"]: entry for entry in _seed("physicians.json")["physicians"]}
    rows = []
    for entry in _personas():
        one = people[entry["physician"]]
        name = f"{one['first_name']} {one['last_name']}"
        use = entry["use"].replace("\n", " ").replace("|", "\\|")
        rows.append(f"| `{entry['key']}` | {name} | {one['date_of_birth']} | {one['npi']} | {use} |")
    return _table(("persona", "name", "born", "NPI", "use"), rows)


def scenarios_table() -> str:
    """The catalogue of scenarios."""
    rows = []
    for kind in CATALOGUE_OF_SCENARIOS.values():
        argument = kind.argument or "-"
        if kind.default:
            argument += f" (default {kind.default})"
        rows.append(f"| `{kind.name}` | {kind.title} | {argument} | {kind.source}, {kind.basis} |")
    return _table(("scenario", "what happens", "after a colon", "source"), rows)


def rejections_json() -> str:
    """The catalogue for the contract suite, which does not import the mock."""
    body = [
        {
            "code": entry.code,
            "meaning": entry.meaning,
            "fix": entry.fix,
            "basis": entry.basis,
            "source": entry.source,
            "rules": [rule.id for rule in RULES.values() if rule.code == entry.code],
        }
        for entry in CATALOGUE.values()
    ]
    return json.dumps({"note": "Made by python -m mockpars.docs.", "rejections": body}, indent=2) + "\n"


def _codes_intro() -> str:
    return (
        "Codes, meanings and fixes are the reference's own (A4, L5). A persona makes the code happen by being chosen;\n"
        "a scenario makes it happen to any request: `X-Mockpars-Scenario: reject-303`."
    )


def _personas_intro() -> str:
    return (
        "Physicians of the seed who are there for a purpose. Everybody is synthetic: their NPIs pass the check digit\n"
        "but start with 2, which no real NPI does (James Holloway's is the reference's own sample number)."
    )


def _scenarios_intro() -> str:
    return (
        "One catalogue, whichever way a scenario is asked for: by a physician's data, by the request header\n"
        "`X-Mockpars-Scenario`, armed by the control API, or in the studio. "
        "A name nobody knows is an error that lists these."
    )


def _page(title: str, *parts: str) -> str:
    return f"{_NOTE}\n\n# {title}\n\n" + "\n\n".join(part.strip() for part in parts) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[str]) -> str:
    return "\n".join((f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *rows)) + "\n"


def _personas() -> list[dict[str, Any]]:
    personas: list[dict[str, Any]] = _seed("personas.json")["personas"]
    return personas


def _seed(name: str) -> dict[str, Any]:
    text = (data_path("seed") / name).read_text(encoding="utf-8")
    body: dict[str, Any] = json.loads(text)
    return body


if __name__ == "__main__":
    sys.exit(main())
