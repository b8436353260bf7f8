"""The device renews its certificate before it expires: it shows the present one, and sends a request for the next."""

import logging
import random
import threading

from fer_agent.errors import AgentError, IdentityError
from fer_agent.identity import certificate
from fer_agent.identity.certificate import Certificate
from fer_agent.identity.identity import Identity
from fer_agent.settings import Settings
from fer_agent.update.http import Broken, HttpClient

PATH, PKCS10 = "/v1/certificate", "application/pkcs10"
EVERY_S = 3600.0
log = logging.getLogger(__name__)


class Renewal:
    """Looks now and then, in a thread of its own; what fails is told and tried again."""

    def __init__(self, settings: Settings, identity: Identity, every_s: float = EVERY_S) -> None:
        """The settings show the identity."""
        self._settings, self._identity, self._every_s = settings, identity, every_s
        self._http = HttpClient(settings.update)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renewal", daemon=True)
        self._told = ""

    def start(self) -> None:
        """Look now, and then regularly; nothing happens on a device without a certificate."""
        if self._identity.best() is not None:
            self._thread.start()

    def stop(self) -> None:
        """End; a request that is under way is left to itself."""
        self._stopping.set()

    def look(self) -> bool:
        """Renew it if that is due; True when there is another certificate. Raises AgentError, or Broken."""
        self._identity.adopt()
        present = certificate.of_file(self._identity.file)
        if present.has_expired(certificate.now()):
            raise IdentityError(expired(present))
        if not self._settings.identity.renew or certificate.now() < present.due:
            return False
        if self._settings.update.controller_url is None:
            raise IdentityError(f"{ends(present)}; to have it renewed, set update.controller_url.")
        self._renew()
        return True

    def _renew(self) -> None:
        device, settings = self._settings.device, self._settings
        key = None if settings.identity.new_key else self._identity.key()
        request = certificate.requested(device, key)
        answer = self._http.posted(PATH, request.text, PKCS10)
        ca_file = settings.update.ca_file or settings.broker.ca_file
        renewed = certificate.accepted(answer, request, device, ca_file)
        try:
            self._identity.replace(answer, request.key)
        except OSError as error:
            raise IdentityError(
                f"The renewed certificate cannot be kept in {self._identity.file} ({error})."
            ) from error
        log.info(
            "The certificate of %s is renewed; it is valid until %s UTC.", device, f"{renewed.ends:%Y-%m-%d %H:%M}"
        )

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            try:
                self.look()
                self._told = ""
            except (AgentError, Broken) as error:
                self._tell(error)
            pause_s = self._every_s * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, no secret

    def _tell(self, error: Exception) -> None:
        sentence = str(error) if isinstance(error, IdentityError) else f"The certificate is not renewed yet: {error}"
        if sentence != self._told:
            log.error("%s", sentence)
        self._told = sentence


def expired(present: Certificate) -> str:
    """What is wrong with a certificate that has expired, and what helps."""
    return (
        f"The certificate of {present.name} expired on {present.ends:%Y-%m-%d %H:%M} UTC, so broker and controller "
        f"refuse it; make another with `fer-controller enroll {present.name} --replace --out FOLDER`, and set "
        "identity.cert_file and identity.key_file to it."
    )


def ends(present: Certificate) -> str:
    """When it ends, as the beginning of a sentence."""
    return f"The certificate of {present.name} ends on {present.ends:%Y-%m-%d %H:%M} UTC"
