"""Which devices there are, and whether they are online, stale or offline.

What the controller saw itself is ordered by its own clock; a device's clock is only reported.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache, partial

from fer_wire import Reported, Status, Telemetry
from fer_wire.message import iso_utc
from fer_wire.presence import OFFLINE, ONLINE

from fer_controller.errors import StoreUnavailable
from fer_controller.ingest import presences
from fer_controller.ingest.clocks import Clocks
from fer_controller.settings import ClockSettings
from fer_controller.store.devices.records import Device

STALE = "stale"
UNKNOWN = "unknown"
FORMER_RUNS = 4
LOOK_EVERY_S = 1.0
CLOCKS_REMEMBERED = 1024
"""A batch arrives at one moment, and most clocks are right."""
UNITS = (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60))

Change = Callable[[Device], Device]
"""What happened to a device."""
log = logging.getLogger(__name__)


def presence(device: Device, now: datetime, stale_after_s: float) -> str:
    """online, stale (online, yet silent for stale_after_s), offline, or unknown before the first birth."""
    if device.state != ONLINE:
        return device.state or UNKNOWN
    return ONLINE if device.last_seen >= _silent_since(now, stale_after_s) else STALE


@lru_cache(1)
def _silent_since(now: datetime, stale_after_s: float) -> str:
    """Remembered, because all devices are looked at in one moment."""
    return iso_utc(now - timedelta(seconds=stale_after_s))


class Fleet:
    """All devices as last heard from, and what happened to which since the last batch.

    What happens is a change of a device as it stands, so that it can be carried out again where another process has
    written that device meanwhile. What such a change leans on beside the device is what this process itself was told.
    """

    def __init__(
        self,
        known: Iterable[Device],
        clocks: Clocks | None = None,
        look: Callable[[], Iterable[Device]] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look reads all devices anew, where other processes take in some, too; it is done once a second at most."""
        self._look, self._clock_s, self._looked_s = look, clock_s, clock_s()
        self._clocks = clocks or Clocks(ClockSettings())
        self._believable = lru_cache(CLOCKS_REMEMBERED)(self._clocks.believable)
        self._devices = {device.device: device for device in known}
        self._happened: dict[str, list[Change]] = {}
        self._runs_told: dict[str, deque[str]] = {}
        self._reports_told: dict[str, str] = {}
        self._told: set[str] = set()

    def knows(self, device: str) -> bool:
        """Whether it was ever heard of, by whichever process."""
        if device not in self._devices:
            self._look_at_others()
        return device in self._devices

    @property
    def size(self) -> int:
        """How many devices were ever heard of."""
        return len(self._devices)

    def heard(self, device: str, at: str) -> None:
        """Note that a live message just arrived from the device: whatever its last will said, it is online."""
        self._happens(device, lambda row: presences.lives(row, row.run, at))

    def measured(self, telemetry: Telemetry, at: str) -> None:
        """Take in live telemetry, which also says what the clock shows, and which run lives if none was known to."""
        device = self._get(telemetry.device)
        if device.state != ONLINE:
            self._note_run(device, telemetry.run)
        offset_s = self._offset_s(device, telemetry.time, at)
        self._happens(device.device, partial(presences.measured, telemetry, at, offset_s))

    def believes(self, device: str, said: str, at: str) -> bool:
        """Whether the device can have seen something when it says so; both times are texts, at that of the arrival."""
        earliest, latest = self._believable(at, self._get(device).clock_offset_s)
        return earliest <= said <= latest

    def status(self, status: Status, at: str, *, retained: bool) -> None:
        """Take in a birth or a last will; ignores what is told too late of an earlier run, or connection of a run."""
        device = self._get(status.device)
        runs = self._runs(device)
        if status.state != ONLINE:
            if device.state != ONLINE:
                self._note_run(device, status.run)
            self._happens(device.device, partial(presences.gone, status, at))
            return
        if retained and status.run != device.run and status.run in runs:
            return  # The broker brings back what it had retained before a newer run was heard.
        offset_s = None
        if not retained:
            self._tell_of_two(device, status.run)
            offset_s = self._offset_s(device, status.time, at)
        born = partial(presences.born, status, at, offset_s, runs[-1], retained=retained)
        if retained and status.run != device.run:  # A broker that lost its last minute brings an older one back.
            self._runs_told[device.device] = deque([status.run], maxlen=FORMER_RUNS)
        else:
            self._note_run(device, status.run)
        self._happens(device.device, born)

    def reported(self, reported: Reported, at: str, *, retained: bool) -> None:
        """Take in what a device reports about itself."""
        if not retained:
            self.heard(reported.device, at)
        device = self._get(reported.device)
        before = self._reports_told.setdefault(device.device, device.reported)
        text = self._reports_told[device.device] = reported.model_dump_json()
        self._happens(device.device, partial(presences.reported, reported, text, before))

    def changes(self) -> dict[str, Change]:
        """What happened to each device since the last call of take_changes."""
        return {name: partial(_after, tuple(happened)) for name, happened in self._happened.items()}

    def take_changes(self) -> list[Device]:
        """Devices that changed since the last call."""
        changed = [self._devices[name] for name in self._happened]
        self._happened.clear()
        return changed

    def settle(self, devices: Iterable[Device]) -> None:
        """Take in how these were stored, which others may have changed, too."""
        self._devices.update({device.device: device for device in devices})

    def _look_at_others(self) -> None:
        if self._look is None or self._clock_s() - self._looked_s < LOOK_EVERY_S:
            return
        with suppress(StoreUnavailable):
            for device in self._look():
                self._devices.setdefault(device.device, device)
            self._looked_s = self._clock_s()

    def _happens(self, name: str, change: Change) -> None:
        before = self._get(name)
        after = change(before)
        if after is not before:
            self._devices[name] = after
            self._happened.setdefault(name, []).append(change)

    def _offset_s(self, device: Device, said: datetime, at: str) -> float | None:
        """By how much the clock is ahead, where that can be told; a clock that is wrong from now on is told of."""
        offset_s = self._clocks.told(device.device, said, at)
        if offset_s and not device.clock_offset_s:
            log.warning(
                "The clock of %s is %s; what it saw is filed by its arrival until that is mended "
                "(see `timedatectl` there).",
                device.device,
                off_by(offset_s),
            )
        return offset_s

    def _runs(self, device: Device) -> deque[str]:
        """The runs that this process was told of, the last one last."""
        return self._runs_told.setdefault(device.device, deque([device.run], maxlen=FORMER_RUNS))

    def _note_run(self, device: Device, run: str) -> None:
        runs = self._runs(device)
        if run != runs[-1]:
            runs.append(run)

    def _tell_of_two(self, device: Device, run: str) -> None:
        runs = self._runs(device)
        if run != runs[-1] and run in runs and device.device not in self._told:
            self._told.add(device.device)
            log.warning(
                "Two agents use the name %s (runs %s and %s), and each disconnects the other from the broker; "
                "give each its own name with --device.",
                device.device,
                run,
                runs[-1],
            )

    def _get(self, name: str) -> Device:
        return self._devices.get(name) or Device(name)


def _after(happened: Iterable[Change], device: Device) -> Device:
    for change in happened:
        device = change(device)
    return device


def off_by(offset_s: float) -> str:
    """In words how far a clock is ahead or behind."""
    unit, length_s = next(((unit, each_s) for unit, each_s in UNITS if abs(offset_s) >= 2 * each_s), ("seconds", 1))
    return f"{abs(offset_s) / length_s:.0f} {unit} {'ahead' if offset_s > 0 else 'behind'}"


__all__ = ["OFFLINE", "ONLINE", "STALE", "UNKNOWN", "Fleet", "presence"]
