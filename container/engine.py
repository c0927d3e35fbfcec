"""Build the image without a container engine: mmdebstrap makes a base, buildah builds the Dockerfile in a chroot.

The Dockerfile is taken as it stands. Nothing leaves the cache folder, and no daemon is needed. This machine's settings
of pip are handed in as build secrets, so that neither the Dockerfile nor the image knows them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TOOLS = {"buildah": "buildah", "mmdebstrap": "mmdebstrap", "bwrap": "bubblewrap", "setpriv": "util-linux"}
TOOLS |= {"nsenter": "util-linux", "ip": "iproute2", "curl": "curl"}
IMAGE = "localhost/mockpars:check"
# Settings of pip that mean something inside the build; the others name files of this machine.
_PIP_SETTINGS = frozenset({"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout"})


class Unavailable(Exception):
    """The check cannot be made here; the message says why."""


def cache() -> Path:
    """Where base and images are kept from one check to the next."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mockpars-image-check"


def need_tools() -> None:
    """Install what is missing, as far as this machine lets us. Raises Unavailable."""
    if sys.platform != "linux":
        raise Unavailable(f"it takes Linux, and this is {sys.platform}")
    if os.geteuid() != 0:
        raise Unavailable("it takes root: a build in a chroot and a read-only run need its rights")
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise Unavailable(f"{', '.join(missing)} are missing, and only Debian's packages are known here")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(  # noqa: S603 - package names written above
            ["apt-get", *command],  # noqa: S607 - wherever this Debian keeps it
            env=environment,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unavailable(f"{', '.join(missing)} cannot be installed: {last}")


def run(*command: str, log: Path | None = None) -> str:
    """Run a command and return its output; raise RuntimeError with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 - commands of this script
    if log is not None:
        log.write_text(done.stdout + done.stderr)
    if done.returncode:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise RuntimeError(f"{' '.join(command[:6])} ... exited {done.returncode}:\n{words}")
    return done.stdout


def buildah(*arguments: str, log: Path | None = None) -> str:
    """buildah, with its images in our cache."""
    return run("buildah", "--root", str(cache() / "images"), "--runroot", str(cache() / "run"), *arguments, log=log)


def codename() -> str:
    """The release of this Debian. Raises Unavailable."""
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise Unavailable("this machine's /etc/os-release does not say which Debian it is")


def base_image() -> str:
    """The name of the base image: Debian with its own Python, made when it is not in the cache."""
    release = codename()
    name = f"localhost/mockpars-base:{release}"
    if any(name in line for line in buildah("images", "--format", "{{.Name}}:{{.Tag}}").splitlines()):
        return name
    archive = cache() / f"{release}.tar"
    try:
        run(
            "mmdebstrap",
            "--variant=essential",
            "--include=python3,python3-venv",
            *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "man", "locale")),
            release,
            str(archive),
        )
    except RuntimeError as error:
        raise Unavailable(f"no base could be made: {error}") from None
    container = buildah("from", "scratch").strip()
    buildah("add", "--quiet", container, str(archive), "/")
    buildah("commit", "--quiet", "--rm", "--format", "docker", container, name)
    archive.unlink()
    return name


def pip_secrets(folder: Path) -> list[str]:
    """Flags that hand this machine's settings of pip to the build."""
    listed = run(sys.executable, "-m", "pip", "config", "list")
    lines = ["[global]"]
    seen = set()
    authority = os.environ.get("PIP_CERT", "")
    for line in reversed(listed.splitlines()):  # The environment comes first there, and beats the files.
        key, _, value = line.partition("=")
        name, text = key.rpartition(".")[2], value.strip("'\"")
        if name == "cert":
            authority = authority or text
        urls = [word for word in text.split() if not word.startswith("file:")]
        if name in _PIP_SETTINGS and name not in seen and urls:
            seen.add(name)
            lines.append(f"{name} = {' '.join(urls)}")
    flags = []
    if authority and Path(authority).is_file():
        lines.append("cert = /run/secrets/ca.pem")
        flags += ["--secret", f"id=ca,src={authority}"]
    settings = folder / "pip.conf"
    settings.write_text("\n".join(lines) + "\n")
    return ["--secret", f"id=pip,src={settings}", *flags]


@dataclass(frozen=True)
class Image:
    """A built image: what its maker said about it, its bytes, and its files, mounted."""

    config: dict[str, Any]
    size: int
    base_size: int
    files: Path
    container: str
    seconds: dict[str, float]


def build(folder: Path) -> Image:
    """Build the Dockerfile as it stands, and mount what came of it; its `seconds` say what took how long."""
    started = time.perf_counter()
    base = base_image()
    based = time.perf_counter()
    arguments = ["--isolation", "chroot", "--network", "host", "--format", "docker", "--layers"]
    arguments += ["--build-arg", f"BASE={base}", *pip_secrets(folder), "--tag", IMAGE]
    buildah("bud", *arguments, str(ROOT), log=folder / "build.log")
    built = time.perf_counter()
    found = json.loads(buildah("inspect", "--type", "image", IMAGE))
    container = buildah("from", "--pull-never", IMAGE).strip()
    files = Path(buildah("mount", container).strip())
    seconds = {"base": based - started, "build": built - based, "mount": time.perf_counter() - built}
    return Image(found["Docker"]["config"], image_size(IMAGE), image_size(base), files, container, seconds)


def image_size(name: str) -> int:
    """The bytes of all layers of an image."""
    (found,) = json.loads(buildah("images", "--json", name))
    digits, unit = found["size"].split()
    return int(float(digits) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit])


def discard(image: Image) -> None:
    """Let go of the mounted files, and of layers no image needs any more."""
    buildah("umount", image.container)
    buildah("rm", image.container)
