"""All simulated devices, from their start to their orderly end, and what they did."""

import logging
import random
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from fer_wire import TopicError, Topics

from fer_simulator.broker.connections import Connections
from fer_simulator.broker.paho_link import PahoBroker
from fer_simulator.clock import SystemClock, Timers
from fer_simulator.devices.device import Device, World
from fer_simulator.downloads.client import DownloadClient
from fer_simulator.errors import ScenarioError, SimulationError
from fer_simulator.scenario import AGENTS_MAX, Scenario
from fer_simulator.traits import device_classes as classes
from fer_simulator.traits import faults
from fer_simulator.traits.effects import Effects
from fer_simulator.traits.identity import Identity

TURN_S = 0.25
SHOW_EVERY_S = 0.5
START_WITHIN_S = 5.0
GOODBYE_S = 3.0
SPARE_FILES = 128
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """The fleet at one moment; counts are since the start."""

    elapsed_s: float
    agents: int
    online: int
    states: dict[str, int]
    models: dict[str, int]
    eyes: dict[str, int]
    events: int
    acked: int
    pending: int
    dropped: int
    reports: int
    reports_delivered: int
    reports_on_their_way: int
    telemetry: int
    crashes: int
    connections: int
    losses: dict[str, int]
    downloads: int
    downloaded_bytes: int
    trouble: str
    ending: str = ""


@dataclass(frozen=True)
class Result:
    """What it came to, as a whole and of each device."""

    closing: Snapshot
    devices: list[dict[str, Any]]

    @property
    def sound(self) -> bool:
        """Whether every event was acknowledged and the broker has every report."""
        closing = self.closing
        return not closing.pending and not closing.dropped and not closing.reports_on_their_way


class Simulation:
    """Built from a scenario; run() returns when the time is over or stop is set."""

    def __init__(self, scenario: Scenario) -> None:
        _make_room_for(scenario)
        scenario.logins.check(scenario.devices)
        if warning := scenario.logins.warning(scenario.broker, scenario.agents):
            log.warning("%s", warning)
        self._scenario, self._timers = scenario, Timers(SystemClock())
        self._connections = Connections(scenario.broker, self._timers, scenario.seed)
        self._downloads = DownloadClient(
            scenario.controller_url,
            scenario.downloads,
            self._connections.wake,
            self._timers.now,
            scenario.controller_files,
        )
        effects = Effects(scenario.effects)
        broker = PahoBroker(self._connections, scenario.logins)
        world = World(scenario, _topics(scenario), self._timers, broker, self._downloads, effects)
        self._devices = [Device(identity, world) for identity in _identities(scenario)]
        self._began_s = self._timers.now()
        self._flush_until_s: float | None = None
        self._hurry = Event()

    def run(self, show: Callable[[Snapshot], None], stop: Event, hurry: Event) -> Result:
        """Live, then leave in order: every event acknowledged, if the time for it suffices and hurry is not set."""
        self._hurry = hurry
        try:
            self._start()
            self._live(show, stop)
            self._flush(show)
            closing = self.snapshot()
            self._say_goodbye()
            return Result(closing, [_account(device) for device in self._devices])
        finally:
            for device in self._devices:
                device.close()
            self._downloads.close()
            self._connections.close(wait=not hurry.is_set())

    def snapshot(self) -> Snapshot:
        """The fleet now."""
        disks = [device.disk for device in self._devices]
        tallies = [device.session.tally for device in self._devices]
        return Snapshot(
            elapsed_s=round(self._timers.now() - self._began_s, 1),
            agents=len(disks),
            online=self._connections.up,
            states=dict(Counter(disk.record.state for disk in disks)),
            models=dict(Counter(disk.slots.serving.model for disk in disks)),
            eyes=dict(Counter(slots.serving.model for disk in disks for slots in disk.eyes.values())),
            events=sum(disk.spool.last_seq for disk in disks),
            acked=sum(disk.spool.acked_seq - disk.spool.dropped for disk in disks),
            pending=sum(len(disk.spool) for disk in disks),
            dropped=sum(disk.spool.dropped for disk in disks),
            reports=sum(tally.reports for tally in tallies),
            reports_delivered=sum(tally.reports_delivered for tally in tallies),
            reports_on_their_way=sum(device.session.reports_on_their_way for device in self._devices),
            telemetry=sum(tally.telemetry for tally in tallies),
            crashes=sum(device.crashes for device in self._devices),
            connections=sum(tally.connections for tally in tallies),
            losses=dict(self._connections.losses),
            downloads=self._downloads.active,
            downloaded_bytes=self._downloads.total_bytes,
            trouble=self._trouble(),
            ending=self._ending(),
        )

    def _trouble(self) -> str:
        """Why devices are offline, or what the broker does not let them do."""
        if self._connections.up < len(self._devices) or self._connections.last_error:
            return self._connections.last_error
        return next((device.session.refusal for device in self._devices if device.session.refusal), "")

    def _start(self) -> None:
        spread_s = min(START_WITHIN_S, 0.005 * len(self._devices))
        for number, device in enumerate(self._devices):
            self._timers.later(spread_s * number / len(self._devices), device.start)

    def _live(self, show: Callable[[Snapshot], None], stop: Event) -> None:
        seconds = self._scenario.seconds
        until_s = self._began_s + seconds if seconds is not None else float("inf")
        self._turn(show, lambda: stop.is_set() or self._timers.now() >= until_s)

    def _flush(self, show: Callable[[Snapshot], None]) -> None:
        for device in self._devices:
            device.fall_asleep()
        until_s = self._flush_until_s = self._timers.now() + self._scenario.flush_s
        self._turn(show, lambda: self._settled() or self._timers.now() >= until_s)
        self._flush_until_s = None

    def _ending(self) -> str:
        if self._flush_until_s is None:
            return ""
        left_s = max(0.0, self._flush_until_s - self._timers.now())
        return f"Ending: {left_s:.0f} s left for the last acks; Ctrl-C now ends at once."

    def _settled(self) -> bool:
        return not any(len(device.disk.spool) or device.session.reports_on_their_way for device in self._devices)

    def _say_goodbye(self) -> None:
        for device in self._devices:
            device.session.leave()
        until_s = self._timers.now() + GOODBYE_S
        gone = [device.session for device in self._devices]
        self._turn(_unseen, lambda: self._timers.now() >= until_s or all(session.has_left for session in gone))

    def _turn(self, show: Callable[[Snapshot], None], over: Callable[[], bool]) -> None:
        show_at = self._timers.now()
        while not self._hurry.is_set() and not over():
            self._connections.turn(self._timers.wait_s(TURN_S))
            self._downloads.deliver()
            self._timers.run_due()
            if self._timers.now() >= show_at:
                show_at = self._timers.now() + SHOW_EVERY_S
                show(self.snapshot())


def _topics(scenario: Scenario) -> Topics:
    try:
        return Topics(scenario.broker.prefix)
    except TopicError as error:
        raise ScenarioError(str(error)) from error


def _identities(scenario: Scenario) -> list[Identity]:
    names = scenario.devices
    kinds = classes.drawn(scenario.device_class, len(names), random.Random(f"{scenario.seed}/classes"))  # noqa: S311
    faulty = faults.drawn(scenario.faults, names, scenario.seed)
    return [
        Identity(name, kind, faulty[name], scenario.tokens.get(name, scenario.token), scenario.logins.files(name))
        for name, kind in zip(names, kinds, strict=True)
    ]


def _make_room_for(scenario: Scenario) -> None:
    """A connection is an open file."""
    if not 1 <= scenario.agents <= AGENTS_MAX:
        raise ScenarioError(f"--agents {scenario.agents}: expected 1 to {AGENTS_MAX}.")
    needed = scenario.agents + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SimulationError(
            f"{scenario.agents} devices need {needed} open files and this process may have {hard}; "
            f"raise the limit with `ulimit -Hn {needed}` as root, or LimitNOFILE= in a systemd unit."
        )
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _account(device: Device) -> dict[str, Any]:
    disk, tally = device.disk, device.session.tally
    return {
        "device": device.identity.name,
        "class": device.identity.kind.name,
        "faults": sorted(device.identity.faults),
        "lie": device.lie or None,
        "epoch": disk.spool.epoch,
        "events": disk.spool.last_seq,
        "acked": disk.spool.acked_seq,
        "pending": len(disk.spool),
        "dropped": disk.spool.dropped,
        "reports": tally.reports,
        "reports_delivered": tally.reports_delivered,
        "telemetry": tally.telemetry,
        "connections": tally.connections,
        "crashes": device.crashes,
        "unreadable": tally.unreadable,
        "model": disk.slots.serving.model,
        "sha256": disk.slots.serving.sha256,
        "previous": disk.slots.previous.model if disk.slots.previous else None,
        "eyes": {task: slots.serving.model for task, slots in disk.eyes.items()},
        "state": disk.record.state,
        "reason": disk.record.reason,
        "updates": [
            dict(zip(("rollout", "attempt", "model", "state"), update, strict=True)) for update in disk.finished
        ],
        "last_report": tally.last_report.model_dump(mode="json") if tally.last_report else None,
    }


def _unseen(_snapshot: Snapshot) -> None:
    """Nobody looks at the end."""
