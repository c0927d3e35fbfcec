"""Build the image and try it as an engine would run it, without an engine: `make image-check`.

    python container/check.py [--json FILE]

Prints a table in Markdown, and exits 1 when something is not as it should be. Where the tools cannot be had it says
why, and exits 0.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from engine import ROOT, Image, Unavailable, build, cache, discard, need_tools
from running import ELSEWHERE, Container, container

MOST_MEGABYTES = 200  # on top of the base
MOST_SECONDS = 2.0  # to the first good answer, on two busy cores
MOST_STOP_SECONDS = 2.0
SANDBOXES = "/_mockpars/sandboxes"
ATTEMPT = "for f in / /opt/mockpars /etc /tmp /var/tmp /data; do touch $f/x 2>/dev/null && echo $f; done"


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    good: bool
    seen: str


def checked_image(image: Image) -> Iterator[Finding]:
    """What the image says about itself, and what is in it."""
    config = image.config
    yield Finding("user", config["User"] == "10001:10001", config["User"])
    yield Finding(
        "one process, exec form", config["Entrypoint"] + config["Cmd"] == ["mockpars", "serve"], "mockpars serve"
    )
    health = (config.get("Healthcheck") or {}).get("Test", [])
    yield Finding("health check", health == ["CMD", "mockpars", "ready"], " ".join(health[1:]))
    yield Finding("stop signal", config.get("StopSignal") == "SIGTERM", str(config.get("StopSignal")))
    ports = ", ".join(sorted(config["ExposedPorts"]))
    yield Finding("ports", ports == "8027/tcp, 8443/tcp", ports)
    ours = (image.size - image.base_size) / 1e6
    seen = f"{ours:.0f} MB on a base of {image.base_size / 1e6:.0f} MB"
    yield Finding(f"size: at most {MOST_MEGABYTES} MB on top of the base", ours <= MOST_MEGABYTES, seen)
    bill = json.loads((image.files / "usr/share/mockpars/sbom.json").read_text())
    names = {component["name"] for component in bill["components"]}
    installed = bill["bomFormat"] == "CycloneDX" and {"flask", "httptools", "lxml", "python"} <= names
    seen = f"{len(names)} components; none of what only building needs"
    yield Finding("bill of materials", installed and not {"pip", "hatchling"} & names, seen)
    yield Finding("bytecode for every module", *_bytecode(image.files / "opt/mockpars/lib"))
    labels = config.get("Labels") or {}
    wanted = {"title", "description", "licenses", "version", "revision", "base.name"}
    named = {name for name in wanted if labels.get(f"org.opencontainers.image.{name}")}
    seen = f"{len(named)} of org.opencontainers.image, io.mockpars.sbom={labels.get('io.mockpars.sbom')}"
    yield Finding("labels", named == wanted and (image.files / labels["io.mockpars.sbom"][1:]).is_file(), seen)
    left = [str(path.relative_to(image.files)) for path in (image.files / "etc").glob("pip*") if path.stat().st_size]
    yield Finding("settings of the build machine left behind", not left, ", ".join(left) or "none")


def _bytecode(folder: Path) -> tuple[bool, str]:
    """Each module has its bytecode, which is taken without a look at the source (PEP 552: flags 1, unchecked hash)."""
    modules = [path for path in folder.rglob("*.py") if "__pycache__" not in path.parts]
    compiled = {path.parent.parent / path.name.split(".")[0]: path for path in folder.rglob("__pycache__/*.pyc")}
    bare = [path for path in modules if path.with_suffix("") not in compiled]
    stale = [path for path in compiled.values() if path.read_bytes()[4:8] != b"\x01\0\0\0"]
    odd = [str(path.relative_to(folder)) for path in bare + stale]
    return not odd, ", ".join(odd[:5]) or f"{len(modules)} modules"


def with_volume(image: Image, folder: Path) -> Iterator[Finding]:
    """State in a volume, everything else read-only; stopped in good order and started again."""
    volume = _volume(folder, image, "data")
    with container(image, volume, MOCKPARS_LOG_FORMAT="json", MOCKPARS_TYPO="1") as running:
        yield Finding("runs as", running.status("Uid").split()[0] == "10001", "uid " + running.status("Uid").split()[0])
        yield Finding("capabilities", int(running.status("CapEff"), 16) == 0, running.status("CapEff"))
        yield Finding("process 1", running.status("NSpid").split()[-1] == "1", "mockpars itself")
        yield Finding("memory, idle", True, running.status("VmRSS"))
        wrote = running.inside("/bin/sh", "-c", ATTEMPT).stdout.split("\n")
        yield Finding(
            "root file system read-only, /data writable", wrote == ["/data", ""], "writable: " + " ".join(wrote).strip()
        )
        health = running.inside(*image.config["Healthcheck"]["Test"][1:])
        yield Finding("health check when ready", health.returncode == 0, f"exit {health.returncode}")
        done = _smoke(running)
        yield Finding("examples/ci/smoke.sh on the loopback", done[0], done[1])
        far = running.call(SANDBOXES, url=f"http://{ELSEWHERE}:8027").status
        yield Finding("control API, caller elsewhere, nothing set", far == 403, str(far))
        running.call(SANDBOXES, "-H", "Content-Type: application/json", "-d", '{"name": "kept"}')
        code, seconds = running.stop()
        good = code == 0 and seconds <= MOST_STOP_SECONDS
        yield Finding("stop signal", good, f"exit {code} after {seconds:.2f} s")
        yield Finding("log as JSON", *_json_log(running))
        starts = [running.seconds]
    with container(image, volume) as running:
        found = running.call(SANDBOXES + "/kept").status
        yield Finding("state kept in the volume", found == 200, str(found))
        starts.append(running.seconds)
    yield Finding("start to first good answer, best of two", min(starts) <= MOST_SECONDS, f"{min(starts):.2f} s")


def without_volume(image: Image, _: Path) -> Iterator[Finding]:
    """Nothing writable at all, as a CI service: the examples' settings, callers from elsewhere."""
    with container(image, None, MOCKPARS_EPHEMERAL="true", MOCKPARS_CONTROL_FROM="anywhere") as running:
        yield Finding("ephemeral, nothing writable: start", running.seconds <= MOST_SECONDS, f"{running.seconds:.2f} s")
        done = _smoke(running, ELSEWHERE)
        yield Finding("examples/ci/smoke.sh from elsewhere", done[0], done[1])
        code, _seconds = running.stop()
        yield Finding("stop signal", code == 0, f"exit {code}")


def with_token(image: Image, folder: Path) -> Iterator[Finding]:
    """A token instead of trust, another port, and HTTPS beside it."""
    settings = {"MOCKPARS_TOKEN": "check", "MOCKPARS_PORT": "9000", "MOCKPARS_TLS": "true"}
    with container(image, _volume(folder, image, "tls"), **settings) as running:
        bare = running.call(SANDBOXES, url=running.base_url).status
        known = running.call(SANDBOXES, "-H", "Authorization: Bearer check", url=f"http://{ELSEWHERE}:9000").status
        yield Finding("control API with a token", (bare, known) == (401, 200), f"{bare} without it, {known} with it")
        health = running.inside(*image.config["Healthcheck"]["Test"][1:])
        yield Finding("health check on another port", health.returncode == 0, f"exit {health.returncode}")
        secure = running.call("/_mockpars/ready", "--insecure", url="https://127.0.0.1:8443").status
        yield Finding("HTTPS on 8443", secure == 200, str(secure))
        os.kill(running.pid, 19)  # SIGSTOP: alive, but answering nobody
        sick = running.inside(*image.config["Healthcheck"]["Test"][1:])
        os.kill(running.pid, 18)
        yield Finding("health check when it hangs", sick.returncode == 1, f"exit {sick.returncode}")


def _volume(folder: Path, image: Image, name: str) -> Path:
    """A fresh volume, owned as an engine makes it: as the folder in the image is."""
    volume = folder / name
    volume.mkdir()
    owner = (image.files / "data").stat()
    os.chown(volume, owner.st_uid, owner.st_gid)
    return volume


def _smoke(running: Container, host: str = "127.0.0.1") -> tuple[bool, str]:
    done = running.outside("sh", str(ROOT / "examples/ci/smoke.sh"), MOCKPARS_URL=f"http://{host}:8027")
    lines = done.stdout.strip().splitlines()
    return done.returncode == 0, f"{len(lines)} steps" if done.returncode == 0 else done.stdout + done.stderr


def _json_log(running: Container) -> tuple[bool, str]:
    """Every line on standard error is an object."""
    bad = [line for line in running.errors if not line.startswith("{")]
    return not bad, bad[0] if bad else f"{len(running.errors)} lines on standard error"


def table(findings: list[Finding]) -> str:
    """The findings, as Markdown."""
    rows = [f"| {one.what} | {one.seen} | {'yes' if one.good else '**NO**'} |" for one in findings]
    return "\n".join(["| checked | seen | as it should be |", "| --- | --- | --- |", *rows])


def main() -> int:
    """Build, run, judge."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--json", type=Path, help="write the findings there too")
    chosen = options.parse_args()
    started = time.perf_counter()
    try:
        need_tools()
        cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            findings = _all(Path(name), started)
    except Unavailable as reason:
        print(f"image-check: skipped: {reason}.")
        return 0
    print(table(findings))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(one) for one in findings], indent=2) + "\n")
    bad = sum(not one.good for one in findings)
    print(f"\nimage-check: {len(findings) - bad} passed, {bad} failed, in {time.perf_counter() - started:.0f} s")
    return 1 if bad else 0


def _all(folder: Path, started: float) -> list[Finding]:
    folder.chmod(0o755)
    image = build(folder)
    built = time.perf_counter() - started
    phases = ", ".join(f"{name} {taken:.0f}" for name, taken in image.seconds.items())
    findings = [Finding("built from the Dockerfile as it stands", True, f"{built:.0f} s ({phases})")]
    parts: tuple[Callable[[Image, Path], Iterator[Finding]], ...] = (with_volume, without_volume, with_token)
    try:
        findings += checked_image(image)
        for part in parts:
            try:
                findings += part(image, folder)
            except (RuntimeError, OSError) as error:
                findings.append(Finding(part.__name__.replace("_", " "), False, str(error).replace("\n", " ")[:500]))
    finally:
        discard(image)
    return findings


if __name__ == "__main__":
    sys.exit(main())
