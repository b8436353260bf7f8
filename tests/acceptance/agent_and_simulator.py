"""An agent's update and a simulated device side by side, given the same orders, and what each of them reported."""

from pathlib import Path
from typing import Any, NamedTuple

from fer_simulator.devices.disk import Slots
from fer_simulator.model import Model
from fer_simulator.scenario import Scenario
from fer_simulator.traits import effects
from fer_simulator.traits.device_classes import CLASSES
from fer_wire import Desired
from fer_wire.broker import BrokerConnection
from fer_wire.contracts import FINDER
from fer_wire.reported import (
    CANCELED,
    COMMITTED,
    DOWNLOADING,
    PROBATION,
    STAGED,
    SUPERSEDED,
    VERIFIED,
    Update,
)
from simulated_device import NEVER_S, SimulatedDevice
from unit.agent.update.device import DEVICE, Device
from unit.agent.update.making import Loader, Release, Shelf, Signer

X86 = next(each for each in CLASSES if each.name == "x86")
UNFIT = "9.0.0"
VERSIONS = {"1.0.0": ("fp32",), "2.0.0": ("fp32",), "3.0.0": ("int8", "fp32"), UNFIT: ("fp32",)}
SEES, SEES_BETTER = "finder 1.0.0", "finder 2.0.0"
UNFINISHED = (DOWNLOADING, VERIFIED, STAGED, PROBATION)
WAY = [*UNFINISHED, COMMITTED]
PROBATION_S = 0.001
"""Longer than none, so that something can happen in it; the agent waits for it."""
MISSING, SWAPPED, SHORT, LONG = "missing", "swapped", "short", "long"


class Told(NamedTuple):
    """What a device reports of its update, as far as both sides must agree."""

    key: tuple[str, int, str]
    state: str
    model: str
    size_bytes: int
    reason: str
    serves: str
    previous: str


class AgentSide:
    """The agent's own update, without its thread."""

    def __init__(self, folder: Path, factory: Path, finder: Path, shelf: Shelf, key: Path) -> None:
        load = Loader()
        for version, precisions in VERSIONS.items():
            for precision in precisions:
                load.takes_ms[f"tiny@{version}/{precision}"] = X86.classify_ms[precision]
        load.refused[f"tiny@{UNFIT}/fp32"] = "It fails its golden batch."
        self.told: list[Told] = []
        self._device = Device(folder, factory, shelf, key, load, on_report=self._tell, others={FINDER: finder})

    @property
    def state(self) -> str:
        update = self._device.runner.update
        return update.state if update else ""

    def send(self, payload: bytes) -> None:
        self._device.runner.take(payload)
        while self._device.inbox.first() is not None:
            self._device.runner.turn()

    def step(self) -> None:
        self._device.runner.turn()

    def die(self, retained: bytes) -> None:
        self._begin(retained)

    def restart(self, retained: bytes) -> None:
        self._device.runner.stop()
        self._begin(retained)

    def _begin(self, retained: bytes) -> None:
        self._device.start()
        self._tell()
        if retained:
            self.send(retained)

    def _tell(self) -> None:
        update = self._device.runner.update
        serving = update and self._device.tasks.get(update.task)
        if update and serving:
            remember(self.told, update, serving.servant.reference, serving.member.previous)


class SimulatorSide:
    """The simulated device, with its time turned and its broker in the same process."""

    def __init__(self, factory: Release, finder: Release, files: dict[str, bytes]) -> None:
        scenario = Scenario(BrokerConnection(), 1, events_per_s=0.0, telemetry_s=NEVER_S, first_model=factory.manifest)
        unfit = effects.parsed(f"tiny@{UNFIT}/*:unfit=1")
        self._simulated = SimulatedDevice(effects=(unfit,), kind=X86, scenario=scenario, name=DEVICE)
        self._simulated.files.files = files
        first = finder.artifact()
        self._simulated.disk.eyes = {FINDER: Slots(Model(first.model, first.sha256))}

    @property
    def told(self) -> list[Told]:
        told: list[Told] = []
        for report in self._simulated.reports:
            serving = report.update and report.serving(report.update.task)
            if report.update and serving:
                remember(told, report.update, serving.model, report.returns_to(report.update.task))
        return told

    @property
    def state(self) -> str:
        return self._simulated.disk.record.state

    def send(self, payload: bytes) -> None:
        self._simulated.send(payload)

    def step(self) -> None:
        self._simulated.step()

    def die(self, retained: bytes) -> None:
        del retained  # its broker keeps it
        self._simulated.device.die()
        self._simulated.until_online()

    def restart(self, retained: bytes) -> None:
        del retained
        self._simulated.device.restart()
        self._simulated.until_online()


class Pair:
    """Both sides, and the one server and the one broker that they see."""

    def __init__(self, folder: Path, releases: dict[str, Release], signer: Signer) -> None:
        self.releases = releases
        self._whole = {url: data for each in releases.values() for url, data in each.routes.items()}
        shelf = Shelf()
        shelf.files = dict(self._whole)
        self._files = shelf.files
        self.agent = AgentSide(folder, releases["1.0.0"].folder, releases[SEES].folder, shelf, signer.public)
        self.simulator = SimulatorSide(releases["1.0.0"], releases[SEES], shelf.files)
        self._sequence = 0
        self._retained = b""
        self.sent: list[bytes] = []

    def order(self, version: str, rollout: str = "r1", attempt: int = 1, **changes: Any) -> None:
        self._sequence += 1
        usual = {"sequence": self._sequence, "probation_s": PROBATION_S}
        order = self.releases[version].desired(rollout=rollout, attempt=attempt, **{**usual, **changes})
        self._send(order)

    def go_back(self, version: str, rollout: str) -> None:
        """To a model that the device may have, without an address."""
        self.order(version, rollout, url="", manifest_url="")

    def replay(self, number: int) -> None:
        if self.sent:
            self._both("send", self.sent[number % len(self.sent)])

    def withdraw(self) -> None:
        self._retained = b""
        self._both("send", b"")

    def step(self) -> None:
        self._both("step")

    def until(self, state: str) -> None:
        for _ in UNFINISHED:
            if self.agent.state != state:
                self.step()
        assert (self.agent.state, self.simulator.state) == (state, state)

    def settle(self) -> None:
        for _ in WAY:
            self.step()

    def die(self) -> None:
        self._both("die", self._retained)

    def restart(self) -> None:
        self._both("restart", self._retained)

    def spoil(self, version: str, fault: str) -> None:
        """What the server does with the first file of a model."""
        url = self.releases[version].artifact().url
        whole = self._whole[url]
        spoiled = {SWAPPED: b"?" * len(whole), SHORT: whole[:-1], LONG: whole + b"?"}
        if fault == MISSING:
            self._files.pop(url, None)
        else:
            self._files[url] = spoiled[fault]

    def mend(self) -> None:
        self._files.update(self._whole)

    @property
    def states(self) -> list[str]:
        """What both report; they must agree."""
        assert self.simulator.told == self.agent.told
        return [told.state for told in self.agent.told]

    def _send(self, order: Desired) -> None:
        self._retained = order.payload()
        self.sent.append(self._retained)
        self._both("send", self._retained)

    def _both(self, what: str, *given: bytes) -> None:
        getattr(self.agent, what)(*given)
        getattr(self.simulator, what)(*given)


def remember(told: list[Told], update: Update, serves: str, previous: str) -> None:
    """Add what is reported, unless it was just reported; a fault is told by each side in its own words."""
    by_the_rules = update.state in (CANCELED, SUPERSEDED) or "died" in update.reason
    reason = update.reason if by_the_rules else "a fault" if update.reason else ""
    key = (update.rollout, update.attempt, update.sha256)
    found = Told(key, update.state, update.model, update.size_bytes, reason, serves, previous)
    if not told or told[-1] != found:
        told.append(found)
