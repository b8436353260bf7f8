"""What was measured of a device in a window of time, and the observations that it makes."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import RESTARTS

NOT_MEASURED: dict[str, float | None] = {
    gating.figure: 0 if gating.window == RESTARTS else None for _, gating in GATED
}  # fmt: skip
"""The figures of a device that was silent."""
OBSERVATIONS = ("minutes", "lowest", "highest", "faces", "confidences")
"""What gates compare; people read the figures alone."""


def _with_figures(schema: dict[str, Any]) -> None:
    schema["properties"].update({gating.figure: metric.schema() for metric, gating in GATED})


class Measured(BaseModel):
    """One device in a window; every gated metric of telemetry is a further field, None where it was not measured."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_with_figures)
    __pydantic_extra__: dict[str, int | float | None] = Field(init=False)

    samples: int = Field(default=0, description="telemetry messages")
    emotions: dict[str, int] = Field(default={}, description="how often each emotion was seen")
    confidence: float | None = Field(default=None, description="mean over the faces")
    minutes: dict[str, tuple[float, ...]] = Field(default={}, description="by metric: its mean in each minute")
    lowest: dict[str, float] = Field(default={}, description="by metric: its lowest message")
    highest: dict[str, float] = Field(default={}, description="by metric: its highest message")
    faces: dict[str, int] = Field(default={}, description="by emotion: the faces (tracks) that showed it most")
    confidences: tuple[float, ...] = Field(default=(), description="the mean confidence of each face")

    @property
    def seen(self) -> int:
        """How many faces were seen."""
        return sum(self.faces.values())

    def figure(self, name: str) -> float | None:
        """A metric's figure by its name in baselines."""
        return (self.__pydantic_extra__ or {}).get(name, NOT_MEASURED[name])

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        figures = {name: self.figure(name) for name in NOT_MEASURED}
        return {**{name: getattr(self, name) for name in Measured.model_fields}, **figures}
