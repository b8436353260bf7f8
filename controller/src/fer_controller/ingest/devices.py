"""Which devices there are, and whether they are online, stale or offline."""

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fer_wire import Reported, Status
from fer_wire.message import iso_utc
from fer_wire.presence import OFFLINE, ONLINE

from fer_controller.store.devices.records import Device

STALE = "stale"
UNKNOWN = "unknown"
FORMER_RUNS = 4

log = logging.getLogger(__name__)


def presence(device: Device, now: datetime, stale_after_s: float) -> str:
    """online, stale (online, yet silent for stale_after_s), offline, or unknown before the first birth."""
    if device.state != ONLINE:
        return device.state or UNKNOWN
    silent_since = iso_utc(now - timedelta(seconds=stale_after_s))
    return ONLINE if device.last_seen >= silent_since else STALE


class Fleet:
    """All devices as last heard from, and which changed since the last batch."""

    def __init__(self, known: Iterable[Device]) -> None:
        self._devices = {device.device: device for device in known}
        self._changed: dict[str, None] = {}
        self._former_runs: dict[str, deque[str]] = {}
        self._told: set[str] = set()

    def heard(self, device: str, at: str) -> None:
        """Note that a message just arrived from the device."""
        self._set(replace(self._get(device), last_seen=at))

    def status(self, status: Status, at: str, *, retained: bool) -> None:
        """Take in a birth or a last will; ignores the will of an earlier run, which arrives too late."""
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
        if retained and status.run != device.run and born < device.born:
            return
        if status.run != device.run:
            self._note_run(device, status.run)
        since = device.since if (device.state, device.run) == (ONLINE, status.run) else born
        self._set(
            replace(
                device, state=ONLINE, run=status.run, born=born, since=since, reason="",
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
                device, state=status.state, run=status.run, since=since, reason=status.reason, agent_version=version
            )
        )

    def _note_run(self, device: Device, run: str) -> None:
        former = self._former_runs.setdefault(device.device, deque(maxlen=FORMER_RUNS))
        if run in former and device.device not in self._told:
            self._told.add(device.device)
            log.warning(
                "Two agents use the name %s (runs %s and %s), and each disconnects the other from the broker; "
                "give each its own name with --device.",
                device.device,
                run,
                device.run,
            )
        former.append(device.run)

    def _get(self, name: str) -> Device:
        return self._devices.get(name) or Device(name)

    def _set(self, device: Device) -> None:
        self._devices[device.device] = device
        self._changed[device.device] = None


__all__ = ["OFFLINE", "ONLINE", "STALE", "UNKNOWN", "Fleet", "presence"]
