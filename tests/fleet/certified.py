"""Certificates of the servers of a fleet that has an authority of its own."""

import socket
import ssl

from fleet.site import Fleet

CERTIFICATES = ("-e", "fer_certificates=true")
CERTS = "/var/lib/fer-controller/certs"
BROKER_PORT, HTTP_PORT = 8883, 8780
DAY_S = 86400
USUAL_S, TEN_YEARS_S = 60 * DAY_S, 3650 * DAY_S


def make_due(fleet: Fleet, unit: str, before_s: int = TEN_YEARS_S) -> None:
    """What the unit renews two months before its end it renews ten years before, or as long before as is said."""
    fleet.hub.ssh(
        f"sed -i 's/-checkend [0-9]*/-checkend {before_s}/' /etc/systemd/system/{unit}; systemctl daemon-reload"
    )


def shown(fleet: Fleet, port: int) -> str:
    """The number of the certificate that a server on the hub shows, issued by whom the fleet trusts."""
    context = ssl.create_default_context(cafile=fleet.ca_file(certified=True))
    address = fleet.hub.address
    with socket.create_connection((address, port), 20) as raw, context.wrap_socket(raw, server_hostname=address) as tls:
        return str((tls.getpeercert() or {})["serialNumber"])
