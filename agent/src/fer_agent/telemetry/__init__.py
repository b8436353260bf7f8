"""What the device measures about itself: one file per collector, listed by name here."""

from pathlib import Path
from typing import List, Sequence

from fer_wire.telemetry import HostTelemetry

from fer_agent.telemetry.collector import Collector, Measured
from fer_agent.telemetry.host import HostCollector
from fer_agent.telemetry.jetson import JtopCollector
from fer_agent.telemetry.sysfs import SysfsCollector


def collectors(state_dir: Path) -> List[Collector]:
    """All collectors; later ones override earlier ones."""
    return [HostCollector(state_dir), SysfsCollector(), JtopCollector()]


def measure(sources: Sequence[Collector]) -> HostTelemetry:
    """Ask every collector, and note which of them answered."""
    measured: Measured = {}
    answered = []
    for source in sources:
        values = {field: value for field, value in source.gather().items() if value is not None}
        measured.update(values)
        if values:
            answered.append(source.name)
    return HostTelemetry.model_validate({**measured, "source": "+".join(answered)})


__all__ = ["Collector", "collectors", "measure"]
