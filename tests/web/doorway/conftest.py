"""The server that most tests of a file talk to, and a certificate for those about TLS."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.web.doorway.raw import Served, serving


@dataclass
class Tls:
    """A certificate in a folder, and how a client trusts it."""

    folder: Path
    context: ssl.SSLContext


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A certificate of an authority made for the test."""
    trustme = pytest.importorskip("trustme", reason="needs trustme to make a certificate")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return Tls(tmp_path, context)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One server for the tests that do not stop it."""
    with serving() as one:
        yield one
