"""Programs are taken away: of one device that comes back as the same, and of a whole fleet with all that it knew."""

import pytest
from controller_process import eventually
from fleet.console import PATIENCE_S
from fleet.site import Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

OURS = (
    "find / -xdev -path /proc -prune -o \\( -name '*fer-agent*' -o -name '*fer-controller*' -o -name 'fer.*' \\) -print"
)


def test_a_device_is_taken_off_and_set_up_again_as_the_same(fleet: Fleet) -> None:
    device = fleet.hosts["nano-01"]
    streams = fleet.console.epochs(device.name)
    fleet.ansible.run("--limit", device.name, book="uninstall.yml")
    assert device.ssh("systemctl is-active fer-agent; ls -d /opt/fer-agent* 2>/dev/null || true") == "inactive"
    eventually(lambda: fleet.console.online() == {"nano-02"}, "the controller sees that it went", PATIENCE_S)
    fleet.ansible.run("--limit", device.name)
    fleet.console.new_events(device.name)
    assert fleet.console.epochs(device.name) == streams, "its spool was kept"


def test_nothing_is_left_where_the_data_go_too(fleet: Fleet) -> None:
    fleet.ansible.run("-e", "fer_delete_data=true", book="uninstall.yml")
    for host in fleet.hosts.values():
        assert host.ssh(OURS) == ""
    assert fleet.ansible.run(book="uninstall.yml")["hub"]["changed"] == 0
