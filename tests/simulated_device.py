"""A simulated device with everything around it in this process: no broker, no network, and time that a test turns."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from fer_simulator.broker.in_process import InProcessBroker
from fer_simulator.clock import Timers, TurnedClock
from fer_simulator.devices.device import Device, World
from fer_simulator.devices.disk import Disk
from fer_simulator.downloads.in_memory import FilesInMemory
from fer_simulator.downloads.request import Source
from fer_simulator.model import Model
from fer_simulator.scenario import Scenario
from fer_simulator.traits.device_classes import CLASSES, DeviceClass
from fer_simulator.traits.effects import Effect, Effects
from fer_simulator.traits.identity import Identity
from fer_wire import Desired, Reported, Topics, parse
from fer_wire.broker import BrokerConnection
from fer_wire.contracts import CLASSIFIER
from fer_wire.device.trust import NO_KEYS, Trust

DEVICE = "sim-0001"
NANO = CLASSES[0]
START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
NEVER_S = 1e9
QUIET = Scenario(BrokerConnection(), 1, events_per_s=0.0, telemetry_s=NEVER_S)
FACTORY = QUIET.factory_model(NANO)
LONGEST_STEP_S = 200.0


class SimulatedDevice:
    """One device and its broker; what it reports is remembered."""

    def __init__(
        self,
        *faults: str,
        effects: tuple[tuple[str, Effect], ...] = (),
        kind: DeviceClass = NANO,
        scenario: Scenario = QUIET,
        name: str = DEVICE,
        source: Callable[[Timers], Source] | None = None,
        trust: Trust = NO_KEYS,
        start: datetime = START,
    ) -> None:
        self.clock = TurnedClock(start)
        self.timers = Timers(self.clock)
        self.broker, self.files = InProcessBroker(self.timers), FilesInMemory(self.timers)
        self.topics = Topics()
        self._said: list[bytes] = []
        self.broker.hear(self._hear)
        found = source(self.timers) if source else self.files
        world = World(scenario, self.topics, self.timers, self.broker, found, Effects(effects), trust)
        self.name, self.kind = name, kind
        self.device = Device(Identity(name, kind, frozenset(faults)), world)
        self.device.start()
        self.pass_s(0)

    @property
    def disk(self) -> Disk:
        return self.device.disk

    @property
    def reports(self) -> list[Reported]:
        """All that it reported."""
        return [parse(Reported, payload) for payload in self._said]

    @property
    def last_report(self) -> Reported:
        """What the broker retains of it."""
        return parse(Reported, self._said[-1])

    @property
    def states(self) -> list[str]:
        """The states of updates that it reported, each once in a row."""
        return [state for state, _ in groupby(each.update.state for each in self.reports if each.update)]

    @property
    def serving(self) -> Model:
        return self.disk.slots.serving

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.turn(self.timers, seconds)

    def until(self, state: str) -> None:
        """Let time pass until the update is in this state."""
        self.clock.turn(self.timers, LONGEST_STEP_S, lambda: self.disk.record.state == state)
        assert self.disk.record.state == state, self.disk.record

    def until_online(self) -> None:
        """Let time pass until it is connected again, and has what is retained."""
        self.clock.turn(self.timers, LONGEST_STEP_S, lambda: self.device.session.online)
        self.pass_s(0)

    def step(self) -> None:
        """Let time pass until the update is in another state, or nothing happens for long."""
        before = self.disk.record
        key, state = before.desired and before.desired.key, before.state

        def moved() -> bool:
            now = self.disk.record
            return (now.desired and now.desired.key, now.state) != (key, state)

        self.clock.turn(self.timers, LONGEST_STEP_S, moved)

    def order(self, order: Desired) -> None:
        """The desired state arrives."""
        self.send(order.payload())

    def send(self, payload: bytes) -> None:
        """Something arrives on the topic of desired states, and stays there; nothing withdraws what stood there."""
        self.broker.publish(self.topics.desired(self.name), payload)
        self.pass_s(0)

    def offer(self, version: str, *precisions: str, data: bytes = b"onnx" * 100, **changes: Any) -> Desired:
        """Put a model on the server, and make the desired state for it."""
        names = [f"light@{version}/{precision}" for precision in precisions or ("fp16",)]
        files = {name: name.encode() + data for name in names}
        self.files.files.update({f"/{name}": content for name, content in files.items()})
        self.files.files[f"/manifest/{version}"] = manifest_of(version, files, changes.get("task", CLASSIFIER))
        return desired(files, manifest_url=f"/manifest/{version}", **changes)

    def _hear(self, topic: str, payload: bytes) -> None:
        if topic == self.topics.reported(self.name):
            self._said.append(payload)


def desired(files: Mapping[str, bytes], **changes: Any) -> Desired:
    """The desired state of these files by name, the first one first."""
    artifacts = [
        {"model": name, "sha256": sha256(data).hexdigest(), "size_bytes": len(data), "url": f"/{name}"}
        for name, data in files.items()
    ]
    fields: dict[str, Any] = {
        "device": DEVICE,
        "rollout": "r1",
        "sequence": 1,
        "time": START,
        "probation_s": 10.0,
        **artifacts[0],
        "alternatives": artifacts[1:],
    }
    return Desired.model_validate({**fields, **changes})


def manifest_of(version: str, files: Mapping[str, bytes], task: str = CLASSIFIER) -> bytes:
    """A manifest that vouches for these files."""
    variants = [
        {
            "precision": name.rpartition("/")[2],
            "file": f"{name.rpartition('/')[2]}.onnx",
            "sha256": sha256(data).hexdigest(),
            "size_bytes": len(data),
            "parameters": 1,
            "nonzero_parameters": 1,
            "tolerance": 0.01,
        }
        for name, data in files.items()
    ]
    golden = {"formula": "", "coefficients": [1, 1, 1, 1], "faces": 1, "outputs": {}}
    document = {
        "task": task,
        "name": "light",
        "version": version,
        "variants": variants,
        "golden": golden,
        "created": "2026-01-31T12:00:00Z",
    }
    return json.dumps(document).encode()
