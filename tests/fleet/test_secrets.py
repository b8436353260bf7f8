"""What Ansible tells, also with --check and --diff, holds no secret, and on a fleet that is set up nothing changes."""

import pytest
from fleet.site import Fleet

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

CAMERA = '{"fer_cameras": [{"name": "door", "source": "rtsp://admin:Sw0rdfish@10.99.0.200/1"}]}'
LOOK = ("--check", "--diff", "-v")
HOSTS = ("hub", "nano-01", "nano-02")


def test_a_look_at_a_fleet_that_is_set_up_changes_nothing(fleet: Fleet) -> None:
    recap = fleet.ansible.run(*LOOK)
    assert {host: (numbers["changed"], numbers["failed"]) for host, numbers in recap.items()} == dict.fromkeys(
        HOSTS, (0, 0)
    )


def test_a_look_at_a_change_names_it_and_tells_no_secret(fleet: Fleet) -> None:
    fleet.hub.ssh("echo spoilt >> /etc/fer-controller/server.key; echo spoilt >> /etc/fer-controller/environment")
    fleet.hosts["nano-01"].ssh("echo 0 > /etc/fer-agent/token.spoilt; echo spoilt >> /etc/fer-agent/environment")
    said, failed = fleet.ansible.ran(*LOOK, "-e", CAMERA)
    assert not failed, said[-4000:]
    assert said.count("changed: [") >= 4
    secrets = [path.read_text().strip() for path in (fleet.ansible.secrets / "mqtt").iterdir()]
    secrets += ["Sw0rdfish", "PRIVATE KEY", fleet.hosts["nano-01"].ssh("cat /etc/fer-agent/token").strip()]
    assert [secret for secret in secrets if secret in said] == []
    assert "Sw0rdfish" not in fleet.hosts["nano-01"].ssh("cat /etc/fer-agent/config.toml")
    fleet.hosts["nano-01"].ssh("rm /etc/fer-agent/token.spoilt")
    said, failed = fleet.ansible.ran("--diff", "-v")
    assert not failed, said[-4000:]
    assert [secret for secret in secrets if secret in said] == []


def test_secrets_may_be_encrypted_where_ansible_runs(fleet: Fleet) -> None:
    password = fleet.ansible.secrets.parent / "vault-password"
    password.write_text("correct horse\n")
    fleet.ansible.vault("encrypt", password)
    recap = fleet.ansible.run("--vault-password-file", str(password))
    fleet.ansible.vault("decrypt", password)
    assert {host: numbers["changed"] for host, numbers in recap.items()} == dict.fromkeys(HOSTS, 0)


def test_secrets_are_readable_by_root_alone(fleet: Fleet) -> None:
    for host, path in (
        (fleet.hub, "/etc/fer-controller/environment"),
        (fleet.hub, "/etc/fer-controller/settings"),
        (fleet.devices[0], "/etc/fer-agent/environment"),
    ):
        assert host.ssh(f"stat -c '%U %a' {path}") == "root 600"
        assert host.ssh(f"runuser -u nobody -- cat {path} 2>&1 || true").endswith("Permission denied")
    settings = "/etc/fer-agent/config.toml"
    assert fleet.devices[0].ssh(f"stat -c '%U %G %a' {settings}") == "root fer-agent 640"
