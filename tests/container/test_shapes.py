"""The Dockerfile, the compose file and the examples of pipelines agree with each other and with the settings."""

import ast
import importlib.util
import json
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockpars import __version__
from mockpars.settings import SETTINGS, load

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / "examples" / "ci"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["mockpars"]
GITHUB = yaml.safe_load((CI / "github-actions.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((CI / "gitlab-ci.yml").read_text(encoding="utf-8"))
TESTCONTAINERS = (CI / "testcontainers_pars.py").read_text(encoding="utf-8")
WITH_VARIABLES = [
    *(ROOT / name for name in ("Dockerfile", "compose.yaml", "docs/ci.md", "container/check.py")),
    *sorted(path for path in CI.iterdir() if path.is_file()),
]
# Not settings of the server: the plugin's and the scripts' address of it, and what compose and testcontainers are told.
OF_OTHERS = {"MOCKPARS_URL", "MOCKPARS_PUBLISHED_PORT", "MOCKPARS_IMAGE", "MOCKPARS_TYPO"}

INSTALLED = any(found.name == "mockpars" for found in metadata.distributions())


def instructions(name: str, stage: int = -1) -> list[str]:
    """What follows an instruction's name, in one stage of the Dockerfile, continuation lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    lines = re.split(r"^(?=FROM )", text, flags=re.MULTILINE)[stage].splitlines()
    return [line.partition(" ")[2].strip() for line in lines if line.split(" ")[0] == name]


def image_environment() -> dict[str, str]:
    """The variables that the image sets."""
    (line,) = instructions("ENV")
    return dict(word.split("=", 1) for word in shlex.split(line))


@pytest.mark.parametrize("path", WITH_VARIABLES, ids=lambda path: path.name)
def test_every_variable_that_is_named_is_a_setting(path: Path) -> None:
    known = {setting.variable for setting in SETTINGS} | OF_OTHERS
    assert set(re.findall(r"MOCKPARS_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))) <= known


def test_the_image_runs_one_unprivileged_process_with_a_health_check() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert json.loads(instructions("ENTRYPOINT")[0]) + json.loads(instructions("CMD")[0]) == ["mockpars", "serve"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("HEALTHCHECK")[0].endswith('CMD ["mockpars", "ready"]')
    assert instructions("VOLUME") == ["/data"]


def test_the_images_settings_leave_every_choice_open() -> None:
    settings = load(None, image_environment())
    assert (settings.host, settings.port, settings.tls_port) == ("0.0.0.0", 8027, 8443)  # noqa: S104 - the container's
    assert instructions("EXPOSE") == ["8027 8443"]
    assert settings.db.is_relative_to("/data")
    assert settings.tls_dir.is_relative_to("/data")
    assert settings.control_from == "local"
    assert load(None, image_environment() | {"MOCKPARS_EPHEMERAL": "true"}).ephemeral
    assert load(None, image_environment() | {"MOCKPARS_DB": "/data/mine.db"}).db == Path("/data/mine.db")


def test_the_image_takes_only_what_the_lock_knows_from_no_named_index() -> None:
    (download,) = (line for line in instructions("RUN", 1) if " download" in line)
    assert "--require-hashes" in download
    assert "requirements-run.lock" in download
    assert all("--no-index" in line for line in instructions("RUN", 1) if " install " in line)
    assert "://" not in DOCKERFILE
    assert "index-url" not in DOCKERFILE


def test_everything_that_is_copied_is_in_the_build_context() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for line in instructions("COPY", 1) for name in line.split()[:-1]}
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)


def test_labels_carry_this_version() -> None:
    assert f"VERSION={__version__}" in instructions("ARG")
    (labels,) = instructions("LABEL")
    assert 'licenses="MIT"' in labels


def test_compose_publishes_to_this_machine_only_and_keeps_state_in_a_volume() -> None:
    (port,) = COMPOSE["ports"]
    assert port.startswith("127.0.0.1:")
    assert port.endswith(":8027")
    assert COMPOSE["read_only"] is True
    assert [volume.split(":")[1] for volume in COMPOSE["volumes"]] == instructions("VOLUME")
    assert COMPOSE["image"] == f"mockpars:{__version__}"


def test_the_examples_name_this_version_and_the_images_port() -> None:
    service = GITHUB["jobs"]["tests"]["services"]["mockpars"]
    (gitlab,) = GITLAB["tests"]["services"]
    images = [service["image"], gitlab["name"], COMPOSE["image"], _constant("IMAGE")]
    assert {image.rpartition("/")[2] for image in images} == {f"mockpars:{__version__}"}
    assert service["ports"] == ["8027:8027"]
    assert GITHUB["jobs"]["tests"]["env"]["MOCKPARS_URL"] == "http://localhost:8027"
    assert GITLAB["tests"]["variables"]["MOCKPARS_URL"] == f"http://{gitlab['alias']}:8027"
    assert _constant("PORT") == 8027


def test_the_examples_settings_open_the_control_api_to_the_job() -> None:
    service = GITHUB["jobs"]["tests"]["services"]["mockpars"]
    (gitlab,) = GITLAB["tests"]["services"]
    for given in (service["env"], gitlab["variables"]):
        settings = load(None, image_environment() | given)
        assert settings.ephemeral
        assert settings.control_from == "anywhere"
    assert set(re.findall(r'with_env\("(\w+)"', TESTCONTAINERS)) == set(gitlab["variables"])


def test_scripts_that_jobs_run_are_there() -> None:
    steps = [step["run"] for step in GITHUB["jobs"]["tests"]["steps"] if "run" in step] + GITLAB["tests"]["script"]
    scripts = [word for step in steps for word in step.split() if word.endswith(".sh")]
    assert len(scripts) == 2
    assert all((ROOT / script).is_file() for script in scripts)
    subprocess.run(["sh", "-n", *scripts], cwd=ROOT, check=True)


@pytest.mark.skipif(not INSTALLED, reason="mockpars runs from its checkout here and is not installed")
def test_the_bill_of_materials_lists_what_is_installed(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    subprocess.run([sys.executable, ROOT / "container" / "sbom.py", file], check=True)
    bill = json.loads(file.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/mockpars@{__version__}"
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(references) == len(set(references))
    assert any(reference.startswith("pkg:pypi/lxml@") for reference in references)
    known = {*references, bill["metadata"]["component"]["bom-ref"]}
    for entry in bill["dependencies"]:
        assert {entry["ref"], *entry["dependsOn"]} <= known
    subprocess.run([sys.executable, ROOT / "container" / "sbom.py", tmp_path / "again.json"], check=True)
    assert (tmp_path / "again.json").read_bytes() == file.read_bytes()


def test_debian_packages_are_those_that_are_installed() -> None:
    status = (
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u1\n"
        "Description: words\n more: words\n\nPackage: gone\nStatus: deinstall ok config-files\n"
        "Architecture: all\nVersion: 1\n"
    )
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "container" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    sbom: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sbom)
    (found,) = sbom.debian_components(status)
    assert found["purl"] == "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64"


def _constant(name: str) -> object:
    """A constant of the testcontainers example, whose library need not be installed here."""
    for node in ast.parse(TESTCONTAINERS).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            value = node.value.args[1] if isinstance(node.value, ast.Call) else node.value
            return ast.literal_eval(value)
    raise AssertionError(name)
