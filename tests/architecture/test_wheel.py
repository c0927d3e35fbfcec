"""The wheel is complete: installed alone with what it says it needs, it has its data and serves."""

import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
DATA_FOLDERS = ("contracts", "seed", "xsd")

pytestmark = [
    pytest.mark.slow,
    # The wheel is built and installed once; spread over several workers it would be once in each.
    pytest.mark.xdist_group("wheel"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment holding the wheel, its runtime requirements and nothing else."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "env", with_pip=False)
    python = home / "env" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    (site_packages,) = (home / "env").glob("lib/python*/site-packages")
    libraries = home / "libraries"
    libraries.mkdir()
    for name in runtime_requirements(wheel):
        link_distribution(name, libraries)
    (site_packages / "requirements.pth").write_text(f"{libraries}\n")
    return python.parent


def runtime_requirements(wheel: Path) -> set[str]:
    """Return the names of all that the wheel needs to run, its requirements' requirements included."""
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        declared = HeaderParser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])
    todo, found = list(declared), set[str]()
    while todo:
        requirement = Requirement(todo.pop())
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and requirement.name not in found:
            found.add(requirement.name)
            todo += metadata.requires(requirement.name) or []
    return found


def link_distribution(name: str, folder: Path) -> None:
    """Make what a distribution of this environment put into site-packages importable from another folder."""
    distribution = metadata.distribution(name)
    for top in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
        link = folder / top
        if not link.exists():
            link.symlink_to(Path(str(distribution.locate_file(top))))


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead the installed program back to this checkout."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHONPATH", "MOCKPARS_"))}


@pytest.mark.parametrize("folder", DATA_FOLDERS)
def test_the_wheel_carries_every_data_file(wheel: Path, folder: str) -> None:
    """Each file of the data folders is in the wheel, under mockpars/_data."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    with ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    assert listed
    assert {f"mockpars/_data/{name}" for name in listed} <= carried


def test_the_wheel_carries_the_package_the_types_marker_and_the_licence_only(wheel: Path) -> None:
    """No test, benchmark or example slips in."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "mockpars/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"mockpars"}


def test_the_installed_package_finds_its_own_data(installed: Path, tmp_path: Path) -> None:
    """resources.data_path leads into the environment, not into this checkout."""
    code = f"from mockpars.resources import data_path; print(*map(data_path, {DATA_FOLDERS}), sep='\\n')"
    run = [str(installed / "python"), "-c", code]
    out = subprocess.run(run, cwd=tmp_path, env=clean_environment(), check=True, capture_output=True, text=True).stdout
    for folder, path in zip(DATA_FOLDERS, out.splitlines(), strict=True):
        assert Path(path).is_relative_to(installed.parent)
        assert Path(path).name == folder


@pytest.fixture
def base_url(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The base URL of `mockpars serve`, run from the installed wheel alone."""
    command = [str(installed / "mockpars"), "serve", "--ephemeral", "--port", "0"]
    errors = tmp_path / "stderr"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            command, cwd=tmp_path, env=clean_environment(), stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            assert url.startswith("http://"), errors.read_text()
            yield url
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.mark.served
def test_the_installed_package_serves(base_url: str) -> None:
    """Nothing that serving needs is missing from the wheel or from its requirements."""
    with urlopen(f"{base_url.rstrip('/')}/_mockpars/ready", timeout=10) as answer:
        assert answer.status == 200


def test_the_locks_pin_every_requirement_with_hashes_and_name_no_index() -> None:
    """What is declared is pinned, and where it is fetched from is left to whoever installs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for lock in ("requirements.lock", "requirements-run.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text()
        assert "://" not in text
        assert "index-url" not in text
        pinned = {line.partition("==")[0] for line in text.splitlines() if "==" in line and line[0].isalpha()}
        assert {Requirement(line).name.lower() for line in project["dependencies"]} <= pinned
        assert text.count("--hash=sha256:") >= len(pinned)
