"""How a rollout proceeds, whatever it brings: to which devices, in which waves, judged by which gates."""

from math import ceil
from typing import Annotated

from fer_wire.desired import DAY_S, PROBATION_S
from pydantic import Field, model_validator

from fer_controller.errors import RequestError
from fer_controller.rollout.evidence.gates import Gate, choose
from fer_controller.rollout.planning.asked import Asked
from fer_controller.rollout.planning.typed import (
    EXAMPLE_WAVES,
    DeviceNames,
    Gates,
    Selector,
    Share,
    Waves,
    count,
    duration,
    numbered,
)

MONTH_S = 31 * DAY_S
Duration = Annotated[float, Field(ge=0, le=MONTH_S), duration(MONTH_S)]


class Course(Asked):
    """The way of a rollout; raises RequestError where a value is misspelled."""

    selector: Selector = Field(
        default="", description="'class=nano,site=lab': labels, or class, device, model, version; by default all."
    )
    devices: DeviceNames = Field(default=(), description="Only this device; repeatable.")
    offline: bool = Field(
        default=False, description="Also devices that are offline; those that are named are planned anyway."
    )
    waves: Waves = Field(
        default=EXAMPLE_WAVES, validate_default=True, description="Devices or shares up to the end of each wave."
    )
    soak_s: Duration = Field(
        default="10m", validate_default=True,
        description="How long a wave is watched before the next one; 0s asks no gate.",
    )  # fmt: skip
    patience_s: Duration = Field(
        default="1h", validate_default=True,
        description="How long it is watched beyond that while its gates are undecided; then the rollout pauses.",
    )  # fmt: skip
    gates: Gates = Field(
        default=(), description="fps>=0.8x, temperature<=+8, latency_p95_ms<=40 or METRIC=off; repeatable."
    )
    max_failures: Share = Field(
        default="5%", validate_default=True, description="If more of a wave fails, the rollout is rolled back."
    )
    min_committed: Share = Field(
        default="50%", validate_default=True, description="If less of a wave commits, the rollout pauses."
    )
    deadline_s: Duration = Field(
        default="1h", validate_default=True, description="How long a wave waits for stragglers."
    )
    attempts: Annotated[int, count(1, 100)] = Field(default=2, description="How often a device may try.")
    concurrency: Annotated[int, count(1, 1_000_000)] = Field(
        default=100, description="How many devices may update at once."
    )
    probation_s: Annotated[float, Field(ge=0, le=DAY_S), duration(DAY_S)] = Field(
        default=f"{PROBATION_S:g}s",
        validate_default=True,
        description="How long a device must work well with the change.",
    )

    def sizes(self, devices: int) -> list[int]:
        """How many devices are in a wave or an earlier one, wave by wave; a wave that adds none is left out."""
        found: list[int] = []
        for wave in self.waves:
            size = min(devices, _size(wave, devices))
            if size > (found[-1] if found else 0):
                found.append(size)
        return found

    def chosen_gates(self, task: str) -> tuple[Gate, ...]:
        """The gates that hold for it, with a model of this task."""
        return choose(self.gates, task)

    @model_validator(mode="after")
    def _either(self) -> "Course":
        if self.selector and self.devices:
            raise RequestError("--selector and --device exclude each other; give one of them.")
        return self


def _size(wave: str, devices: int) -> int:
    return ceil(numbered(wave) / 100 * devices) if wave.endswith("%") else int(wave)
