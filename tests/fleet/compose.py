"""What containers/compose.yaml describes: its images built on a Debian made here, and run in a network of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from debian_root import made_once, run

NEEDED = ("debootstrap", "podman", "runc", "ip", "mosquitto_pub")
BASE = "localhost/debian"
PROJECT = "fer-test"
BIN = Path(sys.executable).parent
NETWORK = "fer-containers"

PODMAN = """
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=1000:1000", "nproc=1000:1000"]
"""
"""Runs where crun and higher limits don't: in a container, for instance."""
STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
OFFLINE = """
[global]
no-index = true
find-links = /wheels
"""
HERE = """
services:
  broker: {{network_mode: "ns:/run/netns/{network}"}}
  controller: {{network_mode: "ns:/run/netns/{network}", extra_hosts: ["broker:127.0.0.1"]}}
secrets:
  logins: {{file: {secrets}/logins}}
  controller: {{file: {secrets}/controller.toml}}
"""


def missing() -> list[str]:
    """The programs without which there can be no containers."""
    return [program for program in NEEDED if shutil.which(program) is None]


class Compose:
    """Broker and controller in containers; the images, the volumes and the network go away with it."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._repository, self._folder = repository, folder
        script = shutil.copy(repository / "containers" / "make-secrets.sh", folder)
        self.device, self.password = run(str(script), "nano-01").split()
        self._write("podman.conf", PODMAN)
        self._write("storage.conf", STORAGE.format(folder=folder))
        self._here = self._write("here.yaml", HERE.format(network=NETWORK, secrets=folder / "secrets"))
        self._environment = {
            **os.environ,
            "CONTAINERS_CONF": str(folder / "podman.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "BUILDAH_ISOLATION": "chroot",
        }
        run("ip", "netns", "add", NETWORK)
        run("ip", "-n", NETWORK, "link", "set", "lo", "up")

    def make_base(self) -> None:
        """A Debian in place of the public image, which no test fetches."""
        root, tree = made_once("bookworm-slim", ("ca-certificates",)), self._folder / "base.tar"
        run("tar", "--one-file-system", "--exclude=./whole", "-C", str(root), "-cf", str(tree), ".")
        self.podman("import", "--quiet", str(tree), BASE)
        tree.unlink()

    def refusal(self) -> str | None:
        """Why this machine can run no container, or None."""
        done = self._ran("podman", "run", "--rm", "--network=none", BASE, "true")
        return done.stderr.strip() if done.returncode else None

    def build(self) -> None:
        """Both images; packages come from Debian, wheels from a folder with what the locks name."""
        wheels, requirements = self._folder / "wheels", self._repository / "requirements"
        run(
            sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:",
            "--python-version=3.11", f"--dest={wheels}", f"-r{requirements}/build.txt", f"-r{requirements}/image.txt",
        )  # fmt: skip
        offline = self._write("pip.conf", OFFLINE)
        options = f"--layers=false --network=host --volume={wheels}:/wheels:ro --volume={offline}:/etc/pip.conf:ro"
        self.compose(f"--podman-build-args={options}", "build", "--build-arg", f"BASE={BASE}")

    def compose(self, *command: str) -> str:
        """Run podman-compose on our file, and return what it printed."""
        files = (f"--file={self._repository}/containers/compose.yaml", f"--file={self._here}")
        return self._run(str(BIN / "podman-compose"), "--in-pod=false", f"--project-name={PROJECT}", *files, *command)

    def podman(self, *command: str) -> str:
        """Run podman beside it, and return what it printed."""
        return self._run("podman", *command)

    def inside(self, service: str, *command: str) -> str:
        """Run a command in the container of a service."""
        return self.podman("exec", container(service), *command)

    def events(self) -> list[dict[str, Any]]:
        """Those that the controller has stored."""
        said = self.inside("controller", "fer-controller", "events", "--json", "--limit", "100000")
        return [json.loads(line) for line in said.splitlines()]

    def healthy(self, service: str) -> bool:
        """Whether its own check holds, now."""
        return self._ran("podman", "healthcheck", "run", container(service)).returncode == 0

    def pid(self, service: str) -> int:
        """Of its first process, as this machine sees it; 0 while none runs."""
        return int(self.podman("inspect", "--format", "{{.State.Pid}}", container(service)))

    def secrets(self) -> list[str]:
        """Every password that was made."""
        lines = (self._folder / "secrets" / "logins").read_text().splitlines()
        return [line.partition(":")[2] for line in lines]

    def holds(self, name: str, text: str) -> bool:
        """Whether a file of the image, or what it is told, has this text."""
        count = 'podman save "$1" | grep --count --fixed-strings "$2"'
        return int(self._ran("sh", "-c", count, "sh", name, text).stdout) > 0

    def remove(self) -> None:
        """Take all of it away."""
        self.compose("down", "--volumes", "--timeout=5")
        self.podman("rmi", "--all", "--force")
        run("ip", "netns", "delete", NETWORK)

    def _ran(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)

    def _run(self, *command: str) -> str:
        done = self._ran(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {(done.stderr or done.stdout)[-4000:]}"
        return done.stdout.strip()

    def _write(self, name: str, text: str) -> Path:
        file = self._folder / name
        file.write_text(text)
        return file


def container(service: str) -> str:
    """What podman-compose calls its container."""
    return f"{PROJECT}_{service}_1"


def image(service: str) -> str:
    """What podman-compose calls its image."""
    return f"localhost/{PROJECT}_{service}"
