"""Hosts on this machine, each with a systemd, an SSH server and an address: systemd-nspawn in network namespaces."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from debian_root import made_once, run

PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "openssh-server", "python3", "python3-venv", "python3-apt", "iproute2",
    "ca-certificates", "mosquitto",
)  # fmt: skip
NEEDED = ("debootstrap", "systemd-nspawn", "ip", "tc", "nft", "ssh", "ssh-keygen")
BRIDGE = "fer-hosts"
GATEWAY = "10.99.0.1"
BOOT_PATIENCE_S = 120.0

BAD_LINK = """
table netdev {link} {{
    chain arriving {{ type filter hook ingress device "{link}" priority 0; numgen random mod 100 < {percent} drop; }}
    chain leaving {{ type filter hook egress device "{link}" priority 0; numgen random mod 100 < {percent} drop; }}
}}
"""
"""Loses packets both ways. tc's netem does so as well, but not every kernel has it."""


def missing() -> list[str]:
    """The programs without which there can be no hosts."""
    return [program for program in NEEDED if shutil.which(program) is None]


def host_root() -> Path:
    """A Debian with what a host has before it is provisioned; shared by all hosts."""
    root = made_once("bookworm", PACKAGES)
    run("systemctl", f"--root={root}", "disable", "mosquitto")
    return root


def database_root() -> Path:
    """The same with what a host of PostgreSQL has."""
    return made_once("bookworm-postgresql", (*PACKAGES, "postgresql", "patroni", "etcd-server"))


class Network:
    """A bridge that connects the hosts with this machine, and an SSH key for them."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key))
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")

    def remove(self) -> None:
        """Take the bridge away."""
        run("ip", "link", "delete", BRIDGE)


class Host:
    """One machine; its disk outlives a power cut."""

    def __init__(self, name: str, number: int, root: Path, folder: Path, network: Network) -> None:
        self.name = name
        self.address = f"10.99.0.{number}"
        self.disk = folder / name / "disk"
        self.log_file = folder / name / "console.log"
        self._link = f"fer-{number}"
        self._root, self._folder, self._network = root, folder / name, network
        self._process: subprocess.Popen[bytes] | None = None
        self.disk.mkdir(parents=True)
        self._as_delivered()
        self._connect()

    def boot(self) -> None:
        """Switch it on, and wait until all that starts with it has started."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "systemd-nspawn", "--quiet", "--boot", "--directory", str(self.disk), "--machine", self.name,
                    f"--network-namespace-path=/run/netns/{self._link}", "--register=no", "--keep-unit",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until_s = time.monotonic() + BOOT_PATIENCE_S
        while self.ssh("systemctl is-system-running", check=False) not in ("running", "degraded"):
            assert time.monotonic() < until_s, f"{self.name} did not come up; see {self.log_file}."
            time.sleep(0.5)

    def cut_power(self) -> None:
        """Off, at once: nothing on it is told."""
        assert self._process is not None
        run("pkill", "-KILL", "--parent", str(self._process.pid), check=False)
        self._process.kill()
        self._process.wait(30)

    def replace(self) -> None:
        """Another machine in its place, with the same name and address, and nothing else of it; it is off."""
        self.cut_power()
        run("umount", "--lazy", str(self.disk))
        self._as_delivered()

    def cable(self, state: str) -> None:
        """Pull the network cable (down), or plug it in (up)."""
        run("ip", "link", "set", self._link, state)

    def spoil_link(self, rate_kbit: int, lost_percent: int) -> None:
        """Slow, with two seconds of packets waiting, and lossy."""
        shape = ("tbf", "rate", f"{rate_kbit}kbit", "burst", "8kb", "latency", "2s")
        run("tc", "qdisc", "add", "dev", self._link, "root", *shape)
        run("ip", "netns", "exec", self._link, "tc", "qdisc", "add", "dev", "host0", "root", *shape)
        rules = BAD_LINK.format(link=self._link, percent=lost_percent)
        subprocess.run(("nft", "-f", "-"), input=rules, text=True, check=True)

    def mend_link(self) -> None:
        """As it was."""
        run("nft", "delete", "table", "netdev", self._link)
        run("tc", "qdisc", "delete", "dev", self._link, "root")
        run("ip", "netns", "exec", self._link, "tc", "qdisc", "delete", "dev", "host0", "root")

    def ssh(self, command: str, *, check: bool = True) -> str:
        """Run a command as root and return what it printed."""
        return run("ssh", "-i", str(self._network.key), *SSH_OPTIONS, f"root@{self.address}", command, check=check)

    def remove(self) -> None:
        """Take it off the network and unmount its disk."""
        if self._process is not None and self._process.poll() is None:
            self.cut_power()
        run("nft", "delete", "table", "netdev", self._link, check=False)
        run("ip", "link", "delete", self._link, check=False)  # else it goes some time after its namespace
        run("ip", "netns", "delete", self._link, check=False)
        run("umount", "--lazy", str(self.disk), check=False)

    def _as_delivered(self) -> None:
        made = Path(tempfile.mkdtemp(dir=self._folder))
        upper, work = made / "upper", made / "work"
        upper.mkdir()
        work.mkdir()
        layers = f"-olowerdir={self._root},upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", layers, str(self.disk))
        self._write("root/.ssh/authorized_keys", self._network.key.with_suffix(".pub").read_text())
        self._write("etc/hostname", f"{self.name}\n")

    def _connect(self) -> None:
        run("ip", "netns", "add", self._link)
        run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "host0", "netns", self._link)
        run("ip", "link", "set", self._link, "master", BRIDGE, "up")
        inside = ("ip", "-n", self._link)
        run(*inside, "address", "add", f"{self.address}/24", "dev", "host0")
        run(*inside, "link", "set", "host0", "up")
        run(*inside, "link", "set", "lo", "up")

    def _write(self, path: str, text: str) -> None:
        file = self.disk / path
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(text)


SSH_OPTIONS = (
    "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oLogLevel=ERROR", "-oConnectTimeout=3",
    "-oBatchMode=yes",
)  # fmt: skip
