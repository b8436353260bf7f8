"""The files of TLS: authorities, a certificate and its key; a bad one is told with the setting that names it."""

import ssl
from pathlib import Path
from typing import Optional

from pydantic import Field
from typing_extensions import Annotated

from fer_wire.errors import TlsError
from fer_wire.paths import HomeFile

CaFile = Annotated[
    Optional[HomeFile], Field(description="certificate authority (PEM) for TLS; by default the system's")
]
CertFile = Annotated[Optional[HomeFile], Field(description="client certificate (PEM), for a server that asks for one")]
KeyFile = Annotated[
    Optional[HomeFile], Field(description="its private key (PEM, without a passphrase); by default in cert_file")
]


def load_authorities(context: ssl.SSLContext, ca_file: Path, setting: str) -> None:
    """Trust these authorities; raises TlsError."""
    try:
        context.load_verify_locations(str(ca_file))
    except ssl.SSLError as error:
        raise TlsError(
            f"{setting} ({ca_file}) holds no certificate; expected a PEM file that begins with "
            f"-----BEGIN CERTIFICATE-----{_if_der(ca_file)}."
        ) from error
    except OSError as error:
        raise TlsError(_unreadable(setting, ca_file, error)) from error


def load_certificate(context: ssl.SSLContext, cert_file: Path, key_file: Optional[Path], section: str) -> None:
    """Take this certificate and its key as ours; raises TlsError that says which of the two settings is wrong."""
    _check_readable(cert_file, f"{section}.cert_file")
    _check_readable(key_file or cert_file, f"{section}.key_file")
    try:
        context.load_cert_chain(str(cert_file), str(key_file or cert_file), _no_passphrase)
    except (ssl.SSLError, ValueError) as error:
        raise TlsError(_unusable(cert_file, key_file, section, error)) from error


def check_pair(cert_file: Optional[Path], key_file: Optional[Path]) -> None:
    """Raises ValueError for a key without a certificate."""
    if key_file is not None and cert_file is None:
        raise ValueError("key_file is the key of a certificate; set cert_file, too")


def _unusable(cert_file: Path, key_file: Optional[Path], section: str, error: Exception) -> str:
    cert, key = f"{section}.cert_file", f"{section}.key_file"
    place = f"{key} ({key_file})" if key_file else f"{cert} ({cert_file}), where no {key} is set,"
    if "KEY_VALUES_MISMATCH" in str(error):
        return f"{place} holds another key than that of the certificate in {cert} ({cert_file}); set both to one pair."
    if isinstance(error, _PassphraseWanted):
        return (
            f"{place} holds a key with a passphrase, which nobody enters here; "
            f"write it without one: openssl pkey -in {key_file or cert_file} -out PLAIN.key"
        )
    if b"-----BEGIN" not in cert_file.read_bytes() or b"CERTIFICATE-----" not in cert_file.read_bytes():
        return (
            f"{cert} ({cert_file}) holds no certificate; expected a PEM file that begins with "
            f"-----BEGIN CERTIFICATE-----{_if_der(cert_file)}."
        )
    if b"PRIVATE KEY-----" not in (key_file or cert_file).read_bytes():
        return f"{place} holds no private key; expected a PEM file with -----BEGIN PRIVATE KEY-----."
    return f"{cert} ({cert_file}) and {place} cannot be used ({words(str(error))}); make both anew."


class _PassphraseWanted(ValueError):  # noqa: N818  # what happened, seen nowhere else
    """A private key is encrypted."""


def _no_passphrase() -> str:
    raise _PassphraseWanted


def _if_der(file: Path) -> str:
    with file.open("rb") as opened:
        der = opened.read(2) == b"\x30\x82"
    return f" (this one is DER: openssl x509 -inform der -in {file} -out CERTIFICATE.pem)" if der else ""


def _check_readable(file: Path, setting: str) -> None:
    try:
        file.read_bytes()
    except OSError as error:
        raise TlsError(_unreadable(setting, file, error)) from error


def _unreadable(setting: str, file: Path, error: OSError) -> str:
    return (
        f"{setting} ({file}) cannot be read: {error.strerror or error}; let the user that this program runs as read it."
    )


def words(reason: str) -> str:
    """What OpenSSL says, in lower case and without its brackets."""
    text = reason.rpartition("] ")[2].partition(" (_ssl.c")[0]
    return text.lower().replace("_", " ")
