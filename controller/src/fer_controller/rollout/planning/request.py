"""What `deploy` is asked for: one model, of which its options, the API's body and the page's form are made."""

import json
from math import ceil
from typing import Annotated, Any

from fer_wire.desired import DAY_S, PROBATION_S
from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from fer_controller.errors import RequestError
from fer_controller.rollout.evidence.gates import Gate, choose
from fer_controller.rollout.planning.typed import (
    AUTO,
    EXAMPLE_WAVES,
    UNIT,
    DeviceNames,
    Gates,
    Precision,
    Selector,
    Share,
    Waves,
    count,
    duration,
    model_name,
    numbered,
)

MONTH_S = 31 * DAY_S
Duration = Annotated[float, Field(ge=0, le=MONTH_S), duration(MONTH_S)]


class DeployRequest(BaseModel):
    """A request for a rollout; raises RequestError where a value is misspelled.

    A field takes what people type (`soak="10m"`) and holds what it means (`soak_s == 600.0`), which is what is stored.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        protected_namespaces=(),
        validate_by_name=True,
        alias_generator=AliasGenerator(validation_alias=lambda name: name.removesuffix(UNIT)),
    )

    model: str = Field(default="", description="NAME or NAME@VERSION; by default the newest of the only one.")
    version: SkipJsonSchema[str | None] = None
    precision: Precision = Field(default=AUTO, description="auto, fp32, fp16 or int8.")
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
        default=f"{PROBATION_S:g}s", validate_default=True, description="How long a model must serve well on a device."
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

    @model_validator(mode="before")
    @classmethod
    def _split_model(cls, typed: Any) -> Any:
        if not isinstance(typed, dict) or not isinstance(typed.get("model") or "", str):
            return typed
        name, version = model_name(typed.get("model") or "")
        return {**typed, "model": name, **({} if version is None else {"version": version})}

    @model_validator(mode="after")
    def _either(self) -> "DeployRequest":
        if self.selector and self.devices:
            raise RequestError("--selector and --device exclude each other; give one of them.")
        return self


def loaded(text: str) -> DeployRequest:
    """A request as it was stored; what only a newer controller knows is passed over."""
    stored = json.loads(text)
    return DeployRequest(**{name: stored[name] for name in DeployRequest.model_fields if name in stored})


def _size(wave: str, devices: int) -> int:
    return ceil(numbered(wave) / 100 * devices) if wave.endswith("%") else int(wave)
