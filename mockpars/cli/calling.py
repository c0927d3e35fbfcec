"""Calling the control API of a server, with the standard library's client: nothing slow is imported."""

from __future__ import annotations

import argparse
import http.client
import json
import os
from typing import Any
from urllib.parse import urlsplit

from mockpars.errors import MockparsError

_TIMEOUT = 5.0


class NoAnswer(MockparsError):
    """There is no server at that URL, or it does not speak HTTP."""


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Which server, and the token if it asks for one."""
    parser.add_argument("--url", help="base URL of the server [MOCKPARS_URL; default: this machine and the usual port]")
    parser.add_argument("--token", help="token of the control API [MOCKPARS_TOKEN]")


def base_url(given: argparse.Namespace) -> str:
    """The server's base URL."""
    port = os.environ.get("MOCKPARS_PORT") or "8027"
    return str(given.url or os.environ.get("MOCKPARS_URL") or f"http://127.0.0.1:{port}").rstrip("/")


def get(given: argparse.Namespace, path: str) -> tuple[int, Any]:
    """Status and JSON of a GET below the base URL. Raises NoAnswer."""
    url = base_url(given)
    try:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NoAnswer(f"{url} is not the URL of a server.", "Send one such as http://127.0.0.1:8027.")
        connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    except ValueError as error:
        raise NoAnswer(f"{url} is not a URL: {error}.") from None
    token = given.token or os.environ.get("MOCKPARS_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", parts.path + path, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        fix = "Start it with mockpars serve, or set --url."
        raise NoAnswer(f"There is no mockpars at {url} ({reason}).", fix) from None
    finally:
        connection.close()


def get_or_fail(given: argparse.Namespace, path: str) -> Any:
    """The JSON of a GET. Raises MockparsError, in the server's words, when it is refused."""
    status, body = get(given, path)
    if status != 200:
        error = body.get("error", {}) if isinstance(body, dict) else {}
        raise MockparsError(error.get("reason", f"The server answered {status}."), error.get("fix", ""))
    return body
