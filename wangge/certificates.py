"""TLS for a closed network: an authority of the city's own, and a certificate of it for the server.

Without TLS a browser gives a phone neither its position nor a way to work offline. The authority's certificate is
installed on the phones and PCs once (docs/deploying.md); its key signs and is needed again only when the server's
certificate ends.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Browsers refuse a server's certificate that is valid for longer than 825 days (Apple, HT210176).
SERVER_DAYS, AUTHORITY_DAYS = 820, 3650
SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Files:
    """Where they lie in a folder."""

    authority: Path
    authority_key: Path
    server: Path
    server_key: Path

    @classmethod
    def of(cls, folder: Path) -> Files:
        return cls(folder / "ca.crt", folder / "ca.key", folder / "server.crt", folder / "server.key")


def make_files(folder: Path, names: Sequence[str], now: datetime) -> Files:
    """A server's certificate for these names and addresses; the authority of the folder signs it, and is made if there
    is none. The server's own are written over: a certificate is renewed by the same call."""
    files = Files.of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if files.authority.exists() and files.authority_key.exists():
        authority = _read(files.authority, files.authority_key)
    else:
        authority = make_authority(now)
        _write(files.authority, files.authority_key, authority)
    _write(files.server, files.server_key, make_server(authority, names, now))
    return files


def make_authority(now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Wangge private CA")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (_builder(name, name, key, now, AUTHORITY_DAYS)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                   .add_extension(usage, critical=True)
                   .sign(key, hashes.SHA256()))
    return Pair(certificate, key)


def make_server(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    """Valid for every name and address, signed by the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (_builder(_name(names[0]), authority.certificate.subject, key, now, SERVER_DAYS)
                   .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
                   .add_extension(identifier, critical=False)
                   .sign(authority.key, hashes.SHA256()))
    return Pair(certificate, key)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime,
             days: int) -> x509.CertificateBuilder:
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - SLACK)
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _read(certificate: Path, key: Path) -> Pair:
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{key}: not an EC key")
    return Pair(x509.load_pem_x509_certificate(certificate.read_bytes()), private)


def _write(certificate: Path, key: Path, pair: Pair) -> None:
    """The key for its owner's eyes only, from the first byte on."""
    private = pair.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    certificate.write_bytes(pair.certificate.public_bytes(serialization.Encoding.PEM))
