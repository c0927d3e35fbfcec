"""A certificate authority for this machine alone, made once, and the server's certificate that it signs (T4)."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mockpars.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, GeneralName, KeyUsage, Name

AUTHORITY = "mockpars-ca.pem"
_AUTHORITY_KEY = "mockpars-ca.key"
_TEN_YEARS = timedelta(days=3650)
_ONE_YEAR = timedelta(days=365)  # browsers refuse server certificates that live much longer
_RENEWED_BEFORE = timedelta(days=30)
_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the server's certificate and key are, and the authority's certificate that clients are to trust."""

    certificate: Path
    key: Path
    authority: Path


def local_certificates(folder: Path, host: str) -> Certificates:
    """Makes the authority unless it is there, and a server certificate for this machine's names and `host`.

    Raises SettingsError where the folder cannot be written to, or the package cryptography is missing.
    """
    if find_spec("cryptography") is None:
        raise SettingsError("--tls needs the package cryptography.", "pip install 'mockpars[tls]'")
    made = Certificates(folder / "server.pem", folder / "server.key", folder / AUTHORITY)
    names = tuple(dict.fromkeys((*_ALWAYS, host)))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not made.authority.exists() or not (folder / _AUTHORITY_KEY).exists():
            _make_authority(folder)
        if not (made.certificate.exists() and made.key.exists()) or not _serves(made.certificate, names):
            _make_server_certificate(folder, made, names)
    except OSError as error:
        raise SettingsError(
            f"No certificates can be kept in {folder}: {error}.", "Name a folder with --tls-dir."
        ) from error
    return made


def how_to_trust(made: Certificates) -> list[str]:
    """What to type so that common clients trust the authority."""
    path = made.authority
    return [
        f"curl --cacert {path} ...        requests: REQUESTS_CA_BUNDLE={path}",
        f"Node.js: NODE_EXTRA_CA_CERTS={path}",
        f"Debian: sudo cp {path} /usr/local/share/ca-certificates/mockpars.crt && sudo update-ca-certificates",
    ]


def _make_authority(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("mockpars local authority")
    built = (
        _builder(name, name, key, _TEN_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    _write(folder / _AUTHORITY_KEY, _key_bytes(key), 0o600)
    _write(folder / AUTHORITY, _pem(_sign(built, key)), 0o644)


def _make_server_certificate(folder: Path, made: Certificates, names: tuple[str, ...]) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    signer = serialization.load_pem_private_key((folder / _AUTHORITY_KEY).read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise SettingsError(f"{folder / _AUTHORITY_KEY} is not a key mockpars made.", "Remove it; it is made anew.")
    key = ec.generate_private_key(ec.SECP256R1())
    built = (
        _builder(_name("mockpars"), authority.subject, key, _ONE_YEAR)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    _write(made.key, _key_bytes(key), 0o600)
    _write(made.certificate, _pem(_sign(built, signer)), 0o644)


def _serves(certificate: Path, names: tuple[str, ...]) -> bool:
    """Whether a certificate is good for a month yet and for every name."""
    from cryptography import x509

    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    if loaded.not_valid_after_utc - datetime.now(UTC) < _RENEWED_BEFORE:
        return False
    known = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return all(_general_name(name) in known for name in names)


def _builder(subject: Name, issuer: Name, key: EllipticCurvePrivateKey, life: timedelta) -> CertificateBuilder:
    from cryptography import x509

    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clients whose clock is a little slow
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _sign(built: CertificateBuilder, key: EllipticCurvePrivateKey) -> Certificate:
    from cryptography.hazmat.primitives import hashes

    return built.sign(key, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_bytes(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Writes a file that others may not read even for a moment, and that is never half there."""
    draft = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
