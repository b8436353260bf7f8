"""Brokers that are clusters of three nodes on the loopback, whose nodes a test kills, freezes and starts again."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from real_broker import free_port

NODES = 3
START_TIMEOUT_S = 120.0
NATS, RABBITMQ, EPMD = "nats-server", "/usr/lib/rabbitmq/bin/rabbitmq-server", "epmd"

NATS_CONFIG = """\
server_name: n{number}
listen: 127.0.0.1:{client}
jetstream {{ store_dir: "{folder}", max_mem: 64M, max_file: 1G }}
cluster {{ name: fer, listen: 127.0.0.1:{route}, routes: [{routes}] }}
mqtt {{ listen: 127.0.0.1:{mqtt}, max_ack_pending: 10000 }}
"""
RABBITMQ_CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
mqtt.listeners.tcp.1 = 127.0.0.1:{mqtt}
mqtt.allow_anonymous = true
mqtt.default_user = guest
mqtt.default_pass = guest
mqtt.durable_queue_type = quorum
cluster_partition_handling = pause_minority
cluster_formation.peer_discovery_backend = classic_config
{peers}
log.file.level = warning
"""
ONE_SCHEDULER = "+S 1:1 -kernel net_ticktime 8 -kernel inet_dist_use_interface {127,0,0,1}"


class Node:
    """One server of a cluster, in a process group of its own."""

    def __init__(self, command: list[str], mqtt_port: int, folder: Path, environment: Mapping[str, str]) -> None:
        self.port, self.log_file = mqtt_port, folder / "node.log"
        self._command, self._environment = command, {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As the programs' --broker option takes it."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it; it may not answer yet."""
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment, start_new_session=True
            )

    def until_it_listens(self) -> None:
        """Wait until it takes connections."""
        until_s = time.monotonic() + START_TIMEOUT_S
        while not self._listens():
            said = self.log_file.read_text()[-500:]
            assert self._process is not None
            assert self._process.poll() is None, f"The node ended: {said}"
            assert time.monotonic() < until_s, f"The node does not listen on port {self.port}: {said}"
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL; nothing happens when it does not run."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It goes silent, towards its peers and its clients, and keeps its connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on with what it knew."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


Cluster = list[Node]


def missing(*programs: str) -> str:
    """What is not installed of these; empty when nothing is."""
    return ", ".join(each for each in programs if shutil.which(each, path=f"{os.environ['PATH']}:/usr/sbin") is None)


@contextmanager
def nats(folder: Path) -> Iterator[Cluster]:
    """NATS with JetStream, every stream on all three nodes."""
    routes = [free_port() for _ in range(NODES)]
    peers = ", ".join(f'"nats://127.0.0.1:{route}"' for route in routes)

    def made(number: int, here: Path) -> Node:
        mqtt, config = free_port(), here / "nats.conf"
        config.write_text(
            NATS_CONFIG.format(
                number=number, client=free_port(), folder=here, route=routes[number], routes=peers, mqtt=mqtt
            )
        )
        return Node([str(shutil.which(NATS) or f"/usr/sbin/{NATS}"), "-c", str(config)], mqtt, here, {})

    with _running(made, folder) as cluster:
        yield cluster


@contextmanager
def rabbitmq(folder: Path) -> Iterator[Cluster]:
    """RabbitMQ with its MQTT plugin, sessions in quorum queues; a node without a majority pauses.

    The nodes start one after another: the plugin keeps client ids in a Raft cluster of its own, which does not come
    together when they start at once.
    """
    names = [f"r{number}@localhost" for number in range(NODES)]
    peers = "\n".join(f"cluster_formation.classic_config.nodes.{at} = {name}" for at, name in enumerate(names, 1))
    cookie, epmd_port = folder / ".erlang.cookie", free_port()
    cookie.write_text("fer")
    cookie.chmod(0o400)
    found = {"HOME": str(folder), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(epmd_port)}

    def made(number: int, here: Path) -> Node:
        mqtt, config, plugins = free_port(), here / "rabbitmq.conf", here / "enabled_plugins"
        config.write_text(RABBITMQ_CONFIG.format(amqp=free_port(), mqtt=mqtt, peers=peers))
        plugins.write_text("[rabbitmq_mqtt].\n")
        return Node(
            [RABBITMQ],
            mqtt,
            here,
            {
                **found,
                "LC_ALL": "C.UTF-8",
                "RABBITMQ_NODENAME": names[number],
                "RABBITMQ_CONFIG_FILE": str(config),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
                "RABBITMQ_MNESIA_BASE": str(here / "mnesia"),
                "RABBITMQ_LOG_BASE": str(here / "log"),
                "RABBITMQ_DIST_PORT": str(free_port()),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ONE_SCHEDULER,
            },
        )

    epmd = subprocess.Popen([EPMD, "-port", str(epmd_port), "-address", "127.0.0.1"])
    try:
        with _running(made, folder, one_by_one=True) as cluster:
            yield cluster
    finally:
        epmd.kill()
        epmd.wait()


@contextmanager
def _running(made: Callable[[int, Path], Node], folder: Path, *, one_by_one: bool = False) -> Iterator[Cluster]:
    cluster = []
    for number in range(NODES):
        here = folder / f"node-{number}"
        here.mkdir()
        cluster.append(made(number, here))
    try:
        for node in cluster:
            node.start()
            if one_by_one:
                node.until_it_listens()
        for node in cluster:
            node.until_it_listens()
        yield cluster
    finally:
        for node in cluster:
            node.thaw()
            node.kill()
