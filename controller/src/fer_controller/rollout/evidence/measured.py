"""What was measured of a device in a window of time."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import RESTARTS

NOT_MEASURED: dict[str, float | None] = {
    gating.figure: 0 if gating.window == RESTARTS else None for _, gating in GATED
}  # fmt: skip
"""The figures of a device that was silent."""


def _with_figures(schema: dict[str, Any]) -> None:
    schema["properties"].update({gating.figure: metric.schema() for metric, gating in GATED})


class Measured(BaseModel):
    """One device in a window; every gated metric of telemetry is a further field, None where it was not measured."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_with_figures)
    __pydantic_extra__: dict[str, int | float | None] = Field(init=False)

    samples: int = 0
    emotions: dict[str, int] = Field(default={}, description="how often each emotion was seen")
    confidence: float | None = None

    @property
    def events(self) -> int:
        """Emotion events in the window."""
        return sum(self.emotions.values())

    def figure(self, name: str) -> float | None:
        """A metric's figure by its name in baselines."""
        return (self.__pydantic_extra__ or {}).get(name, NOT_MEASURED[name])

    def document(self) -> dict[str, Any]:
        """As it is stored and shown."""
        figures = {name: self.figure(name) for name in NOT_MEASURED}
        return {"samples": self.samples, **figures, "emotions": self.emotions, "confidence": self.confidence}
