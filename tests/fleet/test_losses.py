"""A hub that is lost and restored, a device that is stolen, and a link that loses and delays."""

from pathlib import Path

import pytest
from controller_process import eventually
from fleet.site import PATIENCE_S, Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

RATE_KBIT, LOST_PERCENT = 128, 10


def test_a_slow_and_lossy_link_costs_no_event(fleet: Fleet) -> None:
    device = fleet.hosts["nano-02"]
    streams = fleet.epochs(device.name)
    device.spoil_link(RATE_KBIT, LOST_PERCENT)
    try:
        for _ in range(5):
            fleet.new_events(device.name)
    finally:
        device.mend_link()
    fleet.new_events(device.name)
    eventually(lambda: fleet.whole(device.name), "no event is missing", PATIENCE_S)
    assert fleet.epochs(device.name) == streams


def test_a_stolen_device_is_taken_out_and_in_again(fleet: Fleet) -> None:
    fleet.new_events("nano-02")
    fleet.controller("devices revoke nano-02")
    eventually(lambda: "revoked" in fleet.controller("dead-letters"), "what it sends is refused", PATIENCE_S)
    stored = fleet.newest_id("nano-02")
    fleet.new_events("nano-01")
    assert fleet.newest_id("nano-02") == stored
    said, failed = fleet.ran("--limit", "nano-02")
    assert (failed, "nano-02 was revoked at" in said) == (True, True)
    fleet.playbook("-e", "fer_reenroll=true", "--limit", "nano-02")
    fleet.new_events("nano-02")


def test_a_hub_that_lost_its_disk_is_restored_and_the_fleet_goes_on(fleet: Fleet) -> None:
    fleet.playbook(book="backup.yml")
    (backup,) = sorted(path for path in (fleet.secrets.parent / "backups").iterdir() if "secrets" not in path.name)
    assert backup.stat().st_mode & 0o777 == 0o600
    kept, streams = len(fleet.events("nano-01")), fleet.epochs("nano-01")
    key = fleet.hub.ssh("cat /var/lib/fer-controller/fleet.models/signing.pub")
    fleet.hub.ssh("systemctl stop fer-controller; rm -rf /var/lib/fer-controller/*")
    fleet.playbook("-e", f"fer_backup={backup}", book="restore.yml")
    assert fleet.hub.ssh("cat /var/lib/fer-controller/fleet.models/signing.pub") == key
    eventually(fleet.all_online, "both are online again", PATIENCE_S)
    fleet.new_events("nano-01")
    assert (len(fleet.events("nano-01")) > kept, fleet.epochs("nano-01")) == (True, streams)
    assert {host: each["changed"] for host, each in fleet.playbook().items()} == dict.fromkeys(fleet.hosts, 0)


def test_a_damaged_backup_leaves_the_controller_running(fleet: Fleet, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(b"no backup")
    said, failed = fleet.ran("-e", f"fer_backup={damaged}", book="restore.yml")
    assert (failed, "cannot be read as a backup" in said) == (True, True)
    fleet.new_events("nano-01")
