"""HTTPS beside HTTP: TLS 1.2 and 1.3 only, by an authority made once for this machine (T4)."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="the local authority needs the package cryptography")

pytestmark = pytest.mark.served


@contextmanager
def served(*flags: str) -> Iterator[tuple[str, str]]:
    """Serves with TLS; yields the plain and the secure base URL."""
    command = [sys.executable, "-m", "mockpars", "serve", "--ephemeral", "--port", "0", "--tls", "--tls-port", "0"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MOCKPARS_")}
    process = subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    try:
        plain, secure = process.stdout.readline().strip(), ""
        for line in process.stdout:
            if found := re.search(r"https://\S+", line):
                secure = found[0]
                break
        yield plain, secure
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        assert process.wait(10) == 0


def ready(url: str, authority: Path | None, version: ssl.TLSVersion | None = None) -> bytes:
    """Asks whether it is ready, trusting `authority`, with at most TLS `version`."""
    context = ssl.create_default_context(cafile=str(authority) if authority else None)
    if version is not None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = version
    with urllib.request.urlopen(f"{url}/_mockpars/ready", timeout=10, context=context) as answer:
        body: bytes = answer.read()
        return body


def test_http_and_https_are_served_side_by_side(tmp_path: Path) -> None:
    """Whoever trusts the authority gets the same answers as over HTTP."""
    with served("--tls-dir", str(tmp_path)) as (plain, secure):
        assert ready(secure, tmp_path / "mockpars-ca.pem") == urllib.request.urlopen(f"{plain}/_mockpars/ready").read()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """T4 asks for TLS 1.2 or newer."""
    with served("--tls-dir", str(tmp_path)) as (_, secure):
        assert ready(secure, tmp_path / "mockpars-ca.pem", version) == b'{"ready": true}\n'


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_tls_1_1_is_refused(tmp_path: Path) -> None:
    """T4 asks for TLS 1.2 or newer."""
    with served("--tls-dir", str(tmp_path)) as (_, secure), pytest.raises(OSError, match=r"(?i)ssl|handshake|protocol"):
        ready(secure, tmp_path / "mockpars-ca.pem", ssl.TLSVersion.TLSv1_1)


def test_the_authority_is_made_once_and_its_keys_are_private(tmp_path: Path) -> None:
    """A second start keeps what clients trust already."""
    with served("--tls-dir", str(tmp_path)):
        pass
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with served("--tls-dir", str(tmp_path)):
        pass
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.key"))


def test_who_does_not_trust_the_authority_refuses_it(tmp_path: Path) -> None:
    """It is good for this machine alone."""
    with served("--tls-dir", str(tmp_path)) as (_, secure), pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        ready(secure, None)


def test_own_certificates_are_taken(tmp_path: Path) -> None:
    """A team may have an authority of its own."""
    trustme = pytest.importorskip("trustme", reason="makes the team's certificate")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "own.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "own.key")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with served("--tls-cert", str(tmp_path / "own.pem"), "--tls-key", str(tmp_path / "own.key")) as (_, secure):
        assert ready(secure, tmp_path / "ca.pem") == b'{"ready": true}\n'
