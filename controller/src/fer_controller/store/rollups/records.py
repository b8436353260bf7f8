"""Rollups as they are stored."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fer_controller.metrics.catalogue import SUMMARIZED

MINUTE = "minute"
HOUR = "hour"
DAY = "day"
RESOLUTIONS = (MINUTE, HOUR, DAY)
"""Days are those of UTC."""


def _with_figures(schema: dict[str, Any]) -> None:
    schema["properties"].update({summary.field: metric.schema(summary.kind) for metric, summary in SUMMARIZED})


class TelemetryRollup(BaseModel):
    """What one device said of itself in the span that began at start.

    Every summary of a metric is a further field, None where the device did not measure it.
    """

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_with_figures)
    __pydantic_extra__: dict[str, int | float | None] = Field(init=False)

    start: str
    device: str
    samples: int

    def figure(self, field: str) -> float | None:
        """A summary by its name in documents."""
        return (self.__pydantic_extra__ or {}).get(field)


@dataclass(frozen=True, slots=True)
class EmotionRollup:
    """One emotion on one camera in that span: events without ends of tracks, and new faces."""

    start: str
    device: str
    camera: str
    emotion: str
    events: int
    faces: int
    confidence_mean: float
    uncertain: int | None = None
    """Of the rated events, those that are uncertain; None where none is rated."""
    rated: int = 0
    """Of the events, those of which the device said whether they are uncertain, as far as that was counted."""


@dataclass(frozen=True, slots=True)
class LabelEmotion:
    """How often an emotion was seen by the devices that share the value of a label; empty for those without it."""

    value: str
    emotion: str
    events: int


@dataclass(frozen=True, slots=True)
class EmotionShare:
    """The same in the span that began at start."""

    start: str
    value: str
    emotion: str
    events: int
    faces: int
    uncertain: int | None = None
    """Of the rated events, those that are uncertain; None where none is rated."""
    rated: int = 0
    """Of the events, those of which the device said whether they are uncertain, as far as that was counted."""
