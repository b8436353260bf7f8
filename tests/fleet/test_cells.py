"""Ansible sets up two sites over one PostgreSQL; brokers and ingests die, and each event is stored once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import eventually
from fleet.cells import DEVICES, Cells
from fleet.console import PATIENCE_S
from fleet.nspawn import Network

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

KILL = "systemctl kill --kill-who=main --signal=KILL"
INGESTS = "systemctl show --property=MainPID --value fer-controller fer-controller-ingest@2"
SPOILT = {
    "lab": ("ingest-2", "environment"),
    "lab-2": ("environment", "settings", "pgpass"),
    "shop": ("environment", "pgpass"),
    "centre": ("server.key", "pgpass"),
}
"""Files below /etc/fer-controller in which Ansible finds something to change."""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory, root: Path, network: Network) -> Iterator[Cells]:
    """Set up from nothing."""
    made = Cells(root, tmp_path_factory.mktemp("cells"), network)
    try:
        for host in made.hosts.values():
            host.boot()
        made.ansible.run()
        yield made
    finally:
        made.remove()


def test_a_second_run_changes_nothing(cells: Cells) -> None:
    assert {host: each["changed"] for host, each in cells.ansible.run().items()} == dict.fromkeys(cells.hosts, 0)


def test_each_device_is_at_the_broker_of_its_site(cells: Cells) -> None:
    for device, site in zip(DEVICES, ("lab", "shop"), strict=True):
        cells.console.new_events(device)
        assert cells.broker_of(device) == cells.broker(site)
    assert "0" not in cells.hosts["lab"].ssh(INGESTS).split(), "both ingests run"


def test_encrypted_secrets_reach_every_host_and_none_is_told(cells: Cells, tmp_path: Path) -> None:
    for name, files in SPOILT.items():
        cells.hosts[name].ssh("; ".join(f"echo spoilt >> /etc/fer-controller/{file}" for file in files))
    cells.hosts["shop"].ssh("echo spoilt >> /var/lib/fer-controller/fleet.models/signing.key")
    secrets = [path.read_text().strip() for path in cells.ansible.secret_files() if path.suffix != ".key"]
    (password := tmp_path / "vault-password").write_text("correct horse\n")
    cells.ansible.vault("encrypt", password)
    said, failed = cells.ansible.ran("--diff", "-v", "--vault-password-file", str(password))
    cells.ansible.vault("decrypt", password)
    assert not failed, said[-4000:]
    assert [secret for secret in [*secrets, "PRIVATE KEY"] if secret in said] == []
    for name, files in SPOILT.items():
        assert "spoilt" not in cells.hosts[name].ssh(f"cd /etc/fer-controller; cat {' '.join(files)}")
    key = "sha256sum /var/lib/fer-controller/fleet.models/signing.key"
    assert len({cells.hosts[name].ssh(key) for name in ("centre", "lab", "lab-2", "shop")}) == 1


def test_a_broker_and_ingests_that_die_cost_no_event_and_none_is_stored_twice(cells: Cells) -> None:
    lab, other = cells.hosts["lab"], cells.broker("shop")
    lab.cut_power()
    eventually(lambda: cells.broker_of("nano-11") == other, "the device is at the other site's broker", PATIENCE_S)
    cells.console.new_events("nano-11")
    cells.hosts["shop"].ssh(f"{KILL} fer-controller")
    for device in DEVICES:
        cells.console.new_events(device)
    lab.boot()
    cells.hosts["nano-11"].ssh("systemctl restart fer-agent")
    eventually(lambda: cells.broker_of("nano-11") == cells.broker("lab"), "it is back at its own", PATIENCE_S)
    cells.hosts["lab-2"].ssh(f"{KILL} fer-controller")
    cells.hosts["lab"].ssh(f"{KILL} fer-controller-ingest@2")
    cells.console.new_events("nano-11")
    for device in DEVICES:
        cells.hosts[device].ssh("systemctl stop fer-agent")
        epoch, number = cells.sent(device)
        cells.hosts[device].ssh("systemctl start fer-agent")
        eventually(lambda d=device: cells.console.whole(d), f"no event of {device} is missing", PATIENCE_S)  # type: ignore[misc]
        cells.console.new_events(device)
        stored = [seq for seq in cells.console.numbers(device)[epoch] if seq <= number]
        assert stored == list(range(1, number + 1))
        print(f"{device}: {number} events begun, {len(stored)} stored")
