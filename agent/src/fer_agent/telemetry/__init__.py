"""What the device measures about itself: one file per collector, listed by name here."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import List, Sequence

from fer_wire.telemetry import HostTelemetry
from pydantic import ValidationError

from fer_agent.telemetry.collector import Collector, Measured
from fer_agent.telemetry.host import HostCollector
from fer_agent.telemetry.jetson import JtopCollector
from fer_agent.telemetry.sysfs import SysfsCollector

log = logging.getLogger(__name__)


def collectors(state_dir: Path) -> List[Collector]:
    """All collectors; later ones override earlier ones."""
    return [HostCollector(state_dir), SysfsCollector(), JtopCollector()]


def measure(sources: Sequence[Collector]) -> HostTelemetry:
    """Ask every collector, and note which of them answered; a reading that cannot be true is left out."""
    measured: Measured = {}
    answered = []
    for source in sources:
        values = _possible(source.name, source.gather())
        measured.update(values)
        if values:
            answered.append(source.name)
    return HostTelemetry.model_validate({**measured, "source": "+".join(answered)})


def _possible(name: str, readings: Measured) -> Measured:
    values: Measured = {field: value for field, value in readings.items() if value is not None}
    try:
        HostTelemetry.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False):
            field = str(fault["loc"][0])
            values.pop(field, None)
            _tell_once(name, field, fault["msg"])
    return values


@lru_cache(maxsize=None)
def _tell_once(name: str, field: str, why: str) -> None:
    log.warning("%s reports a %s that cannot be true (%s); it is left out.", name, field, why)


__all__ = ["Collector", "collectors", "measure"]
