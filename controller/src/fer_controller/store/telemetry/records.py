"""Telemetry as it is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredTelemetry:
    """One telemetry message; payload is its JSON."""

    id: int
    device: str
    time: str
    payload: str
