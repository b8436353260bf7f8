"""Telemetry as it is stored."""

from dataclasses import dataclass

from fer_wire import MessageError, Telemetry
from fer_wire.message import parse_possible


@dataclass(frozen=True, slots=True)
class StoredTelemetry:
    """One telemetry message: time by the device's clock, and when it came by ours; payload is its JSON."""

    id: int
    device: str
    time: str
    received_at: str
    payload: str

    def message(self) -> Telemetry | None:
        """What it says, as far as it is possible; None where it can't be read any more."""
        try:
            return parse_possible(Telemetry, self.payload)
        except MessageError:
            return None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a device measured last, as far as a table of the fleet shows it; None where it measured nothing."""

    received_at: str
    fps: float | None = None
    temperature_c: float | None = None
    throttled: int | None = None
    """1 where it slowed itself down, because of heat or current."""
    disk_free_mb: float | None = None
    pending_events: int | None = None
