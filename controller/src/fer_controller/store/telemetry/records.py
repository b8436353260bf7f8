"""Telemetry as it stands in the store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredTelemetry:
    """One telemetry message as it stands in the store; payload is its JSON."""

    id: int
    device: str
    time: str
    payload: str
