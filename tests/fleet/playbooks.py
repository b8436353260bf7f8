"""Ansible on this machine, with an inventory and secrets of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from debian_root import run
from fleet.nspawn import Host, Network

ANSIBLE_VARIABLE = "FER_ANSIBLE"
PLAYBOOK_PATIENCE_S = 1200.0
SITE = "site.yml"
TOLD_TO_ALL = (".crt", ".csr", ".ext", ".srl")
"""Endings of files that are no secret."""

Counts = dict[str, dict[str, int]]
"""Ansible's recap: ok, changed, failed and unreachable by host."""


class Playbooks:
    """The playbooks of a repository, run on hosts of a folder's inventory."""

    def __init__(self, repository: Path, folder: Path, network: Network) -> None:
        self._here, self._folder, self._network = repository / "ansible", folder, network
        self.wheelhouse = self._here / "wheelhouse"
        self.secrets = folder / "secrets"

    def know(self, groups: Mapping[str, Mapping[str, Any]], variables: Mapping[str, object]) -> None:
        """Write the inventory: variables of hosts by group and host, and those of all."""
        ssh = f"-i {self._network.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
        shared = {
            "ansible_user": "root",
            "ansible_ssh_common_args": ssh,
            "fer_offline": True,
            "fer_secrets": str(self.secrets),
            **variables,
        }
        children = {name: {"hosts": hosts} for name, hosts in groups.items()}
        self._inventory.write_text(json.dumps({"all": {"vars": shared, "children": children}}))

    def run(self, *options: str, book: str | Path = SITE) -> Counts:
        """Run a playbook to its end; fails when a host failed. Returns Ansible's counts by host."""
        output, failed = self.ran(*options, book=book)
        assert not failed, output[-4000:]
        return counts(output)

    def ran(self, *options: str, book: str | Path = SITE) -> tuple[str, bool]:
        """Run a playbook to its end; returns what it said, and whether it failed."""
        began_s = time.monotonic()
        done = subprocess.run(
            self._command(book, *options), env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=PLAYBOOK_PATIENCE_S, cwd=self._here, check=False,
        )  # fmt: skip
        (self._folder / "ansible.log").write_text(done.stdout)
        print(f"{book} {' '.join(options)[:100]}: {time.monotonic() - began_s:.0f} s")
        return done.stdout, done.returncode != 0

    def backup(self, *options: str) -> Path:
        """Fetch a backup; returns its file."""
        self.run(*options, book="backup.yml")
        *_, newest = sorted(path for path in (self._folder / "backups").iterdir() if "secrets" not in path.name)
        return newest

    def begin(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start site.yml in a process group of its own."""
        return subprocess.Popen(
            self._command(SITE, *options), env=self._environment(), cwd=self._here, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def secret_files(self) -> list[Path]:
        """What was made on the first run and is told to nobody."""
        return [path for path in self.secrets.rglob("*") if path.is_file() and path.suffix not in TOLD_TO_ALL]

    def vault(self, what: str, password: Path) -> None:
        """Encrypt or decrypt the secrets, as their owner would."""
        program = Path(self._command(SITE)[0]).with_name("ansible-vault")
        run(str(program), what, "--vault-password-file", str(password), *map(str, self.secret_files()))

    @property
    def _inventory(self) -> Path:
        return self._folder / "inventory.json"

    def _command(self, book: str | Path, *options: str) -> list[str]:
        ansible = os.environ.get(ANSIBLE_VARIABLE) or str(Path(sys.executable).parent / "ansible-playbook")
        return [ansible, "-i", str(self._inventory), str(book), "-e", "fer_serial=100%", *options]

    def _environment(self) -> dict[str, str]:
        folders = {"ROLES_PATH": "roles", "FILTER_PLUGINS": "filter_plugins", "CONFIG": "ansible.cfg"}
        return {**os.environ, **{f"ANSIBLE_{name}": str(self._here / folder) for name, folder in folders.items()}}


def addressed(host: Host, **variables: object) -> dict[str, object]:
    """A host in an inventory."""
    return {"ansible_host": host.address, **variables}


def counts(output: str) -> Counts:
    """What Ansible counted, as it says at its end."""
    recap: Counts = {}
    for line in output[output.rindex("PLAY RECAP") :].splitlines()[1:]:
        host, _, numbers = line.partition(":")
        if "=" in numbers:
            pairs = (each.split("=") for each in numbers.split())
            recap[host.strip()] = {name: int(number) for name, number in pairs}
    return recap
