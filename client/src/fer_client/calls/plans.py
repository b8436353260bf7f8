"""Plans. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, TypedDict, cast

from fer_client.connection import Connection


class LeftOutAnswer(TypedDict):
    """A device that was selected and gets nothing."""

    device: str
    reason: str


PlannedDeviceAnswer = TypedDict(
    "PlannedDeviceAnswer",
    {
        "device": "str",
        "wave": "int",
        "class": "str | None",
        "online": "bool",
        "running": "str | None",
        "model": "str",
        "alternatives": "List[str]",
        "why": "str",
        "bytes": "int",
        "settings": "Dict[str, bool | int | float | str] | None",
        "supersedes": "str | None",
        "waits_for": "str | None",
        "warnings": "List[str]",
    },
)
"""A device, and what it is to run."""


class PlanAnswer(TypedDict):
    """A rollout before it is done."""

    model: str
    task: str
    request: Dict[str, Any]
    gates: List[str]
    doubts: List[str]
    waves: List[int]
    bytes: int
    devices: List[PlannedDeviceAnswer]
    left_out: List[LeftOutAnswer]


class DeployAnswer(TypedDict):
    """A rollout that has begun."""

    plan: PlanAnswer
    rollout: str


class Plans:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(
        self,
        *,
        model: str | None = None,
        precision: str | None = None,
        sets: Sequence[str] | None = None,
        unsets: Sequence[str] | None = None,
        without_model: bool | None = None,
        selector: str | None = None,
        devices: Sequence[str] | None = None,
        offline: bool | None = None,
        waves: str | Sequence[str] | None = None,
        soak: str | float | None = None,
        patience: str | float | None = None,
        gates: Sequence[str] | None = None,
        max_failures: str | float | None = None,
        min_committed: str | float | None = None,
        deadline: str | float | None = None,
        attempts: int | None = None,
        concurrency: int | None = None,
        probation: str | float | None = None,
    ) -> PlanAnswer:
        """What a rollout would do, as `deploy --dry-run`.

        model: NAME or NAME@VERSION; by default the newest of the only one.
        precision: auto, fp32, fp16 or int8.
        sets: NAME=VALUE of a setting that comes with it, as `settings list` shows them; repeatable.
        unsets: Name of a setting that is as on the device itself again; repeatable.
        without_model: Settings alone; devices keep the models that they have.
        selector: 'class=nano,site=lab': labels, or class, device, model, version; by default all.
        devices: Only this device; repeatable.
        offline: Also devices that are offline; those that are named are planned anyway.
        waves: Devices or shares up to the end of each wave.
        soak: How long a wave is watched before the next one; 0s asks no gate.
        patience: How long it is watched beyond that while its gates are undecided; then the rollout pauses.
        gates: fps>=0.8x, temperature<=+8, latency_p95_ms<=40 or METRIC=off; repeatable.
        max_failures: If more of a wave fails, the rollout is rolled back.
        min_committed: If less of a wave commits, the rollout pauses.
        deadline: How long a wave waits for stragglers.
        attempts: How often a device may try.
        concurrency: How many devices may update at once.
        probation: How long a device must work well with the change.
        """
        return cast(
            "PlanAnswer",
            self._connection.post(
                "/v1/plans",
                {},
                {
                    "model": model,
                    "precision": precision,
                    "sets": sets,
                    "unsets": unsets,
                    "without_model": without_model,
                    "selector": selector,
                    "devices": devices,
                    "offline": offline,
                    "waves": waves,
                    "soak": soak,
                    "patience": patience,
                    "gates": gates,
                    "max_failures": max_failures,
                    "min_committed": min_committed,
                    "deadline": deadline,
                    "attempts": attempts,
                    "concurrency": concurrency,
                    "probation": probation,
                },
            ),
        )

    def deploy(
        self,
        *,
        model: str | None = None,
        precision: str | None = None,
        sets: Sequence[str] | None = None,
        unsets: Sequence[str] | None = None,
        without_model: bool | None = None,
        selector: str | None = None,
        devices: Sequence[str] | None = None,
        offline: bool | None = None,
        waves: str | Sequence[str] | None = None,
        soak: str | float | None = None,
        patience: str | float | None = None,
        gates: Sequence[str] | None = None,
        max_failures: str | float | None = None,
        min_committed: str | float | None = None,
        deadline: str | float | None = None,
        attempts: int | None = None,
        concurrency: int | None = None,
        probation: str | float | None = None,
    ) -> DeployAnswer:
        """Begin a rollout, as `deploy`; a running controller takes it up at once.

        model: NAME or NAME@VERSION; by default the newest of the only one.
        precision: auto, fp32, fp16 or int8.
        sets: NAME=VALUE of a setting that comes with it, as `settings list` shows them; repeatable.
        unsets: Name of a setting that is as on the device itself again; repeatable.
        without_model: Settings alone; devices keep the models that they have.
        selector: 'class=nano,site=lab': labels, or class, device, model, version; by default all.
        devices: Only this device; repeatable.
        offline: Also devices that are offline; those that are named are planned anyway.
        waves: Devices or shares up to the end of each wave.
        soak: How long a wave is watched before the next one; 0s asks no gate.
        patience: How long it is watched beyond that while its gates are undecided; then the rollout pauses.
        gates: fps>=0.8x, temperature<=+8, latency_p95_ms<=40 or METRIC=off; repeatable.
        max_failures: If more of a wave fails, the rollout is rolled back.
        min_committed: If less of a wave commits, the rollout pauses.
        deadline: How long a wave waits for stragglers.
        attempts: How often a device may try.
        concurrency: How many devices may update at once.
        probation: How long a device must work well with the change.
        """
        return cast(
            "DeployAnswer",
            self._connection.post(
                "/v1/rollouts",
                {},
                {
                    "model": model,
                    "precision": precision,
                    "sets": sets,
                    "unsets": unsets,
                    "without_model": without_model,
                    "selector": selector,
                    "devices": devices,
                    "offline": offline,
                    "waves": waves,
                    "soak": soak,
                    "patience": patience,
                    "gates": gates,
                    "max_failures": max_failures,
                    "min_committed": min_committed,
                    "deadline": deadline,
                    "attempts": attempts,
                    "concurrency": concurrency,
                    "probation": probation,
                },
            ),
        )
