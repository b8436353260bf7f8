"""Plans. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Sequence, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


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


class DeployRequest(TypedDict, total=False):
    """What may be left out.

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
    start: When it begins, as in 2026-12-01T22:00+01:00 or '2026-12-01 22:00 Europe/Berlin'; by default at
    once.
    windows: When it may tell devices, as in 'Mon-Fri 22:00-05:00 Europe/Berlin'; by default always;
    repeatable. Outside, devices under way go on, gates judge, and a rollback happens at once.
    """

    model: str
    precision: str
    sets: Sequence[str]
    unsets: Sequence[str]
    without_model: bool
    selector: str
    devices: Sequence[str]
    offline: bool
    waves: str | Sequence[str]
    soak: str | float
    patience: str | float
    gates: Sequence[str]
    max_failures: str | float
    min_committed: str | float
    deadline: str | float
    attempts: int
    concurrency: int
    probation: str | float
    start: str
    windows: Sequence[str] | str


class DeployAnswer(TypedDict):
    """A rollout that has begun."""

    plan: PlanAnswer
    rollout: str


class Plans:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, **options: Unpack[DeployRequest]) -> PlanAnswer:
        """What a rollout would do, as `deploy --dry-run`."""
        return cast("PlanAnswer", self._connection.post("/v1/plans", {}, {**options}))

    def deploy(self, **options: Unpack[DeployRequest]) -> DeployAnswer:
        """Begin a rollout, as `deploy`; a running controller takes it up at once."""
        return cast("DeployAnswer", self._connection.post("/v1/rollouts", {}, {**options}))
