"""A client's side of TLS: its context, and a look of its own at why a connection failed."""

import os
import socket
import ssl
from typing import Any, Iterator, List, Optional

from fer_wire.errors import TlsError
from fer_wire.tls.files import load_authorities, load_certificate
from fer_wire.tls.place import ClientFiles, TlsPlace
from fer_wire.tls.words import CUT, refused_certificate, told

HANDSHAKE_TIMEOUT_S = 8.0
LOOK_S = 3.0
"""How long a look waits for an answer: a refused certificate is told at once."""
HUNG_UP = "it hangs up on nobody else, so it has expired, is revoked, or comes from another authority"
BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class PromptSocket(ssl.SSLSocket):
    """Gives a handshake up in time, whatever patience the library above has."""

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(HANDSHAKE_TIMEOUT_S)
        super().do_handshake(block)


class TlsClient:
    """Connects to one place."""

    def __init__(self, place: TlsPlace) -> None:
        self._place = place

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later, the server's certificate verified; raises TlsError that names the setting of a bad file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = PromptSocket
        ca_file, cert_file, key_file = self._place.files
        if ca_file is None:
            context.load_default_certs()
        else:
            load_authorities(context, ca_file, self._place.setting("ca_file"))
        if cert_file is not None:
            load_certificate(context, cert_file, key_file, self._place.names.section)
        return context

    def check(self) -> None:
        """Raises TlsError when TLS is to be spoken and a file for it cannot be used."""
        if self._place.secure:
            self.context()

    @property
    def authorities(self) -> Optional[str]:
        """The file or folder of authorities for a library that brings its own; None where its choice holds."""
        if self._place.files.ca_file is not None:
            return str(self._place.files.ca_file)
        if any(os.environ.get(name) for name in BUNDLE_VARIABLES):
            return None
        paths = ssl.get_default_verify_paths()
        return paths.cafile or paths.capath

    @property
    def certificate(self) -> Any:
        """The client certificate as requests takes it: both files, one that holds both, or None."""
        _, cert_file, key_file = self._place.files
        if cert_file is None or key_file is None:
            return cert_file and str(cert_file)
        return str(cert_file), str(key_file)

    def explained(self, error: BaseException) -> str:
        """Why the connection failed and what mends it, as the rest of a sentence; empty if TLS has no part in it.

        Looks itself where the error does not say: up to some seconds.
        """
        if isinstance(error, TlsError):
            return self._told(error)
        for cause in causes(error):
            if isinstance(cause, CUT) or (isinstance(cause, OSError) and "handshake" in str(cause)):
                return self.why_cut()
            if isinstance(cause, ssl.SSLError):
                return self._told(cause)
        return ""

    def why_cut(self) -> str:
        """Whether it is for TLS that the other side hung up or fell silent: connects once more, to look."""
        if not self._place.secure:
            return self._it_speaks_tls()
        try:
            with self._dialed(self.context()) as connection:
                return self._heard(connection)
        except socket.timeout as error:
            return self._told(error) if "handshake" in str(error) else ""
        except (OSError, TlsError) as error:
            return self._told(error)

    def _heard(self, connection: ssl.SSLSocket) -> str:
        """With TLS 1.3 a refused client certificate is told only after the handshake, at the first read."""
        try:
            cut = connection.recv(1) == b""
        except CUT:
            cut = True
        except ssl.SSLError as error:
            return self._told(error)
        except OSError:
            return ""
        return refused_certificate(self._place, HUNG_UP) if cut and self._is_for_the_certificate() else ""

    def _is_for_the_certificate(self) -> bool:
        """Whether who shows none is not cut off; asyncio's servers send no alert that says so."""
        if self._place.files.cert_file is None:
            return False
        bare = TlsClient(self._place._replace(files=ClientFiles(self._place.files.ca_file)))
        try:
            with bare._dialed(bare.context()) as connection:
                return connection.recv(1) != b""
        except socket.timeout:
            return True
        except OSError:
            return False

    def _dialed(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        raw = socket.create_connection((self._place.host, self._place.port), LOOK_S)
        try:
            context.sslsocket_class = ssl.SSLSocket
            return context.wrap_socket(raw, server_hostname=self._place.host)
        except BaseException:
            raw.close()
            raise

    def _it_speaks_tls(self) -> str:
        try:
            self._dialed(_credulous()).close()
        except ssl.SSLError as error:
            if "ALERT" not in (error.reason or ""):
                return ""
        except OSError:
            return ""
        place = self._place
        return f"speaks TLS at port {place.port}; set {place.names.url} to {place.address(secure=True)}"

    def _told(self, error: BaseException) -> str:
        return told(self._place, error, self._certified)

    def _certified(self) -> str:
        """Whom the certificate is for; it is trusted for everything but its name."""
        context = self.context()
        context.check_hostname = False
        try:
            with self._dialed(context) as connection:
                names = [str(each[1]) for each in (connection.getpeercert() or {}).get("subjectAltName", ())]
        except OSError:
            names = []
        return f"for {', '.join(names)}" if names else "for another name"


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what stands behind it, the innermost first."""
    found: List[BaseException] = []
    pending: List[Any] = [error]
    while pending:
        each = pending.pop(0)
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            pending += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return reversed(found)


def _credulous() -> ssl.SSLContext:
    """Believes any certificate: it is there to see whether TLS is spoken, and sends nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
