"""Events of several devices through a cluster while its nodes die and freeze: every one is stored once."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clustered_brokers import Cluster
from controller_process import ControllerProcess, eventually
from fer_agent.settings import BrokerSettings
from linked_device import Device
from unit.agent.observations import observation

ROUNDS = int(os.environ.get("FER_CLUSTER_ROUNDS", "1"))
DEVICES = 3
PATIENCE_S, SETTLED_S = 1.0, 180.0
EAGER = """\
[broker]
reconnect_max_s = 1.0
keepalive_s = 5
[ingest]
ack_interval_ms = 0
"""


def settings_at(cluster: Cluster, first: int) -> BrokerSettings:
    """A device that begins at this node, and goes on to the others."""
    urls = [cluster[(first + turn) % len(cluster)].url for turn in range(len(cluster))]
    return BrokerSettings(
        url=urls[0], fallback_urls=urls[1:], patience_s=PATIENCE_S, reconnect_max_s=1.0, keepalive_s=5
    )


@dataclass
class Flow:
    """A controller at the first node, and devices with the code of the agent, each begun at another node."""

    cluster: Cluster
    controller: ControllerProcess
    devices: list[Device]
    faults: list[str] = field(default_factory=list)

    def observe(self, seconds: float) -> None:
        """Something happens before each camera, for so long."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            for device in self.devices:
                device.spool.append([observation(), observation()])
            time.sleep(0.05)

    def stored(self) -> int:
        rows = self.controller.query("SELECT COUNT(*) FROM events")
        return int(rows[0][0]) if rows else 0

    def goes_on(self) -> None:
        """Until events are stored again that were seen after this moment."""
        self.observe(0.2)
        seen = {device.name: device.spool.last_seq for device in self.devices}
        eventually(
            lambda: all(self._has_stored(name, seq) for name, seq in seen.items()), "events are stored again", SETTLED_S
        )

    def survives(self, seed: str, frozen_s: float) -> str:
        """In each round one node dies and another freezes, and events are stored again; the counts at the end."""
        dice = random.Random(seed)
        for turn in range(ROUNDS):
            self.dies(turn % len(self.cluster), dice)
            self.goes_on()
            self.freezes((turn + 1) % len(self.cluster), frozen_s)
            self.goes_on()
        return self.assert_stored_once()

    def dies(self, at: int, dice: random.Random) -> None:
        """A node is killed, and comes back after a while."""
        self.faults.append(f"kill {at}")
        self.cluster[at].kill()
        self.observe(dice.uniform(0.5, 3.0))
        self.cluster[at].start()
        self.cluster[at].until_it_listens()

    def freezes(self, at: int, seconds: float) -> None:
        """A node is cut off from everybody, and wakes with what it knew."""
        self.faults.append(f"freeze {at}")
        self.cluster[at].freeze()
        self.observe(seconds)
        self.cluster[at].thaw()

    def assert_stored_once(self) -> str:
        """Every event that a spool numbered is in the database once; the counts."""
        eventually(lambda: not self._waiting(), "every spool is empty", SETTLED_S)
        rows = self.controller.query("SELECT device, seq FROM events")
        for device in self.devices:
            found = sorted(seq for name, seq in rows if name == device.name)
            assert found == list(range(1, device.spool.last_seq + 1))
        assert self.controller.query("SELECT COUNT(*) FROM dead_letters") == [(0,)]
        assert self.controller.query("SELECT COUNT(*) FROM gaps") == [(0,)]
        return f"{len(rows)} events, lost 0, twice 0; {len(self.faults)} faults: {', '.join(self.faults)}"

    def _has_stored(self, name: str, seq: int) -> bool:
        return bool(self.controller.query(f"SELECT 1 FROM events WHERE device = '{name}' AND seq = {seq}"))  # noqa: S608 - our words

    def _waiting(self) -> int:
        return sum(device.spool.statistics().pending_events for device in self.devices)


@contextmanager
def flowing(cluster: Cluster, folder: Path) -> Iterator[Flow]:
    """All of it runs, and events are being stored."""
    config = folder / "controller.toml"
    config.write_text(EAGER)
    controller = ControllerProcess(folder / "fleet.db", cluster[0].url, "--config", str(config))
    controller.until_connected()
    devices = []
    for number in range(DEVICES):
        here = folder / f"device-{number}"
        here.mkdir()
        devices.append(Device(settings_at(cluster, number), here, name=f"nano-{number:02}", resend_after_s=2))
    try:
        flow = Flow(cluster, controller, devices)
        flow.goes_on()
        yield flow
    finally:
        for device in devices:
            device.stop()
        controller.kill()
