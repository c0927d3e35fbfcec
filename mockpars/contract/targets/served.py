"""The default target: `mockpars serve` in a process of its own, with nothing kept, stopped at the end."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from typing import Final

import requests

from mockpars.contract.library import Library
from mockpars.contract.targets.mock import DEFAULT_CLOCK, MockTarget
from mockpars.contract.trouble import TargetUnreachable

_PATIENCE: Final = 30.0
_COMMAND: Final = (
    "-m",
    "mockpars",
    "serve",
    "--ephemeral",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--clock",
    DEFAULT_CLOCK,
)


class ServedMock(MockTarget):
    """Starts a server when made; `close` stops it, and its sandboxes go with it."""

    tidy = False

    def __init__(self, library: Library, run: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MOCKPARS_")}
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter with arguments written above
            [sys.executable, *_COMMAND], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        try:
            library.preload()  # while the server starts
            super().__init__(self._first_line(), library, run)
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        self.name = "mock"

    def close(self) -> None:
        """Closes the connections and stops the server."""
        super().close()
        self._stop()

    def _first_line(self) -> str:
        lines: queue.Queue[str] = queue.Queue()
        self._log: list[str] = []
        threading.Thread(target=self._drain_output, args=(lines,), daemon=True).start()
        threading.Thread(target=self._drain_log, daemon=True).start()
        try:
            line = lines.get(timeout=_PATIENCE).strip()
        except queue.Empty:
            line = ""
        if not line.startswith("http"):
            said = "".join(self._log[-15:]).strip() or line or "nothing"
            raise TargetUnreachable(f"mockpars serve did not start: {said}")
        return line

    def _drain_output(self, lines: queue.Queue[str]) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._process.stdout:
            lines.put(line)
        lines.put("")

    def _drain_log(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  # it is a pipe
        for line in self._process.stderr:
            self._log.append(line)
            del self._log[:-200]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.base}/_mockpars/ready", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.02)
        raise TargetUnreachable(f"{self.base} does not become ready.")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=8)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=5)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
