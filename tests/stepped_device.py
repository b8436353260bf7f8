"""A simulated device that goes from state to state when a test says so, and that may break the protocol's promises."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from fer_controller.store.devices.records import Device
from fer_simulator.clock import Timers
from fer_simulator.devices.disk import Slots
from fer_simulator.downloads.request import Outcome, Request
from fer_simulator.model import Model
from fer_simulator.traits.device_classes import CLASSES
from fer_wire import Desired, ModelManifest, Reported, parse
from fer_wire.contracts import TASKS
from fer_wire.manifest import Golden, Variant
from fer_wire.message import iso_utc
from fer_wire.reported import COMMITTED, IN_FILE, PROBATION, OwnSetting, Update
from fer_wire.tuning import SettingValues
from simulated_device import START, SimulatedDevice

HONEST, FAILING, CRASHING, STUCK, LYING = "honest", "failing", "crashing", "stuck", "lying"
OLD = "old"
"""Its agent knows nothing of settings from afar."""
FAULT = "404 Not Found"
ANSWERS_AFTER_S = 0.1
RUN = "run-1"
KINDS = {each.name: each for each in CLASSES}


def sha_of(reference: str) -> str:
    """The content of a made-up file."""
    return hashlib.sha256(reference.encode()).hexdigest()


class FilesWithoutContent:
    """Where files come from that nobody looks into: a manifest vouches for what was ordered, and files are whole."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self.order: Desired | None = None
        self.failing = False

    def fetch(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        """Answer a little later."""
        self._timers.later(ANSWERS_AFTER_S, lambda: done(self._answer(request)))

    def _answer(self, request: Request) -> Outcome:
        if self.failing or self.order is None:
            return Outcome(fault=FAULT, final=True)
        if request.part is None:
            return Outcome(body=manifest_for(self.order))
        sha256 = next(each.sha256 for each in self.order.artifacts if each.url == request.url)
        request.part.received_bytes, request.part.sha256 = request.size_bytes, sha256
        return Outcome()


class SteppedDevice:
    """One device; it obeys desired states by the rules of all devices, unless its behaviour says otherwise."""

    def __init__(
        self, name: str, behaviour: str = HONEST, device_class: str = "nano", factory: Model | None = None
    ) -> None:
        self.name, self.behaviour, self.online = name, behaviour, True
        self.started: list[tuple[str, int, str]] = []
        self.own: SettingValues = {}
        """What it says is set on the device itself."""
        self._simulated = SimulatedDevice(kind=KINDS[device_class], name=name, source=self._made)
        old = "old@1/fp32"
        self._simulated.disk.slots = Slots(factory or Model(old, sha_of(old)))
        self._say()

    @property
    def running(self) -> str:
        """NAME@VERSION/PRECISION that serves."""
        return self._simulated.serving.model

    def runs(self, task: str) -> str:
        """NAME@VERSION/PRECISION that serves for a task."""
        return self._simulated.disk.sets[task].serving.model

    @property
    def settings(self) -> SettingValues:
        """Those from afar that are in force."""
        return self._simulated.disk.tuned.in_force.values

    @property
    def update(self) -> Update | None:
        """The last update, as the device sees it."""
        return self._simulated.disk.record.update()

    @property
    def sequence(self) -> int:
        """The highest that was taken."""
        return self._simulated.disk.record.sequence

    def receive(self, payload: str) -> None:
        """What stands on its topic."""
        before = self._simulated.disk.record.desired
        if payload:
            self._files.order = parse(Desired, payload)
        self._simulated.send(payload.encode())
        now = self._simulated.disk.record.desired
        if now is not None and (before is None or now.key != before.key):
            self.started.append(now.key)

    def step(self) -> None:
        """One state on."""
        simulated = self._simulated
        if not simulated.disk.record.unfinished or self.behaviour == STUCK:
            return
        self._files.failing = self.behaviour == FAILING
        slots, in_probation = simulated.disk.changing, simulated.disk.record.state == PROBATION
        steady, tuned = slots.occupied.without_trial(), simulated.disk.tuned.without_trial()
        if in_probation and self.behaviour == CRASHING:
            self._die_to_the_end()
        else:
            simulated.step()
        if self.behaviour == LYING and in_probation and simulated.disk.record.state == COMMITTED:
            slots.occupied, simulated.disk.tuned = steady, tuned
            self._say()

    def report(self, now: datetime) -> Reported:
        """What it says of itself."""
        said = self._simulated.last_report.model_copy(update={"time": now, "run": RUN})
        if self.behaviour == OLD:
            older = said.capabilities.model_copy(update={"tasks": TASKS})
            return said.model_copy(update={"capabilities": older, "settings": None})
        assert said.settings is not None
        own = {name: OwnSetting(value=value, source=IN_FILE) for name, value in self.own.items()}
        return said.model_copy(update={"settings": said.settings.model_copy(update={"own": own})})

    def row(self, now: datetime) -> Device:
        """As the ingest would store it."""
        said = self.report(now)
        state = "online" if self.online else "offline"
        return Device(self.name, state, RUN, "", "", iso_utc(now), "1", "", said.model_dump_json())

    def _made(self, timers: Timers) -> FilesWithoutContent:
        self._files = FilesWithoutContent(timers)
        return self._files

    def _die_to_the_end(self) -> None:
        while self._simulated.disk.record.unfinished:
            self._simulated.device.die()
            self._simulated.until_online()

    def _say(self) -> None:
        self._simulated.device.session.report()
        self._simulated.pass_s(0)


def manifest_for(order: Desired) -> bytes:
    """A manifest that vouches for every file of an order."""
    name, _, version = order.model.rpartition("/")[0].partition("@")
    variants = tuple(
        Variant(
            precision=each.model.rpartition("/")[2], file="x.onnx", sha256=each.sha256, size_bytes=each.size_bytes,
            parameters=1, nonzero_parameters=1, tolerance=0.1,
        )
        for each in order.artifacts
    )  # fmt: skip
    golden = Golden(formula="n", coefficients=(1, 0, 0, 0), faces=1, outputs={})
    return ModelManifest(
        task=order.task, name=name, version=version, variants=variants, golden=golden, created=START
    ).payload()
