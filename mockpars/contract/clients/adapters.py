"""How a client is called: as a command that reads its event from stdin, or by an HTTP trigger."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from mockpars.contract.trouble import UsageWrong

_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client did: its exit code (None over HTTP), its answer (None where there is none), all it printed."""

    exit: int | None
    answer: Mapping[str, Any] | None
    printed: str = ""
    seconds: float = 0.0
    timed_out: bool = False


class Adapter(Protocol):
    """Something that hands an event to a client, with the ACCME_ settings of its sandbox."""

    name: str

    def call(self, event: Mapping[str, Any], settings: Mapping[str, str], limit: float) -> Reply:
        """Calls the client, for at most `limit` seconds. Raises ContractError where it cannot be called at all."""


class CommandAdapter:
    """A client that is a command. It is not run by a shell."""

    def __init__(self, command: str) -> None:
        self.name = command
        try:
            self._words = shlex.split(command, posix=os.name != "nt")
        except ValueError as error:
            raise UsageWrong(f"The command {command!r} cannot be read: {error}.") from None
        if not self._words:
            raise UsageWrong("The command is empty.", "Name one, such as --run 'python client.py'.")

    def call(self, event: Mapping[str, Any], settings: Mapping[str, str], limit: float) -> Reply:
        """Runs the command in a process group of its own, which is ended with it."""
        started = time.perf_counter()
        try:
            process = subprocess.Popen(  # noqa: S603  # running the user's own command is what this is for
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(settings),
                start_new_session=True,
            )
        except OSError as error:
            raise UsageWrong(f"{self._words[0]} cannot be run: {error.strerror or error}.") from None
        with process:
            try:
                out, complaints = process.communicate(json.dumps(event).encode(), timeout=limit)
            except subprocess.TimeoutExpired:
                _end(process)
                return Reply(None, None, "", time.perf_counter() - started, timed_out=True)
        text = out.decode("utf-8", "replace")[:_LONGEST]
        printed = text + complaints.decode("utf-8", "replace")[:_LONGEST]
        return Reply(process.returncode, read_answer(text), printed, time.perf_counter() - started)


class HttpAdapter:
    """A client behind an HTTP trigger: the event is POSTed with its settings, the answer comes back as JSON."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageWrong(f"{url!r} is no URL.", "Name one, such as --adapter http://127.0.0.1:9000/event.")
        self.name = url

    def call(self, event: Mapping[str, Any], settings: Mapping[str, str], limit: float) -> Reply:
        """POSTs `{"event": ..., "settings": ...}`."""
        started = time.perf_counter()
        try:
            answer = requests.post(self.name, json={"event": event, "settings": settings}, timeout=limit)
        except requests.Timeout:
            return Reply(None, None, "", time.perf_counter() - started, timed_out=True)
        except requests.RequestException as error:
            raise UsageWrong(f"{self.name} cannot be called: {type(error).__name__}.") from None
        text = answer.text[:_LONGEST]
        return Reply(None, read_answer(text), text, time.perf_counter() - started)


def read_answer(text: str) -> Mapping[str, Any] | None:
    """The JSON object a client printed: all of its output, or the last line."""
    lines = text.strip().splitlines()
    for candidate in (text, lines[-1] if lines else ""):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ACCME_", "MOCKPARS_"))}
    return kept | dict(settings)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.communicate()
