"""An agent and a simulated device that obey orders, as the security tests see both."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from fer_simulator.scenario import Scenario
from fer_wire.broker import BrokerConnection
from fer_wire.device.record import Record
from fer_wire.device.trust import Trust
from fer_wire.reported import Trusted
from simulated_device import NEVER_S, SimulatedDevice
from unit.agent.update.device import DEVICE, Device
from unit.agent.update.making import Release, Shelf
from unit.agent.update.signed_orders import NOW


class Kind(Protocol):
    """A device of either kind."""

    @property
    def serves(self) -> str:
        """The model that serves."""

    @property
    def record(self) -> Record:
        """The record of its update."""

    def deliver(self, payload: bytes) -> None:
        """Something arrives as an order, and the device begins with it or does not."""

    def settle(self) -> None:
        """What was begun goes to its end."""

    def at(self, moment: datetime) -> None:
        """Its clock shows this."""

    def restart(self) -> None:
        """Its process dies, and starts again."""

    def trusted(self) -> Trusted:
        """What it reports of its keys and its order."""


class Agent:
    """The agent's own update, without its thread."""

    def __init__(self, folder: Path, release: Release, shelf: Shelf, keys: Path) -> None:
        self._device = Device(folder, release.folder, shelf, None, keys_file=keys)

    @property
    def serves(self) -> str:
        return self._device.serves

    @property
    def record(self) -> Record:
        return self._device.runner._record

    def deliver(self, payload: bytes) -> None:
        self._device.runner.take(payload)
        while self._device.inbox.first():
            self._device.runner.turn()

    def settle(self) -> None:
        self._device.settle()

    def at(self, moment: datetime) -> None:
        self._device.now = moment

    def restart(self) -> None:
        self._device.start()

    def trusted(self) -> Trusted:
        assert self._device.runner.trust
        return self._device.runner.trust


class Simulated:
    """The simulated device, whose time a test turns."""

    def __init__(self, release: Release, shelf: Shelf, trust: Trust) -> None:
        scenario = Scenario(BrokerConnection(), 1, events_per_s=0.0, telemetry_s=NEVER_S, first_model=release.manifest)
        self._device = SimulatedDevice(scenario=scenario, name=DEVICE, trust=trust, start=NOW)
        self._device.files.files = shelf.files

    @property
    def serves(self) -> str:
        return self._device.serving.model

    @property
    def record(self) -> Record:
        return self._device.disk.record

    def deliver(self, payload: bytes) -> None:
        self._device.send(payload)

    def settle(self) -> None:
        self._device.pass_s(200)

    def at(self, moment: datetime) -> None:
        self._device.pass_s((moment - self._device.timers.time()).total_seconds())

    def restart(self) -> None:
        self._device.device.die()
        self._device.until_online()

    def trusted(self) -> Trusted:
        self._device.device.session.report()
        self._device.pass_s(0)
        trust = self._device.last_report.trust
        assert trust
        return trust


def send(device: Kind, payload: bytes) -> None:
    """It arrives, and whatever it begins goes to its end."""
    device.deliver(payload)
    device.settle()
