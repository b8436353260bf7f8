"""A fleet of three hosts, a hub with broker and controller and two devices, and Ansible that sets it up."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from controller_process import eventually
from debian_root import run
from fleet.nspawn import Host, Network

ANSIBLE_VARIABLE = "FER_ANSIBLE"
PLAYBOOK_PATIENCE_S = 1200.0
PATIENCE_S = 120.0
DB = "/var/lib/fer-controller/fleet.db"

SITE = "site.yml"

AWKWARD = """ a "b" 'c' \\d $HOME `e` #f %n """


class Fleet:
    """The hosts, and Ansible on this machine."""

    def __init__(self, repository: Path, folder: Path, root: Path, network: Network) -> None:
        self._repository, self._folder, self._network = repository, folder, network
        self.wheelhouse = repository / "ansible" / "wheelhouse"
        names = ("hub", "nano-01", "nano-02")
        self.hosts = {name: Host(name, number, root, folder, network) for number, name in enumerate(names, 11)}
        self.hub = self.hosts["hub"]
        self.devices = [host for name, host in self.hosts.items() if name != "hub"]
        self.inventory = folder / "inventory.json"
        self.secrets = folder / "secrets"
        self.inventory.write_text(json.dumps(self._inventory()))

    def playbook(self, *options: str, book: str = SITE) -> dict[str, dict[str, int]]:
        """Run a playbook to its end; fails when a host failed. Returns Ansible's counts by host."""
        output, failed = self.ran(*options, book=book)
        assert not failed, output[-4000:]
        return counts(output)

    def ran(self, *options: str, book: str = SITE) -> tuple[str, bool]:
        """Run a playbook to its end; returns what it said, and whether it failed."""
        began_s = time.monotonic()
        done = subprocess.run(
            self._command(book, *options), env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=PLAYBOOK_PATIENCE_S, cwd=self._repository / "ansible", check=False,
        )  # fmt: skip
        (self._folder / "ansible.log").write_text(done.stdout)
        print(f"{book} {' '.join(options)[:100]}: {time.monotonic() - began_s:.0f} s")
        return done.stdout, done.returncode != 0

    def ca_file(self, *, certified: bool) -> Path:
        """Whom everybody trusts, on this machine."""
        return self.secrets / "tls" / ("fleet-ca.crt" if certified else "ca.crt")

    def vault(self, what: str, password: Path) -> None:
        """Encrypt or decrypt the secrets, as their owner would."""
        files = [
            path
            for path in self.secrets.rglob("*")
            if path.is_file() and path.suffix not in (".crt", ".csr", ".ext", ".srl")
        ]
        program = Path(self._command(SITE)[0]).with_name("ansible-vault")
        run(str(program), what, "--vault-password-file", str(password), *map(str, files))

    def begin_playbook(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start site.yml in a process group of its own."""
        return subprocess.Popen(
            self._command(SITE, *options), env=self._environment(), cwd=self._repository / "ansible",
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def controller(self, command: str) -> str:
        """What a command of fer-controller prints on the hub."""
        program = "runuser -u fer-controller -- /opt/fer-controller/bin/fer-controller"
        return self.hub.ssh(f"{program} {command} --db {DB}")

    def controller_json(self, command: str) -> list[dict[str, Any]]:
        """The same, of a command that prints JSON Lines."""
        return [json.loads(line) for line in self.controller(f"{command} --json").splitlines()]

    def online(self) -> set[str]:
        """The devices that the controller sees online."""
        return {device["device"] for device in self.controller_json("devices") if device["state"] == "online"}

    def all_online(self) -> bool:
        """Whether it sees every device online."""
        return self.online() == {device.name for device in self.devices}

    def events(self, device: str) -> list[dict[str, Any]]:
        """The stored events of a device."""
        return self.controller_json(f"events --device {device} --limit 1000000")

    def epochs(self, device: str) -> set[str]:
        """The streams that it began."""
        return {event["epoch"] for event in self.events(device)}

    def newest_id(self, device: str) -> tuple[str, int]:
        """Of its newest event: when it was seen, and its number."""
        newest = self.controller_json(f"events --device {device} --limit 1")
        return max(((event["time"], event["seq"]) for event in newest), default=("", 0))

    def new_events(self, device: str) -> None:
        """Wait until another event of it is stored."""
        before = self.newest_id(device)
        eventually(lambda: self.newest_id(device) > before, f"{device} sends events", PATIENCE_S)

    def whole(self, device: str) -> bool:
        """Whether none of its events is missing."""
        by_epoch: dict[str, set[int]] = {}
        for event in self.events(device):
            by_epoch.setdefault(event["epoch"], set()).add(event["seq"])
        return bool(by_epoch) and all(seqs == set(range(1, len(seqs) + 1)) for seqs in by_epoch.values())

    def remove(self) -> None:
        """Take the hosts away."""
        for host in self.hosts.values():
            host.remove()

    def _command(self, book: str, *options: str) -> list[str]:
        ansible = os.environ.get(ANSIBLE_VARIABLE) or str(Path(sys.executable).parent / "ansible-playbook")
        return [ansible, "-i", str(self.inventory), book, "-e", "fer_serial=100%", *options]

    def _environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "ANSIBLE_CONFIG": str(self._repository / "ansible" / "ansible.cfg"), **more}

    def _inventory(self) -> dict[str, Any]:
        ssh = f"-i {self._network.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        addresses = {name: {"ansible_host": host.address} for name, host in self.hosts.items()}
        devices = {host.name: addresses[host.name] for host in self.devices}
        devices["nano-02"]["fer_mqtt_password"] = AWKWARD
        shared = {
            "ansible_user": "root",
            "ansible_ssh_common_args": ssh,
            "fer_address": self.hub.address,
            "fer_offline": True,
            "fer_secrets": str(self.secrets),
            "fer_cameras": [{"name": "door", "source": "demo:", "fps": 10}],
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
