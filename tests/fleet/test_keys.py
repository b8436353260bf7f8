"""The fleet's list of keys reaches every device, which then follows it by itself."""

import pytest
from controller_process import eventually
from fleet.console import PATIENCE_S
from fleet.site import Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

SETTING = "grep -h -e ^keys_file -e ^public_key /etc/fer-agent/config.toml"


def lists_followed(fleet: Fleet) -> dict[str, int | None]:
    """By device: the list of keys that it trusts, as it reported last."""
    return {name: (said.get("trust") or {}).get("keys_version") for name, said in fleet.console.reported().items()}


def test_devices_are_given_the_list_of_keys_and_follow_a_rotation_without_ansible(fleet: Fleet) -> None:
    for device in fleet.devices:
        assert "public_key" in device.ssh(SETTING)
    fleet.console.said("keys begin")
    fleet.ansible.run()
    for device in fleet.devices:
        assert device.ssh(SETTING) == 'keys_file = "/etc/fer-agent/keys.json"'
    eventually(lambda: set(lists_followed(fleet).values()) == {1}, "both trust the list", PATIENCE_S)
    given = fleet.devices[0].ssh("sha256sum /etc/fer-agent/keys.json")
    fleet.console.said("keys rotate")
    for device in fleet.devices:
        device.ssh("systemctl restart fer-agent")
    eventually(lambda: set(lists_followed(fleet).values()) == {2}, "both follow", PATIENCE_S)
    assert {host: each["changed"] for host, each in fleet.ansible.run().items()} == dict.fromkeys(fleet.hosts, 0)
    assert fleet.devices[0].ssh("sha256sum /etc/fer-agent/keys.json") == given


def test_a_device_that_is_taken_in_anew_is_given_the_newest_list(fleet: Fleet) -> None:
    fleet.ansible.run("-e", "fer_reenroll=true", "--limit", "nano-02")
    assert '"version": 2' in fleet.hosts["nano-02"].ssh("cat /etc/fer-agent/keys.json")
    fleet.console.new_events("nano-02")
