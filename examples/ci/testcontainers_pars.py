"""The sandbox by testcontainers: one container per test session. Needs `pip install pytest testcontainers`, and Docker.

Copy it into your tests as conftest.py; `pars_url` is then the base URL to point your program at.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

IMAGE = os.environ.get("MOCKPARS_IMAGE", "mockpars:0.1.0")
PORT = 8027


def pars_container() -> DockerContainer:
    """The container, not started yet. A free port of this machine is mapped to its 8027."""
    ready = HttpWaitStrategy(PORT, "/_mockpars/ready").for_status_code(200)
    container = DockerContainer(IMAGE).with_exposed_ports(PORT)
    container.with_env("MOCKPARS_EPHEMERAL", "true")
    # Tests call from outside the container, and the control API would refuse them.
    container.with_env("MOCKPARS_CONTROL_FROM", "anywhere")
    container.with_kwargs(read_only=True, cap_drop=["ALL"])
    return container.waiting_for(ready)


@pytest.fixture(scope="session")
def pars_url() -> Iterator[str]:
    """Base URL of the default sandbox."""
    with pars_container() as container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"


@pytest.fixture
def pars_sandbox(pars_url: str, request: pytest.FixtureRequest) -> str:
    """Base URL of a sandbox for this test alone, which is gone after ten minutes."""
    body = json.dumps({"ttl": "PT10M"}).encode()
    head = {"Content-Type": "application/json"}
    call = urllib.request.Request(f"{pars_url}/_mockpars/sandboxes", body, head)
    with urllib.request.urlopen(call, timeout=10) as answer:
        return str(json.load(answer)["base_url"])
