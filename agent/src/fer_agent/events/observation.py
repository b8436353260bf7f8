"""An event that has no number yet; the spool assigns it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Dict, Optional

from fer_wire import Box
from fer_wire.events import Pose


@dataclass(frozen=True)
class Observation:
    """What the event policy decided to report about one face."""

    camera: str
    time: datetime
    track: int
    kind: str
    emotion: str
    confidence: float
    probabilities: Dict[str, float]
    box: Box
    model: str
    face_px: Optional[float] = None
    pose: Optional[Pose] = None
    uncertain: Optional[bool] = None
