"""Write the bill of materials of the environment this runs in: CycloneDX 1.6, JSON.

    python sbom.py [FILE]

Everything that is installed is listed, whatever the project says it needs: the Python distributions with licence and
dependencies, the interpreter, and the Debian packages where there are any. It carries no time and no random number, so
equal images have equal files. Standard library only, as it runs while the image is built.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROGRAM = "mockpars"
DPKG_STATUS = Path("/var/lib/dpkg/status")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

Component = dict[str, Any]


def normal(name: str) -> str:
    """The name of a distribution as package URLs spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def python_component(distribution: metadata.Distribution) -> Component:
    """A distribution, with the licence it declares."""
    name, version = normal(distribution.metadata["Name"]), distribution.version
    reference = f"pkg:pypi/{name}@{version}"
    component: Component = {
        "type": "application" if name == PROGRAM else "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": reference,
    }
    about = distribution.metadata
    expression, words = ((about.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    if expression:
        component["licenses"] = [{"expression": expression}]
    elif words and "\n" not in words:
        component["licenses"] = [{"license": {"name": words}}]
    else:
        trove = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
        if trove:
            component["licenses"] = [{"license": {"name": name}} for name in trove]
    return component


def python_dependencies(distributions: dict[str, metadata.Distribution]) -> Iterator[dict[str, Any]]:
    """What each distribution asks for, as far as it is installed: extras and markers that do not apply are not."""
    references = {name: f"pkg:pypi/{name}@{found.version}" for name, found in distributions.items()}
    for name, distribution in sorted(distributions.items()):
        asked = (_REQUIREMENT.match(requirement) for requirement in distribution.requires or ())
        names = {normal(found[0]) for found in asked if found} & references.keys() - {name}
        yield {"ref": references[name], "dependsOn": [references[other] for other in sorted(names)]}


def interpreter() -> Component:
    """The Python that runs it all."""
    version = platform.python_version()
    return {
        "type": "platform",
        "bom-ref": f"pkg:generic/python@{version}",
        "name": "python",
        "version": version,
        "purl": f"pkg:generic/python@{version}",
        "licenses": [{"license": {"id": "Python-2.0.1"}}],
    }


def debian_components(status: str) -> Iterator[Component]:
    """The packages that dpkg holds as installed."""
    for paragraph in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if re.match(r"[A-Z][\w-]*: ", line))
        if fields.get("Status") != "install ok installed":
            continue
        name, version, machine = fields["Package"], fields["Version"], fields["Architecture"]
        reference = f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={machine}"
        yield {"type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference}


def bill() -> dict[str, Any]:
    """The whole document."""
    distributions = {normal(found.metadata["Name"]): found for found in metadata.distributions()}
    program = python_component(distributions[PROGRAM])
    components = [python_component(found) for name, found in sorted(distributions.items()) if name != PROGRAM]
    components.append(interpreter())
    if DPKG_STATUS.is_file():
        components += debian_components(DPKG_STATUS.read_text(encoding="utf-8"))
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([program, *components], sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {"component": program},
        "components": components,
        "dependencies": list(python_dependencies(distributions)),
    }


def main() -> None:
    """Write it to the file that was named, or to standard output."""
    text = json.dumps(bill(), indent=1, ensure_ascii=False) + "\n"
    if len(sys.argv) < 2:
        sys.stdout.write(text)
        return
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
