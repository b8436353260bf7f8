"""Telemetry as it is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredTelemetry:
    """One telemetry message: time by the device's clock, and when it came by ours; payload is its JSON."""

    id: int
    device: str
    time: str
    received_at: str
    payload: str
