"""Three PostgreSQL nodes under Patroni and etcd, on free ports of the loopback, to be killed, paused and cut off."""

import itertools
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from controller_process import eventually
from cuttable_wire import Wire
from real_broker import free_port
from real_postgres import as_somebody, postgres_folder

NODES = ("one", "two", "three")
SCOPE = "fleet"
PATIENCE_S = 180.0
"""A node that was killed is copied anew at worst."""
SHIPPED = Path(__file__).parent.parent / "ansible" / "roles" / "postgresql" / "defaults" / "main.yml"
DYNAMIC: dict[str, Any] = {
    "synchronous_mode": True,
    "synchronous_mode_strict": True,
    "primary_start_timeout": 0,
    "check_timeline": True,
}
PARAMETERS = {"wal_retrieve_retry_interval": "500ms", "fsync": "off", "shared_buffers": "32MB", "max_connections": 60}
"""fsync is for power cuts; processes may be killed without it."""
LEADER = "leader"
SYNCHRONOUS = "sync_standby"


def missing() -> list[str]:
    """The Debian packages without which there can be no cluster."""
    packages = {
        "postgresql": postgres_folder(),
        "patroni": shutil.which("patroni"),
        "etcd-server": shutil.which("etcd"),
    }
    return [package for package, found in packages.items() if found is None]


class Etcd:
    """One etcd, which is not what is killed here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o777)
        self.port, peers = free_port(), free_port()
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peers}"
        self.process = _begin(
            folder, "etcd", "--name", "only", "--data-dir", str(folder / "data"), "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", f"only={peer}", "--enable-v2",
        )  # fmt: skip


class Node:
    """PostgreSQL and its Patroni. Whoever talks to either does so over wires, and so do both to etcd."""

    def __init__(self, name: str, folder: Path, etcd_port: int, dynamic: Mapping[str, Any]) -> None:
        self.name, self._folder = name, folder
        folder.mkdir(mode=0o777)
        postgres, patroni = free_port(), free_port()
        self._wires = [Wire(postgres), Wire(patroni), Wire(etcd_port)]
        self.port, self._patroni_port, etcd = (wire.port for wire in self._wires)
        self.local_port = postgres
        self._settings = folder / "patroni.yml"
        settings = _settings(name, folder, {"postgres": postgres, "patroni": patroni}, self, etcd, dynamic)
        self._settings.write_text(json.dumps(settings))
        self._process: psutil.Popen | None = None

    @property
    def patroni_port(self) -> int:
        """Where others ask its Patroni."""
        return self._patroni_port

    def start(self) -> None:
        """Run it; what it becomes is Patroni's affair."""
        assert self._process is None
        self._process = _begin(self._folder, "patroni", str(self._settings))

    def kill(self) -> None:
        """kill -9 of Patroni, of PostgreSQL and of all that it began."""
        for each in self._processes():
            with suppress(psutil.NoSuchProcess):
                each.kill()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def kill_postgres(self) -> None:
        """kill -9 of PostgreSQL alone; Patroni sees it."""
        for each in self._processes()[1:]:
            with suppress(psutil.NoSuchProcess):
                each.kill()

    def pause(self) -> None:
        """Stop all of it where it stands; its connections stay."""
        for each in self._processes():
            with suppress(psutil.NoSuchProcess):
                each.suspend()

    def wake(self) -> None:
        """Let it go on, knowing nothing of what happened meanwhile."""
        for each in self._processes():
            with suppress(psutil.NoSuchProcess):
                each.resume()

    def cut_off(self) -> None:
        """Nobody reaches it, and it does not reach etcd."""
        for wire in self._wires:
            wire.cut()

    def rejoin(self) -> None:
        """The network is whole again."""
        for wire in self._wires:
            wire.mend()

    def remove(self) -> None:
        """Leave no process behind."""
        self.kill()
        for wire in self._wires:
            wire.close()

    def log(self) -> str:
        """What Patroni and PostgreSQL said."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def _processes(self) -> list[psutil.Process]:
        """Patroni first, so that it begins no other PostgreSQL; then PostgreSQL, so that it begins no other process."""
        postgres = _postmaster(self._folder / "data")
        mine = [] if self._process is None else [self._process]
        return [*mine, *([] if postgres is None else [postgres, *postgres.children()])]


class PatroniCluster:
    """Three nodes, set as the role sets them, and an etcd; what is acknowledged is on two of the nodes."""

    def __init__(self, folder: Path) -> None:
        self._names = itertools.count(1)
        self._etcd = Etcd(folder / "etcd")
        dynamic = {**timing(), **DYNAMIC, "postgresql": {"use_pg_rewind": True, "parameters": PARAMETERS}}
        self.nodes = [Node(name, folder / name, self._etcd.port, dynamic) for name in NODES]

    def url(self, database: str) -> str:
        """Whichever of them takes writes."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgresql://fer@{hosts}/{database}?target_session_attrs=read-write"

    def new_database(self) -> str:
        """The URL of a database without a table."""
        name = f"fleet_{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def start(self) -> None:
        """Run all, and wait until one leads, and one is its synchronous standby."""
        for node in self.nodes:
            node.start()
        self.until_whole()

    def until_whole(self, standbys: int = 2) -> None:
        """Wait until one leads, so many follow it, and one of these is synchronous."""
        eventually(lambda: self._is_whole(standbys), "the cluster is whole", PATIENCE_S)

    def primary(self) -> Node:
        """The one that leads; waits until one does."""
        found: list[Node] = []

        def leads() -> bool:
            found[:] = [node for node in self.nodes if _answers(node.patroni_port, "primary")]
            return len(found) == 1

        eventually(leads, "one node leads", PATIENCE_S)
        return found[0]

    def synchronous_standby(self) -> Node:
        """The one that has all that is committed."""
        (name,) = (each["name"] for each in self._members() if each["role"] == SYNCHRONOUS)
        return next(node for node in self.nodes if node.name == name)

    def remove(self) -> None:
        """Leave no process behind."""
        for node in self.nodes:
            node.remove()
        self._etcd.process.kill()
        self._etcd.process.wait()

    def _is_whole(self, standbys: int) -> bool:
        members = self._members()
        roles = [each["role"] for each in members if each["state"] in {"running", "streaming"}]
        return roles.count(LEADER) == 1 and SYNCHRONOUS in roles and len(roles) == 1 + standbys

    def _members(self) -> list[dict[str, Any]]:
        asked = (_asked(node.patroni_port, "cluster") for node in self.nodes)
        return next((json.loads(answer)["members"] for answer in asked if answer), [])


def timing() -> dict[str, int]:
    """How soon another takes over, as the role has it."""
    found = re.search("^postgresql_failover: (.*)$", SHIPPED.read_text(), re.MULTILINE)
    assert found is not None
    seconds: dict[str, int] = json.loads(found[1])
    return seconds


def _begin(folder: Path, *command: str) -> psutil.Popen:
    owner = as_somebody(folder)
    with (folder / "log").open("ab") as log:
        return psutil.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True, **owner
        )


def _settings(
    name: str, folder: Path, ports: Mapping[str, int], node: Node, etcd_port: int, dynamic: Mapping[str, Any]
) -> dict[str, Any]:
    """Of one Patroni; JSON is YAML."""
    hba = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
    return {
        "scope": SCOPE,
        "name": name,
        "restapi": {
            "listen": f"127.0.0.1:{ports['patroni']}",
            "connect_address": f"127.0.0.1:{node.patroni_port}",
        },
        # Of etcd 3 Debian's Patroni 3.0.2 takes the lock back, when it wakes, from the node that leads by then.
        # As a proxy, for otherwise Patroni would go to where etcd says that it is, past the wire.
        "etcd": {"hosts": [f"127.0.0.1:{etcd_port}"], "use_proxies": True},
        "bootstrap": {
            "dcs": dynamic,
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"username": "fer"}, "no-sync"],
            "pg_hba": hba,
        },
        "postgresql": {
            "listen": f"127.0.0.1:{ports['postgres']}",
            "connect_address": f"127.0.0.1:{node.port}",
            "data_dir": str(folder / "data"),
            "bin_dir": str(_binaries()),
            "pgpass": str(folder / "pgpass"),
            "authentication": {role: {"username": "fer"} for role in ("superuser", "replication", "rewind")},
            "parameters": {"unix_socket_directories": str(folder)},
            "basebackup": [{"checkpoint": "fast"}],
            "remove_data_directory_on_rewind_failure": True,
            "remove_data_directory_on_diverged_timelines": True,
        },
    }


def _binaries() -> Path:
    """Where the server's programs are all together."""
    folder = postgres_folder()
    assert folder is not None
    return (folder / "initdb").resolve().parent


def _postmaster(data: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        return process if process.name() == "postgres" else None
    except (FileNotFoundError, psutil.NoSuchProcess, IndexError, ValueError):
        return None


def _answers(port: int, path: str) -> bool:
    return _asked(port, path) is not None


def _asked(port: int, path: str) -> str | None:
    """What Patroni answers where it says 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=2) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError):
        return None
