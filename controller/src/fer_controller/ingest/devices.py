"""Which devices there are, and whether they are online, stale or offline.

What the controller saw itself is ordered by its own clock; a device's clock is only reported.
"""

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from fer_wire import Reported, Status, Telemetry
from fer_wire.message import iso_utc
from fer_wire.presence import OFFLINE, ONLINE

from fer_controller.ingest.clocks import Clocks
from fer_controller.settings import ClockSettings
from fer_controller.store.devices.records import Device

STALE = "stale"
UNKNOWN = "unknown"
FORMER_RUNS = 4
CLOCKS_REMEMBERED = 1024
"""A batch arrives at one moment, and most clocks are right."""
UNITS = (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60))

log = logging.getLogger(__name__)


def presence(device: Device, now: datetime, stale_after_s: float) -> str:
    """online, stale (online, yet silent for stale_after_s), offline, or unknown before the first birth."""
    if device.state != ONLINE:
        return device.state or UNKNOWN
    silent_since = iso_utc(now - timedelta(seconds=stale_after_s))
    return ONLINE if device.last_seen >= silent_since else STALE


class Fleet:
    """All devices as last heard from, and which changed since the last batch."""

    def __init__(self, known: Iterable[Device], clocks: Clocks | None = None) -> None:
        self._clocks = clocks or Clocks(ClockSettings())
        self._believable = lru_cache(CLOCKS_REMEMBERED)(self._clocks.believable)
        self._devices = {device.device: device for device in known}
        self._changed: dict[str, None] = {}
        self._former_runs: dict[str, deque[str]] = {}
        self._told: set[str] = set()

    def knows(self, device: str) -> bool:
        """Whether it was ever heard of."""
        return device in self._devices

    @property
    def size(self) -> int:
        """How many devices were ever heard of."""
        return len(self._devices)

    def heard(self, device: str, at: str) -> None:
        """Note that a live message just arrived from the device: whatever its last will said, it is online."""
        self._lives(self._get(device), self._get(device).run, at)

    def measured(self, telemetry: Telemetry, at: str) -> None:
        """Take in live telemetry, which also says what the clock shows, and which run lives if none was known to."""
        device = self._dated(self._get(telemetry.device), telemetry.time, at)
        run = device.run if device.state == ONLINE else telemetry.run
        self._note_run(device, run)
        self._lives(replace(device, blind=blind(telemetry)), run, at)

    def believes(self, device: str, said: str, at: str) -> bool:
        """Whether the device can have seen something when it says so; both times are texts, at that of the arrival."""
        earliest, latest = self._believable(at, self._get(device).clock_offset_s)
        return earliest <= said <= latest

    def status(self, status: Status, at: str, *, retained: bool) -> None:
        """Take in a birth or a last will; ignores what is told too late of an earlier run, or connection of a run."""
        if _is_of_an_earlier_connection(status, self._get(status.device)):
            return
        if status.state == ONLINE:
            self._born(status, at, retained=retained)
        else:
            self._gone(status, at)

    def reported(self, reported: Reported, at: str, *, retained: bool) -> None:
        """Take in what a device reports about itself."""
        if not retained:
            self.heard(reported.device, at)
        version = reported.agent_version or self._get(reported.device).agent_version
        self._set(
            replace(self._get(reported.device), agent_version=version, reported=reported.model_dump_json()),
        )

    def take_changes(self) -> list[Device]:
        """Devices that changed since the last call."""
        changed = [self._devices[name] for name in self._changed]
        self._changed.clear()
        return changed

    def _born(self, status: Status, at: str, *, retained: bool) -> None:
        device, born = self._get(status.device), iso_utc(status.time)
        if retained and status.run != device.run and status.run in self._runs(device):
            return  # The broker brings back what it had retained before a newer run was heard.
        if not retained:
            self._tell_of_two(device, status.run)
            device = self._dated(device, status.time, at)
        if retained and status.run != device.run:  # A broker that lost its last minute brings an older one back.
            self._former_runs[device.device] = deque([status.run], maxlen=FORMER_RUNS)
        else:
            self._note_run(device, status.run)
        went_on = (device.state, device.run) == (ONLINE, status.run)
        told = born if retained and device.last_seen <= born <= at and device.last_seen else at
        self._set(
            replace(
                device, state=ONLINE, run=status.run, connection=status.connection, born=born,
                since=device.since if went_on else told, reason="",
                agent_version=status.agent_version or device.agent_version,
                last_seen=device.last_seen if retained else at,
            )
        )  # fmt: skip

    def _gone(self, status: Status, at: str) -> None:
        device = self._get(status.device)
        if device.state == ONLINE and status.run != device.run:
            return
        since = device.since if device.state == status.state else at
        version = status.agent_version or device.agent_version
        self._set(
            replace(
                device,
                state=status.state,
                run=status.run,
                connection=status.connection,
                since=since,
                reason=status.reason,
                agent_version=version,
                blind="",
            )
        )

    def _lives(self, device: Device, run: str, at: str) -> None:
        was_online = (device.state, device.run) == (ONLINE, run)
        if run != device.run:
            device = replace(device, run=run, connection=0)
        if device.state not in (ONLINE, OFFLINE, ""):  # Of a newer agent, which says more of itself.
            self._set(replace(device, last_seen=at))
            return
        since = device.since if was_online else at
        self._set(replace(device, state=ONLINE, since=since, reason="", last_seen=at))

    def _dated(self, device: Device, said: datetime, at: str) -> Device:
        offset_s = self._clocks.told(device.device, said, at)
        if offset_s is None:
            return device
        was_right = not device.clock_offset_s
        if offset_s and was_right:
            log.warning(
                "The clock of %s is %s; what it saw is filed by its arrival until that is mended "
                "(see `timedatectl` there).",
                device.device,
                off_by(offset_s),
            )
        return replace(device, clock_offset_s=offset_s)

    def _runs(self, device: Device) -> deque[str]:
        return self._former_runs.setdefault(device.device, deque([device.run], maxlen=FORMER_RUNS))

    def _note_run(self, device: Device, run: str) -> None:
        if run != device.run:
            self._runs(device).append(run)

    def _tell_of_two(self, device: Device, run: str) -> None:
        if run != device.run and run in self._runs(device) and device.device not in self._told:
            self._told.add(device.device)
            log.warning(
                "Two agents use the name %s (runs %s and %s), and each disconnects the other from the broker; "
                "give each its own name with --device.",
                device.device,
                run,
                device.run,
            )

    def _get(self, name: str) -> Device:
        return self._devices.get(name) or Device(name)

    def _set(self, device: Device) -> None:
        self._devices[device.device] = device
        self._changed[device.device] = None


def _is_of_an_earlier_connection(status: Status, device: Device) -> bool:
    """Whether the same run has connected since, perhaps to another broker."""
    return status.run == device.run and status.connection < device.connection


def blind(telemetry: Telemetry) -> str:
    """In words which cameras of a device are frozen or dark; empty if none is."""
    found = (
        f"{camera.camera} is {' and '.join(words)}"
        for camera in telemetry.cameras
        if (words := [word for word, told in (("frozen", camera.frozen), ("dark", camera.dark)) if told])
    )
    return "; ".join(found)


def off_by(offset_s: float) -> str:
    """In words how far a clock is ahead or behind."""
    unit, length_s = next(((unit, each_s) for unit, each_s in UNITS if abs(offset_s) >= 2 * each_s), ("seconds", 1))
    return f"{abs(offset_s) / length_s:.0f} {unit} {'ahead' if offset_s > 0 else 'behind'}"


__all__ = ["OFFLINE", "ONLINE", "STALE", "UNKNOWN", "Fleet", "presence"]
