"""What OpenSSL says of a failed connection, as the rest of a sentence that names the setting which mends it."""

import socket
import ssl
from datetime import datetime, timezone
from typing import Callable

from fer_wire.errors import TlsError
from fer_wire.tls.files import words
from fer_wire.tls.place import TlsPlace

CUT = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "UNEXPECTED_EOF",
           "UNEXPECTED_MESSAGE", "HTTPS_PROXY_REQUEST", "RECORD_LENGTH", "RECORD_TOO_SMALL")  # fmt: skip
OLD_TLS = ("ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "INSUFFICIENT_SECURITY", "NO_SHARED_CIPHER",
           "DH_KEY_TOO_SMALL", "NO_PROTOCOLS_AVAILABLE", "UNSAFE_LEGACY")  # fmt: skip
NOT_YET_VALID, EXPIRED, OTHER_NAME, OTHER_IP = 9, 10, 62, 64
UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
"""X509_V_ERR_… of OpenSSL."""
REFUSED_CERTIFICATE = {
    "ALERT_CERTIFICATE_EXPIRED": "it has expired",
    "ALERT_CERTIFICATE_REVOKED": "it is revoked",
    "ALERT_UNKNOWN_CA": "it comes from an authority that is not known there",
    "ALERT_BAD_CERTIFICATE": "it is not accepted there",
    "ALERT_UNSUPPORTED_CERTIFICATE": "it is not made for clients",
    "ALERT_CERTIFICATE_UNKNOWN": "it is not accepted there",
    "ALERT_ACCESS_DENIED": "access is denied",
    "ALERT_DECRYPT_ERROR": "its signature is not accepted there",
    "ALERT_HANDSHAKE_FAILURE": "the handshake failed",
}
ASKS_FOR_CERTIFICATE = ("ALERT_CERTIFICATE_REQUIRED", "ALERT_NO_CERTIFICATE")


def told(place: TlsPlace, error: BaseException, certified: Callable[[], str]) -> str:
    """Why the connection failed; empty if TLS has no part in it.

    Certified says whom the server's certificate is for.
    """
    if isinstance(error, TlsError):
        return f"cannot be asked: {str(error).rstrip('.')}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _doubted(place, error, certified)
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, (*CUT, socket.timeout)) or any(each in reason for each in NOT_TLS):
        return (
            f"does not speak TLS at port {place.port}; set {place.names.url} to {place.address(secure=False)}, or to "
            "the port where it speaks TLS"
        )
    if any(each in reason for each in OLD_TLS):
        return f"speaks no TLS that is safe enough here ({words(reason)}); it needs TLS 1.2 or later"
    if isinstance(error, ssl.SSLError):
        return _refused(place, reason or str(error))
    return ""


def refused_certificate(place: TlsPlace, why: str) -> str:
    """Our certificate is not accepted there."""
    settings = f"{place.setting('cert_file')} and {place.setting('key_file')}"
    remedy = f"{place.names.another} (or {settings})" if place.names.another else f"put another one into {settings}"
    return f"refuses the client certificate {place.files.cert_file}: {why}; {remedy}"


def _doubted(place: TlsPlace, error: ssl.SSLCertVerificationError, certified: Callable[[], str]) -> str:
    """The server's certificate is not accepted here."""
    code, theirs = error.verify_code, place.names.their_certificate
    if code in UNKNOWN_AUTHORITY:
        known = (
            f"that in {place.setting('ca_file')} ({place.files.ca_file})"
            if place.files.ca_file
            else "those this machine knows"
        )
        return (
            f"shows a certificate of another authority than {known}; set {place.setting('ca_file')} to the "
            "certificate of the authority that issued it"
        )
    if code in (OTHER_NAME, OTHER_IP):
        return (
            f"shows a certificate {certified()}, not for {place.host}; set {place.names.url} to a name that it "
            f"holds, or put one with this name into {theirs}"
        )
    if code in (EXPIRED, NOT_YET_VALID):
        how = "has expired" if code == EXPIRED else "is not valid yet"
        return (
            f"shows a certificate that {how} (the clock here says {datetime.now(timezone.utc):%Y-%m-%d %H:%M} "
            f"UTC); renew {theirs}, or set this machine's clock"
        )
    return f"shows a certificate that is not accepted ({error.verify_message}); put another one into {theirs}"


def _refused(place: TlsPlace, reason: str) -> str:
    """The other side ended the handshake, most often for our certificate."""
    cert, key = place.setting("cert_file"), place.setting("key_file")
    why = next((why for alert, why in REFUSED_CERTIFICATE.items() if alert in reason), "")
    if any(each in reason for each in ASKS_FOR_CERTIFICATE) or (why and place.files.cert_file is None):
        return f"asks for a client certificate; set {cert} and {key}"
    if why:
        return refused_certificate(place, why)
    return (
        f"and this machine do not agree on TLS ({words(reason)}); check {place.names.url}, "
        f"{place.setting('ca_file')} and {cert}"
    )
