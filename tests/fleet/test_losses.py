"""A hub that is lost and restored, a device that is stolen, and a link that loses and delays."""

from pathlib import Path

import pytest
from controller_process import eventually
from fleet.console import PATIENCE_S
from fleet.site import Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

RATE_KBIT, LOST_PERCENT = 128, 10


def test_a_slow_and_lossy_link_costs_no_event(fleet: Fleet) -> None:
    device = fleet.hosts["nano-02"]
    streams, lost = fleet.console.epochs(device.name), fleet.console.missing(device.name)
    device.spoil_link(RATE_KBIT, LOST_PERCENT)
    try:
        for _ in range(5):
            fleet.console.new_events(device.name)
    finally:
        device.mend_link()
    fleet.console.new_events(device.name)
    eventually(lambda: fleet.console.missing(device.name) == lost, "no event is missing", PATIENCE_S)
    assert fleet.console.epochs(device.name) == streams


def test_a_stolen_device_is_taken_out_and_in_again(fleet: Fleet) -> None:
    fleet.console.new_events("nano-02")
    fleet.console.said("devices revoke nano-02")
    eventually(lambda: "revoked" in fleet.console.said("dead-letters"), "what it sends is refused", PATIENCE_S)
    stored = fleet.console.newest_id("nano-02")
    fleet.console.new_events("nano-01")
    assert fleet.console.newest_id("nano-02") == stored
    said, failed = fleet.ansible.ran("--limit", "nano-02")
    assert (failed, "nano-02 was revoked at" in said) == (True, True)
    fleet.ansible.run("-e", "fer_reenroll=true", "--limit", "nano-02")
    fleet.console.new_events("nano-02")


def test_a_hub_that_lost_its_disk_is_restored_and_the_fleet_goes_on(fleet: Fleet) -> None:
    backup = fleet.ansible.backup()
    assert backup.stat().st_mode & 0o777 == 0o600
    kept, streams = len(fleet.console.events("nano-01")), fleet.console.epochs("nano-01")
    key = fleet.hub.ssh("cat /var/lib/fer-controller/fleet.models/signing.pub")
    fleet.hub.ssh("systemctl stop fer-controller; rm -rf /var/lib/fer-controller/*")
    fleet.ansible.run("-e", f"fer_backup={backup}", book="restore.yml")
    assert fleet.hub.ssh("cat /var/lib/fer-controller/fleet.models/signing.pub") == key
    eventually(fleet.all_online, "both are online again", PATIENCE_S)
    fleet.console.new_events("nano-01")
    assert (len(fleet.console.events("nano-01")) > kept, fleet.console.epochs("nano-01")) == (True, streams)
    assert {host: each["changed"] for host, each in fleet.ansible.run().items()} == dict.fromkeys(fleet.hosts, 0)


def test_a_damaged_backup_leaves_the_controller_running(fleet: Fleet, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(b"no backup")
    said, failed = fleet.ansible.ran("-e", f"fer_backup={damaged}", book="restore.yml")
    assert (failed, "cannot be read as a backup" in said) == (True, True)
    fleet.console.new_events("nano-01")
