"""What of a device needs attention: each kind by its name, with the reason in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fer_wire.reported import FAILED, REJECTED, UNFINISHED_STATES

from fer_controller.desk.board.lines import Line
from fer_controller.ingest.devices import OFFLINE, ONLINE, STALE
from fer_controller.settings import DeviceLimits
from fer_controller.store.telemetry.records import Figures

UPDATE_FAILED = "failed"
QUARANTINED = "quarantined"
BLIND = "blind"
LOW_DISK = "low_disk"
HOT = "hot"
UPDATING = "updating"
NOTHING_MEASURED = Figures("")


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs attention; the device is empty where it is a rollout, and since where nobody noted it."""

    device: str
    what: str
    why: str
    since: str = ""
    rollout: str = ""


Look = Callable[[Line, Figures, DeviceLimits], Need | None]


def needs(line: Line, measured: Figures | None, limits: DeviceLimits) -> list[Need]:
    """What of this device needs attention, the worst first; of one that was revoked, nothing."""
    if line.revoked:
        return []
    figures = measured if measured is not None and line.state == ONLINE else NOTHING_MEASURED
    return [need for look in LOOKS.values() if (need := look(line, figures, limits)) is not None]


def is_updating(line: Line) -> bool:
    """Whether an update is under way in it."""
    return line.update in UNFINISHED_STATES


def _quarantined(line: Line, *_: object) -> Need | None:
    if not line.quarantined:
        return None
    return Need(line.device, QUARANTINED, f"It gets no rollouts: {line.quarantined}.", line.quarantined_at)


def _offline(line: Line, *_: object) -> Need | None:
    if line.state != OFFLINE:
        return None
    return Need(line.device, OFFLINE, f"It is offline: {line.reason}." if line.reason else "It is offline.", line.since)


def _stale(line: Line, *_: object) -> Need | None:
    if line.state != STALE:
        return None
    return Need(line.device, STALE, "It is connected, but nothing comes from it.", line.last_seen)


def _failed(line: Line, *_: object) -> Need | None:
    if line.update not in (FAILED, REJECTED):
        return None
    why = f"Its last update {'failed' if line.update == FAILED else 'was rejected'}"
    return Need(line.device, UPDATE_FAILED, f"{why}: {line.update_reason or 'it did not say why'}.", "", line.rollout)


def _blind(line: Line, *_: object) -> Need | None:
    connected = line.state in {ONLINE, STALE}
    return Need(line.device, BLIND, f"{line.blind}.") if line.blind and connected else None


def _low_disk(line: Line, measured: Figures, limits: DeviceLimits) -> Need | None:
    if not limits.is_nearly_full(measured.disk_free_mb):
        return None
    return Need(line.device, LOW_DISK, f"Its disk has {measured.disk_free_mb:,.0f} MB left.")


def _hot(line: Line, measured: Figures, limits: DeviceLimits) -> Need | None:
    at = "" if measured.temperature_c is None else f" at {measured.temperature_c:.0f} °C"
    if measured.throttled:
        return Need(line.device, HOT, f"It slows itself down{at}, because of heat or current.")
    return Need(line.device, HOT, f"It is{at}.") if limits.is_hot(measured.temperature_c) else None


LOOKS: Mapping[str, Look] = {
    QUARANTINED: _quarantined,
    OFFLINE: _offline,
    UPDATE_FAILED: _failed,
    STALE: _stale,
    BLIND: _blind,
    LOW_DISK: _low_disk,
    HOT: _hot,
}
"""By kind, the worst first."""
MEASURED_KINDS = (LOW_DISK, HOT)
"""What only a device's figures tell."""
