"""A clock that a test moves, and a server whose answers a test writes down, for the simulated devices."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from fer_controller.simulate.classes import CLASSES, DeviceClass
from fer_controller.simulate.disk import Disk, Model, Slots
from fer_controller.simulate.effects import Effect, Effects
from fer_controller.simulate.fetching import Means, Nature
from fer_controller.simulate.files import Outcome, Request
from fer_controller.simulate.timers import Timers
from fer_controller.simulate.update import Updater
from fer_wire import Desired

DEVICE = "sim-0001"
FACTORY = Model("factory@1.0.0/fp16", "f" * 64)
NANO = CLASSES[0]
START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.timers = Timers(lambda: self.now_s)

    def pass_s(self, seconds: float, step_s: float = 0.05) -> None:
        """Let time pass, and what is due happen."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.now_s += step_s
            self.timers.run_due()


class FakeSource:
    """Implements fer_controller.simulate.fetching.Source: answers after a moment, from its files.

    `faults` come first, one for each fetch of a file.
    """

    def __init__(self, timers: Timers, files: dict[str, bytes]) -> None:
        self._timers, self.files = timers, files
        self.faults: list[Outcome] = []
        self.requests: list[Request] = []
        self.canceled = 0

    def fetch(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        self.requests.append(request)
        self._timers.later(0.1, lambda: done(self._answer(request, wanted())))

    def _answer(self, request: Request, wanted: bool) -> Outcome:
        if not wanted:
            self.canceled += 1
            return Outcome(fault="no longer wanted", final=True)
        if request.url not in self.files:
            return Outcome(fault=f"HTTP 404 for {request.url}", final=True)
        if request.part is None:
            return Outcome(body=self.files[request.url])
        if self.faults:
            return self.faults.pop(0)
        start = request.part.received_bytes
        stop = start + request.piece_bytes if request.piece_bytes else None
        sent = self.files[request.url][:stop]
        request.part.received_bytes, request.part.sha256 = len(sent), sha256(sent).hexdigest()
        return Outcome()


@dataclass
class Bench:
    """One device's update with everything around it made by hand."""

    faults: frozenset[str] = frozenset()
    effects: tuple[tuple[str, Effect], ...] = ()
    kind: DeviceClass = NANO
    seed: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    states: list[str] = field(default_factory=list)
    deaths: int = 0

    def __post_init__(self) -> None:
        self.disk = Disk(Slots(FACTORY))
        self.source = FakeSource(self.clock.timers, {})
        nature = Nature(DEVICE, self.kind, self.faults)
        means = Means(self.clock.timers, self.source, Effects(self.effects), self._report, self._die)
        self.updater = Updater(nature, self.disk, means, random.Random(self.seed))

    def offer(self, version: str, *precisions: str, data: bytes = b"onnx" * 100, **changes: Any) -> Desired:
        """Put a model on the server, and make the desired state for it."""
        names = [f"light@{version}/{precision}" for precision in precisions or ("fp16",)]
        files = {name: name.encode() + data for name in names}
        self.source.files.update({f"/{name}": content for name, content in files.items()})
        self.source.files[f"/manifest/{version}"] = manifest_of(version, files)
        return desired(files, manifest_url=f"/manifest/{version}", **changes)

    def order(self, order: Desired) -> None:
        """The desired state arrives."""
        self.updater.desired(order.payload())

    def _report(self) -> None:
        self.states.append(self.disk.record.state)

    def _die(self) -> None:
        self.deaths += 1
        self.updater.stop()
        self.clock.timers.later(1.0, self.updater.restart)


def desired(files: dict[str, bytes], **changes: Any) -> Desired:
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


def manifest_of(version: str, files: dict[str, bytes]) -> bytes:
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
        "name": "light",
        "version": version,
        "variants": variants,
        "golden": golden,
        "created": "2026-01-31T12:00:00Z",
    }
    return json.dumps(document).encode()
