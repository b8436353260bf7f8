"""A fleet of three hosts: a hub with broker and controller, and two devices."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fleet.nspawn import Host, Network, make_root, missing

ROOT_VARIABLE = "FER_HOSTS_ROOT"
ANSIBLE_VARIABLE = "FER_ANSIBLE"
PLAYBOOK_PATIENCE_S = 1200.0
DB = "/var/lib/fer-controller/fleet.db"

AWKWARD = """ a "b" 'c' \\d $HOME `e` #f %n """


class Fleet:
    """The hosts, and Ansible on this machine."""

    def __init__(self, repository: Path, folder: Path, root: Path) -> None:
        self._repository, self._folder = repository, folder
        self.network = Network(folder)
        names = ("hub", "nano-01", "nano-02")
        self.hosts = {name: Host(name, number, root, folder, self.network) for number, name in enumerate(names, 11)}
        self.hub = self.hosts["hub"]
        self.devices = [host for name, host in self.hosts.items() if name != "hub"]
        self.inventory = folder / "inventory.json"
        self.secrets = folder / "secrets"
        self.inventory.write_text(json.dumps(self._inventory()))

    def playbook(self, *options: str) -> dict[str, dict[str, int]]:
        """Run site.yml to its end; fails when a host failed. Returns Ansible's counts by host."""
        done = subprocess.run(
            self._command(*options), env=self._environment(),
            capture_output=True, text=True, timeout=PLAYBOOK_PATIENCE_S, cwd=self._repository / "ansible", check=False,
        )  # fmt: skip
        (self._folder / "ansible.log").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return counts(done.stdout)

    def begin_playbook(self) -> "subprocess.Popen[bytes]":
        """Start site.yml in a process group of its own."""
        return subprocess.Popen(
            self._command(), env=self._environment(), cwd=self._repository / "ansible", start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def controller(self, command: str) -> str:
        """What a command of fer-controller prints on the hub."""
        program = "runuser -u fer-controller -- /opt/fer-controller/bin/fer-controller"
        return self.hub.ssh(f"{program} {command} --db {DB}")

    def controller_json(self, command: str) -> list[dict[str, Any]]:
        """The same, of a command that prints JSON Lines."""
        return [json.loads(line) for line in self.controller(f"{command} --json").splitlines()]

    def remove(self) -> None:
        """Take hosts and network away."""
        for host in self.hosts.values():
            host.remove()
        self.network.remove()

    def _command(self, *options: str) -> list[str]:
        ansible = os.environ.get(ANSIBLE_VARIABLE) or str(Path(sys.executable).parent / "ansible-playbook")
        return [ansible, "-i", str(self.inventory), "site.yml", "-e", "fer_serial=100%", *options]

    def _environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "ANSIBLE_CONFIG": str(self._repository / "ansible" / "ansible.cfg"), **more}

    def _inventory(self) -> dict[str, Any]:
        ssh = f"-i {self.network.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        addresses = {name: {"ansible_host": host.address} for name, host in self.hosts.items()}
        devices = {host.name: addresses[host.name] for host in self.devices}
        devices["nano-02"]["fer_mqtt_password"] = AWKWARD
        shared = {
            "ansible_user": "root",
            "ansible_ssh_common_args": ssh,
            "fer_address": self.hub.address,
            "fer_offline": True,
            "fer_secrets": str(self.secrets),
            "fer_cameras": [{"name": "door", "source": "demo:"}],
            "fer_agent_settings": {"telemetry": {"interval_s": 1.0}, "events": {"heartbeat_s": 1.0}},
        }
        children = {"broker": {"hosts": {"hub": addresses["hub"]}}, "controller": {"hosts": {"hub": addresses["hub"]}}}
        return {"all": {"vars": shared, "children": {**children, "devices": {"hosts": devices}}}}


def counts(output: str) -> dict[str, dict[str, int]]:
    """Ansible's recap: ok, changed, failed and unreachable by host."""
    recap: dict[str, dict[str, int]] = {}
    for line in output[output.rindex("PLAY RECAP") :].splitlines()[1:]:
        host, _, numbers = line.partition(":")
        if "=" in numbers:
            pairs = (each.split("=") for each in numbers.split())
            recap[host.strip()] = {name: int(number) for name, number in pairs}
    return recap


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Fleet]:
    """Three hosts, up, with nothing of ours on them."""
    if os.geteuid() != 0 or missing():
        pytest.skip(f"Hosts need root and these programs: {', '.join(missing()) or 'all there'}.")
    system = Path(os.environ.get(ROOT_VARIABLE) or Path.home() / ".cache" / "fer-hosts" / "bookworm")
    make_root(system)
    made = Fleet(root, tmp_path_factory.mktemp("fleet"), system)
    try:
        for host in made.hosts.values():
            host.boot()
        yield made
    finally:
        made.remove()
