"""How a rollout proceeds, whatever it brings: to which devices, when, in which waves, judged by which gates."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
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
    Start,
    Waves,
    Windows,
    count,
    duration,
    numbered,
)
from fer_controller.rollout.planning.windows import EXAMPLE_WINDOW, Window, opens_at, parse_start, parse_window, spelled

MONTH_S = 31 * DAY_S
FURTHEST = timedelta(days=366)
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

    start: Start = Field(
        default="",
        description="When it begins, as in 2026-12-01T22:00+01:00 or '2026-12-01 22:00 Europe/Berlin'; by default at "
        "once.",
    )
    windows: Windows = Field(
        default=(),
        description=f"When it may tell devices, as in '{EXAMPLE_WINDOW}'; by default always; repeatable. Outside, "
        "devices under way go on, gates judge, and a rollback happens at once.",
    )

    def expect_to_begin(self, now: datetime) -> None:
        """Raises RequestError for a start that has passed, or is more than a year away."""
        if self.starts_at is None or now <= self.starts_at <= now + FURTHEST:
            return
        when = "has passed" if self.starts_at < now else f"is more than {FURTHEST.days} days away"
        raise RequestError(f"--start {self.start} {when}; name another, or leave it out to begin at once.")

    def opens_at(self, now: datetime) -> datetime:
        """The first moment, now or later, at which it may tell a device, in UTC."""
        return opens_at(self.starts_at, self._parsed_windows, now)

    def spelled(self, moment: datetime, now: datetime) -> str:
        """A moment to come as people read it: by the zone of its windows, or else of its start."""
        return spelled(moment, now, self._zone)

    @cached_property
    def starts_at(self) -> datetime | None:
        """When it begins; None for at once."""
        return parse_start(self.start) if self.start else None

    @cached_property
    def _parsed_windows(self) -> tuple[Window, ...]:
        return tuple(map(parse_window, self.windows))

    @property
    def _zone(self) -> tzinfo:
        if self._parsed_windows:
            return self._parsed_windows[0].zone
        return (self.starts_at.tzinfo if self.starts_at else None) or UTC

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
