"""A hub with certificates is restored on another machine, or loses its power as a certificate is on its way."""

import pytest
from controller_process import eventually
from fleet.certified import BROKER_PORT, CERTIFICATES, CERTS, HTTP_PORT, USUAL_S, make_due, shown
from fleet.console import PATIENCE_S
from fleet.site import Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

BROUGHT = "/etc/mosquitto/certs/server.key"
RENEWAL = "fer-controller-renewal@server.service"
NEW_KEY = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1"
ISSUED = f"systemctl start {RENEWAL}"
WAYS = {
    "issued and not brought to the broker": ISSUED,
    "its key alone brought to the broker": f"{ISSUED}; cat {{key}} > {BROUGHT}",
    "its key alone written": f"{NEW_KEY} > {{key}}",
}
"""How far a new certificate has come when the power is cut: what the hub's shell does until then."""


@pytest.mark.parametrize("far", WAYS)
def test_power_that_is_cut_as_a_server_certificate_is_renewed_leaves_one_that_both_show(
    certified: Fleet, far: str
) -> None:
    eventually(certified.all_online, "both are online", PATIENCE_S)
    hub, before = certified.hub, shown(certified, BROKER_PORT)
    lost = {device.name: certified.console.missing(device.name) for device in certified.devices}
    hub.ssh("systemctl stop fer-server-certificate.path")
    make_due(certified, RENEWAL)
    hub.ssh(WAYS[far].format(key=f"{CERTS}/{hub.address}.key"))
    make_due(certified, RENEWAL, USUAL_S)
    assert shown(certified, BROKER_PORT) == before
    hub.cut_power()
    hub.boot()
    for port in (BROKER_PORT, HTTP_PORT):
        eventually(lambda port=port: another(certified, port, before), f"another one at port {port}", PATIENCE_S)  # type: ignore[misc]
    assert shown(certified, BROKER_PORT) == shown(certified, HTTP_PORT)
    for device in certified.devices:
        certified.console.new_events(device.name)
        eventually(
            lambda name=device.name: certified.console.missing(name) == lost[name],  # type: ignore[misc]
            f"no event of {device.name} is missing",
            PATIENCE_S,
        )


def another(fleet: Fleet, port: int, before: str) -> bool:
    """Whether a server answers there, with another certificate."""
    try:
        return shown(fleet, port) != before
    except OSError:
        return False


def test_a_fleet_with_certificates_is_restored_on_another_machine_and_its_devices_go_on(certified: Fleet) -> None:
    eventually(certified.all_online, "both are online", PATIENCE_S)
    backup = certified.ansible.backup(*CERTIFICATES)
    streams = {device.name: certified.console.epochs(device.name) for device in certified.devices}
    certified.hub.replace()
    certified.hub.boot()
    again = (*CERTIFICATES, "--limit", "broker,controller")
    certified.ansible.run(*again)
    certified.ansible.run(*CERTIFICATES, "-e", f"fer_backup={backup}", book="restore.yml")
    certified.ansible.run(*again)
    eventually(certified.all_online, "both are online again, though nothing was done on them", PATIENCE_S)
    for device in certified.devices:
        certified.console.new_events(device.name)
        assert certified.console.epochs(device.name) == streams[device.name]
    recap = certified.ansible.run(*CERTIFICATES)
    assert {host: each["changed"] for host, each in recap.items()} == dict.fromkeys(certified.hosts, 0)
