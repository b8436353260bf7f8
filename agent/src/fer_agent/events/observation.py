"""An event before the spool has given it its number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Dict

from fer_wire import Box


@dataclass(frozen=True)
class Observation:
    """What the event policy decided to report of one face."""

    camera: str
    time: datetime
    track: int
    kind: str
    emotion: str
    confidence: float
    probabilities: Dict[str, float]
    box: Box
    model: str
