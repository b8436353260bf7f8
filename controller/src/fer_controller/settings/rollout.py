"""The settings of rollouts."""

from pydantic import Field

from fer_controller.settings.section import Section


class RolloutSettings(Section):
    """How rollouts are driven and judged."""

    tick_s: float = Field(
        default=0.5, gt=0, description="time between two looks at orders, reports and waves; longer in a large fleet"
    )
    baseline_s: float = Field(
        default=1800.0, gt=0, description="how far back before a wave the baseline of its devices reaches"
    )
    baseline_days: int = Field(
        default=7,
        ge=0,
        le=28,
        description="on how many earlier days the hours of a wave are looked at: what faces show, and how many there "
        "are, is compared with the same hours, where they were seen; 0 for never",
    )
    judge_every_s: float = Field(
        default=5.0, gt=0, description="shortest time between two verdicts of the gates while a wave soaks"
    )
    min_samples: int = Field(
        default=3, ge=1, description="fewest telemetry messages, before and after, for a device to be judged"
    )
    min_faces: int = Field(
        default=8,
        ge=1,
        description="fewest faces (tracks) of a wave, before and after, for emotion_mix or confidence to break",
    )
    minute_s: float = Field(
        default=60.0, gt=0, description="over how long telemetry is averaged to one observation of a device, seconds"
    )
    min_measured: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="share of a wave's committed devices that must be measured for a gate to be judged",
    )
    order_days: float = Field(
        default=30.0,
        gt=0,
        le=3650,
        description="how long a signed desired state holds; it is renewed when half of that is over, and a device that "
        "has none in force says so",
    )
    approvals: int = Field(
        default=0,
        ge=0,
        le=10,
        description="how many other operators than the one who asks for it have to approve a rollout before it begins",
    )
    approvals_for: str = Field(
        default="",
        description="only a rollout that reaches a device of this selector needs them, 'site=plant': labels, or "
        "device; empty for every rollout",
    )
    approval_hours: float = Field(
        default=72.0,
        gt=0,
        le=8760,
        description="how long a rollout waits for approval, and how long an approval holds before it begins, each "
        "from its start on",
    )
    retry_pause_s: float = Field(default=10.0, ge=0, description="pause before a failed device is tried again; doubles")
    quarantine_after: int = Field(default=3, ge=1, description="failures in a row that put a device into quarantine")
