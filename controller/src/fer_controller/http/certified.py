"""Whether a certificate that was shown still counts: the database says so at once, whatever the handshake said."""

from fer_controller.http.shown import Shown
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.devices.store import DeviceStore


class Certified:
    """Looks at the certificates and devices that were revoked."""

    def __init__(self, certificates: CertificateStore, devices: DeviceStore, *, alone: bool) -> None:
        """Alone: whether devices come with certificates, and with tokens no more."""
        self._certificates, self._devices, self.alone = certificates, devices, alone

    def fault(self, shown: Shown) -> str:
        """Why it does not count; empty where it does."""
        if shown.expired:
            return f"The certificate of {shown.holder} has expired"
        if self._certificates.is_revoked(shown.serial) or self._devices.is_revoked(shown.holder):
            return f"The certificate of {shown.holder} was revoked"
        return ""
