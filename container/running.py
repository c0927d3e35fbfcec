"""Run a built image under bubblewrap as an engine would: its user, its environment, nothing but its volume writable.

The container has its own processes and its own network: the program is process 1, and the default ports are free.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine import Image

ELSEWHERE = "192.0.2.1"
"""An address of the container's own network that is not loopback: a caller from another machine, for the program."""
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What curl got: the status (0 for none) and the body."""

    status: int
    body: str


@dataclass
class Container:
    """A running container."""

    image: Image
    bwrap: subprocess.Popen[str]
    pid: int
    environment: Mapping[str, str]
    volume: Path | None
    base_url: str = ""
    seconds: float = 0.0
    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def outside(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program of this machine in the container's network."""
        return subprocess.run(  # noqa: S603 - commands of this check
            ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *command],  # noqa: S607 - found by need_tools
            capture_output=True,
            text=True,
            env=os.environ | more,
            timeout=60,
        )

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the image in the container, as its user: what `docker exec` does."""
        user, _, group = self.image.config["User"].partition(":")
        enter = ["nsenter", "--target", str(self.pid), "--mount", "--net", "--pid", "--ipc", "--uts", "--root", "--wd"]
        values = [f"{name}={value}" for name, value in self.environment.items()]
        return subprocess.run(  # noqa: S603 - commands of this check
            [*enter, f"--setuid={user}", f"--setgid={group}", "--", "/usr/bin/env", "-i", *values, *command],
            capture_output=True,
            text=True,
            timeout=60,
        )

    def call(self, path: str, *curl: str, url: str = "http://127.0.0.1:8027") -> Answer:
        """An HTTP request from within the container's network."""
        done = self.outside("curl", "-sS", "--max-time", "10", "-w", "\n%{http_code}", *curl, url + path)
        body, _, status = done.stdout.rpartition("\n")
        return Answer(int(status or 0), body or done.stderr)

    def status(self, name: str) -> str:
        """A line of /proc/PID/status."""
        found = re.search(rf"^{name}:\s+(.*)$", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        return found[1] if found else ""

    def stop(self) -> tuple[int, float]:
        """Send the image's stop signal to process 1; return its exit code and the seconds it took."""
        started = time.perf_counter()
        os.kill(self.pid, signal.Signals[self.image.config.get("StopSignal") or "SIGTERM"])
        return self.bwrap.wait(timeout=20), time.perf_counter() - started


def _environment(image: Image, settings: Mapping[str, str]) -> dict[str, str]:
    return dict(entry.split("=", 1) for entry in image.config["Env"]) | dict(settings)


def _command(image: Image, environment: Mapping[str, str], volume: Path | None, info: int) -> list[str]:
    user, _, group = image.config["User"].partition(":")
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--as-pid-1"]
    command += ["--new-session", "--ro-bind", str(image.files), "/", "--dev", "/dev", "--proc", "/proc"]
    for place in image.config.get("Volumes") or {}:
        command += ["--bind", str(volume), place] if volume else []
    # Only for the step to the image's user, which gives them up.
    command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    command += ["--clearenv", *(word for entry in environment.items() for word in ("--setenv", *entry))]
    command += ["--chdir", image.config["WorkingDir"], "--info-fd", str(info), "--", "/usr/bin/setpriv"]
    command += [f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
    return [*command, "--", *image.config["Entrypoint"], *image.config["Cmd"]]


@contextmanager
def container(image: Image, volume: Path | None, **settings: str) -> Iterator[Container]:
    """A container of the image, ready to answer; it is gone afterwards. Raises RuntimeError when it does not start."""
    environment = _environment(image, settings)
    readable, writable = os.pipe()
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - built above
        _command(image, environment, volume, writable),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(writable,),
    ) as bwrap:
        os.close(writable)
        with os.fdopen(readable) as info:
            told = info.read()
        if not told:
            raise RuntimeError(f"bwrap did not start: {bwrap.communicate()[1]}")
        found = Container(image, bwrap, int(json.loads(told)["child-pid"]), environment, volume)
        try:
            _await_start(found, started)
            found.outside("ip", "address", "add", f"{ELSEWHERE}/32", "dev", "lo")
            yield found
        finally:
            if bwrap.poll() is None:
                # The program itself: it outlives bwrap, as changing the user undoes --die-with-parent.
                os.kill(found.pid, signal.SIGKILL)


def _await_start(found: Container, started: float) -> None:
    """Wait for the first line, the base URL, and for a good answer there; keep what is printed."""
    first = threading.Event()

    def drain(lines: Iterator[str], kept: list[str]) -> None:
        for line in lines:
            kept.append(line.rstrip("\n"))
            if kept is found.output:
                first.set()
        first.set()

    for pipe, kept in ((found.bwrap.stdout, found.output), (found.bwrap.stderr, found.errors)):
        if pipe is not None:
            threading.Thread(target=drain, args=(pipe, kept), daemon=True).start()
    first.wait(_START_SECONDS)
    if not found.output:
        found.bwrap.wait(5)
        raise RuntimeError("mockpars did not start: " + "\n".join(found.errors))
    found.base_url = found.output[0]
    answer = found.call("/_mockpars/ready", url=found.base_url)
    found.seconds = time.perf_counter() - started
    if answer.status != 200:
        raise RuntimeError(f"mockpars is not ready: {answer.status} {answer.body}")
