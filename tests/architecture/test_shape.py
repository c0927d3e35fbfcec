"""The shape of the code: sizes, docstrings, nothing unfinished, and nothing slow on the way to the first answer."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "mockpars"
MOST_LINES, MOST_IN_A_FUNCTION = 400, 50
SLOW = {"faker", "hypothesis", "jsonschema", "pytest", "requests", "schemathesis", "sqlalchemy", "xmlschema", "yaml"}
Function = ast.FunctionDef | ast.AsyncFunctionDef

SERVING = """
import json, sys, types
from mockpars.settings import load
from mockpars.cli import main
import mockpars.cli.serve
from mockpars.web.app import create_app
from mockpars.web import server
from mockpars.world import open_world
from mockpars.web.operations import OPERATIONS
settings = load(types.SimpleNamespace(ephemeral="true", clock="2026-05-10T15:00:00Z"), {})
app = create_app(open_world(settings, grouped=True))
body = sys.stdin.buffer.read()
path = OPERATIONS["SaveActivity"].paths[0]
answer = app.test_client().post(path, data=body, content_type="application/xml")
assert b"<Result>Accepted" in answer.data, answer.data
print(json.dumps(sorted(sys.modules)))
"""


def _sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


def _functions(tree: ast.Module) -> Iterator[tuple[str, Function, bool]]:
    """Every function with its dotted name, and whether people outside may use it."""

    def walk(node: ast.AST, prefix: str, public: bool) -> Iterator[tuple[str, Function, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                name, open_ = f"{prefix}{child.name}", public and not child.name.startswith("_")
                yield name, child, open_
                yield from walk(child, f"{name}.", False)
            elif isinstance(child, ast.ClassDef):
                bases = {ast.unparse(base) for base in child.bases}
                yield from walk(
                    child,
                    f"{prefix}{child.name}.",
                    public and not child.name.startswith("_") and "Protocol" not in bases,
                )
            else:
                yield from walk(child, prefix, public)

    yield from walk(tree, "", True)


def test_no_file_is_longer_than_the_house_allows() -> None:
    """Past 250 lines think of the seam, past 400 it was missed."""
    files = _sources()
    assert len(files) > 60
    sizes = {str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_no_function_is_longer_than_the_house_allows() -> None:
    """Fifty lines at most."""
    long = {
        f"{path.relative_to(ROOT)}:{name}": size
        for path in _sources()
        for name, node, _ in _functions(ast.parse(path.read_text("utf-8")))
        if (size := (node.end_lineno or 0) - node.lineno + 1) > MOST_IN_A_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_whatever_is_public_says_what_it_is(path: Path) -> None:
    """Modules, classes, functions and methods; an overload or a property's setter need not say it twice."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = [] if ast.get_docstring(tree) or not tree.body else [path.name]
    silent += [name for name, node, public in _functions(tree) if public and not _is_told(node)]
    silent += [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def _is_told(node: Function) -> bool:
    repeats = any(ast.unparse(entry).endswith((".setter", "overload", "override")) for entry in node.decorator_list)
    return repeats or ast.get_docstring(node) is not None


def test_nothing_is_left_unfinished() -> None:
    """No promise in a comment."""
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*_sources(), *(ROOT / "tests").rglob("*.py")]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_every_ignore_carries_its_reason() -> None:
    """`# noqa: S608 - why` and `# type: ignore[code] # why`."""
    bare = re.compile(
        r"# noqa(?!: [A-Z]+\d+(?:, ?[A-Z]+\d+)*\s*(?:-|#|\u2013) ?\w)|# type: ignore(?!\[[\w, -]+\] *# ?\w)"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*_sources(), *(ROOT / "tests").rglob("*.py")]
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_serving_loads_nothing_slow() -> None:
    """The whole way from settings to a judged SaveActivity, in a process of its own."""
    sample = (ROOT / "tests/unit/wire/samples/SaveActivity.xml").read_text("utf-8")
    sample = sample.replace("[email protected]", "ws-user@example.org").replace("*YOUR_WS_PASSWORD*", "sandbox")
    ran = subprocess.run(
        [sys.executable, "-c", SERVING], input=sample.encode(), cwd=ROOT, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    loaded = {name.partition(".")[0] for name in json.loads(ran.stdout)}
    assert {"flask", "lxml", "httptools", "sqlite3"} <= loaded
    assert loaded & SLOW == set()


def test_only_the_world_reads_the_wall_clock() -> None:
    """Time is the sandbox clock's; certificates and Date headers are of today."""
    told = re.compile(r"datetime\.(?:now|utcnow|today)\(|date\.today\(|\btime\.time\(")
    layers = ("domain", "service", "store", "wire", "web")
    found = {
        str(path.relative_to(PACKAGE))
        for path in _sources()
        if path.relative_to(PACKAGE).parts[0] in (*layers, "world.py") and told.search(path.read_text("utf-8"))
    }
    assert found <= {"world.py", "web/certificates.py", "web/heads.py"}
