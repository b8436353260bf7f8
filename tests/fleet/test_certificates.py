"""A fleet of passwords becomes one of certificates; who is revoked, expired or of another authority stays outside."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import requests
from controller_process import eventually, run
from fer_controller.authority.authority import Authority
from fer_controller.authority.certificates import Subject
from fleet.certified import BROKER_PORT, CERTIFICATES, CERTS, HTTP_PORT, make_due, shown
from fleet.console import PATIENCE_S
from fleet.site import Fleet
from paho.mqtt.enums import CallbackAPIVersion
from pairs import Pair

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

LONG_AGO = datetime.now(UTC) - timedelta(days=400)
LATE = datetime.now(UTC) - timedelta(days=300)
"""When a certificate of a year was made that is due for renewal."""
CONNECTIONS = "journalctl -u mosquitto | grep -c 'New client connected'"


def issued(authority: Path, folder: Path, name: str, begun: datetime) -> Pair:
    """A certificate of an authority, valid for a year."""
    made = Authority(authority).issue(Subject(name), begun, 365)
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    pair.cert.write_bytes(made.chain)
    pair.key.write_bytes(made.key)
    return pair


def let_in(fleet: Fleet, pair: Pair | None) -> bool:
    """Whether the broker lets in who shows this certificate."""
    answers: list[bool] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "an-intruder", reconnect_on_failure=False)
    client.on_connect = lambda *given: answers.append(not given[3].is_failure)
    files = (str(pair.cert), str(pair.key)) if pair else (None, None)
    client.tls_set(str(fleet.ca_file(certified=True)), *files)
    try:
        client.connect(fleet.hub.address, 8883)
        for _ in range(100):
            if client.loop(0.1) != mqtt.MQTT_ERR_SUCCESS or answers:
                break
    except (ssl.SSLError, OSError):
        return False
    finally:
        client.disconnect()
    return answers == [True]


def served(fleet: Fleet, pair: Pair) -> bool:
    """Whether the controller takes it: a device that was told to run nothing is refused nothing but the model."""
    url = f"https://{fleet.hub.address}:8780/v1/manifests/none"
    try:
        ca_file = str(fleet.ca_file(certified=True))
        status = requests.get(url, cert=(str(pair.cert), str(pair.key)), verify=ca_file, timeout=20).status_code
    except requests.exceptions.ConnectionError:
        return False
    return status not in (401, 403)


def test_devices_show_certificates_and_no_event_is_lost(certified: Fleet) -> None:
    for device in certified.devices:
        certified.console.new_events(device.name)
        eventually(lambda name=device.name: certified.console.whole(name), f"no event of {device.name} is missing")  # type: ignore[misc]
        assert device.ssh("cat /etc/fer-agent/environment") == "# Made by Ansible; what is changed here is overwritten."
    assert {host: each["changed"] for host, each in certified.ansible.run(*CERTIFICATES).items()} == dict.fromkeys(
        certified.hosts, 0
    )


def test_who_has_no_certificate_or_another_authoritys_or_an_old_one_stays_outside(
    certified: Fleet, tmp_path: Path
) -> None:
    ours = certified.hub.disk / "var/lib/fer-controller/fleet.authority"
    assert run("ca", "make", "--db", str(tmp_path / "fleet.db")).returncode == 0
    foreign = issued(tmp_path / "fleet.authority", tmp_path, "nano-01", datetime.now(UTC))
    (old := tmp_path / "old").mkdir()
    expired = issued(ours, old, "nano-01", LONG_AGO)
    (present := tmp_path / "present").mkdir()
    valid = issued(ours, present, "nano-03", datetime.now(UTC) - timedelta(hours=1))
    assert [let_in(certified, each) for each in (None, foreign, expired, valid)] == [False, False, False, True]
    assert [served(certified, each) for each in (foreign, expired)] == [False, False]


def test_a_stolen_device_is_cut_off_and_comes_in_again_with_another_key(certified: Fleet) -> None:
    device = certified.hosts["nano-02"]
    certified.console.new_events(device.name)
    certified.console.said("devices revoke nano-02")
    eventually(lambda: device.name not in certified.console.online(), "the broker cut it off", PATIENCE_S)
    stored = certified.console.newest_id(device.name)
    refusals = "journalctl -u mosquitto --since=-1min | grep -c 'certificate verify failed' || true"
    eventually(lambda: int(certified.hub.ssh(refusals)) > 0, "the broker refuses it", PATIENCE_S)
    certified.console.new_events("nano-01")
    assert certified.console.newest_id(device.name) == stored
    certified.ansible.run(*CERTIFICATES, "-e", "fer_reenroll=true", "--limit", device.name)
    certified.console.new_events(device.name)


def test_a_device_renews_its_own_certificate(certified: Fleet, tmp_path: Path) -> None:
    device = certified.hosts["nano-02"]
    streams = certified.console.epochs(device.name)
    late = issued(certified.hub.disk / "var/lib/fer-controller/fleet.authority", tmp_path, device.name, LATE)
    device.ssh("systemctl stop fer-agent; rm /var/lib/fer-agent/*/identity.pem")
    for file, content in {"device.crt": late.cert, "device.key": late.key}.items():
        (device.disk / "etc/fer-agent" / file).write_bytes(content.read_bytes())
    device.ssh("systemctl start fer-agent")
    logged = "journalctl -u fer-agent | grep 'is renewed; it is valid until' || true"
    eventually(lambda: device.ssh(logged) != "", "it has another one", PATIENCE_S)
    certified.console.new_events(device.name)
    assert certified.console.epochs(device.name) == streams


def test_the_timer_renews_what_is_about_to_expire_and_nothing_else(certified: Fleet) -> None:
    serial = f"openssl x509 -noout -serial -in {CERTS}/fer-rollouts.crt"
    start = "systemctl start fer-controller-renewal@fer-rollouts.service; "
    before = certified.hub.ssh(serial)
    assert certified.hub.ssh(start + serial) == before
    make_due(certified, "fer-controller-renewal@.service")
    assert certified.hub.ssh(start + serial) != before
    certified.ansible.run(*CERTIFICATES)
    assert certified.hub.ssh("systemctl is-enabled fer-controller-renewal@fer-rollouts.timer") == "enabled"


def test_broker_and_controller_show_a_renewed_certificate_and_nobody_is_cut_off(certified: Fleet) -> None:
    eventually(certified.all_online, "both are online", PATIENCE_S)
    hub, before = certified.hub, shown(certified, BROKER_PORT)
    assert shown(certified, HTTP_PORT) == before
    started = hub.ssh("systemctl show --property=MainPID mosquitto fer-controller")
    connected = hub.ssh(CONNECTIONS)
    make_due(certified, "fer-controller-renewal@server.service")
    hub.ssh("systemctl start fer-controller-renewal@server.service")
    for port in (BROKER_PORT, HTTP_PORT):
        eventually(lambda port=port: shown(certified, port) != before, f"another one at port {port}", PATIENCE_S)  # type: ignore[misc]
    for device in certified.devices:
        certified.console.new_events(device.name)
    assert hub.ssh("systemctl show --property=MainPID mosquitto fer-controller") == started
    assert hub.ssh(CONNECTIONS) == connected
    certified.ansible.run(*CERTIFICATES)
    assert hub.ssh("systemctl is-enabled fer-controller-renewal@server.timer") == "enabled"
