"""Certificates for loopback that live as long as a test: made anew, trusted by nobody else."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = dt.timedelta(days=1)


@functools.cache
def pem_for_loopback() -> tuple[bytes, bytes]:
    """A fresh key and its certificate for 127.0.0.1, as PEM. It certifies itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("loopback of a test")
    return _secret(key), _certificate(name, key, name, key, certifies=True)


@functools.cache
def certificate_for_loopback() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a fresh certificate for 127.0.0.1, and a client's that trusts it."""
    secret, pem = pem_for_loopback()
    return _serving(secret + pem), ssl.create_default_context(cadata=pem.decode())


class Authority:
    """Who certifies a server on loopback and its clients; some clients take no certificate of a server
    that certifies itself.
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("authority of a test")
        self.pem = _certificate(self._name, self._key, self._name, self._key, certifies=True)
        """Its own certificate, for those who trust it."""

    def issued(self, name: str) -> tuple[bytes, bytes]:
        """A fresh key for 127.0.0.1 and its certificate, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        return _secret(key), _certificate(_name(name), key, self._name, self._key, certifies=False)

    def server(self, *, demands: bool) -> ssl.SSLContext:
        """The context of a server of gRPC; `demands`: it asks for a certificate of its clients, too."""
        context = _serving(b"".join(self.issued("server of a test")))
        context.set_alpn_protocols(["h2"])
        if demands:
            context.load_verify_locations(cadata=self.pem.decode())
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def _serving(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        Path(file.name).write_bytes(pem)
        context.load_cert_chain(file.name)
    return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuers_key: ec.EllipticCurvePrivateKey,
    *,
    certifies: bool,
) -> bytes:
    """For a day before and after now, as PEM; `certifies`: others may be issued by it."""
    now = dt.datetime.now(dt.UTC)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    length = 0 if certifies else None
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(certifies, length), critical=True)
        .sign(issuers_key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
