"""Desired states of devices, as rows that are stored before they are published."""

from datetime import datetime
from typing import Any

from fer_wire import Desired
from fer_wire.message import iso_utc

from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout.desired.holdings import alone, artifacts_of, values_of
from fer_controller.store.rollouts.records import NO_ROLLOUT, DesiredRow, RolloutRow, TargetRow

UNKNOWN_SIZE = 1


def to_new(
    rollout: RolloutRow,
    target: TargetRow,
    attempt: int,
    last: DesiredRow | None,
    now: datetime,
    probation_s: float,
) -> DesiredRow:
    """The desired state that brings the rollout's model, settings, or both."""
    content = _new_model(rollout, target) if artifacts_of(target.artifacts) else alone(target.settings)
    desired = Desired(
        device=target.device, rollout=rollout.id, attempt=attempt, sequence=_next(last, now), time=now,
        probation_s=probation_s, **content,
    )  # fmt: skip
    return _row(desired, now)


def to_previous(
    rollout: RolloutRow,
    target: TargetRow,
    attempt: int,
    last: DesiredRow | None,
    now: datetime,
    known: tuple[RegisteredModel, str] | None,
) -> DesiredRow:
    """The desired state that brings back what the device had before; the file of a model it still has.

    known: the previous file as the registry knows it: its model and precision.
    """
    changes_model = bool(artifacts_of(target.artifacts))
    content = _previous_model(rollout, target, known) if changes_model else alone(target.previous_settings)
    desired = Desired(
        device=target.device, rollout=rollout.id, attempt=attempt, sequence=_next(last, now), time=now,
        probation_s=0, **content,
    )  # fmt: skip
    return _row(desired, now)


def _new_model(rollout: RolloutRow, target: TargetRow) -> dict[str, Any]:
    first, *others = artifacts_of(target.artifacts)
    return {
        **first.model_dump(), "task": rollout.task, "manifest_url": rollout.manifest_url,
        "alternatives": tuple(others), "settings": values_of(target.settings),
    }  # fmt: skip


def _previous_model(
    rollout: RolloutRow, target: TargetRow, known: tuple[RegisteredModel, str] | None
) -> dict[str, Any]:
    artifact = known[0].artifact(known[1]) if known else None
    return {
        "task": rollout.task, "model": target.previous_model, "sha256": target.previous_sha256,
        "size_bytes": artifact.size_bytes if artifact else UNKNOWN_SIZE, "url": artifact.url if artifact else "",
        "manifest_url": known[0].manifest_url if known else "",
        "settings": values_of(target.previous_settings) if target.settings else None,
    }  # fmt: skip


def withdrawal(rollout: str, device: str, last: DesiredRow, now: datetime) -> DesiredRow:
    """An empty desired state: an update that has not committed is canceled."""
    return DesiredRow(device, rollout, last.attempt, "", _next(last, now), "", iso_utc(now), task=last.task)


def forgetting(device: str, last: DesiredRow | None, now: datetime) -> DesiredRow:
    """Takes back whatever is desired of a device, and all that the broker retains of it."""
    return DesiredRow(device, NO_ROLLOUT, 0, "", _next(last, now), "", iso_utc(now))


def _next(last: DesiredRow | None, now: datetime) -> int:
    """The next sequence number; it grows even when the database was lost."""
    return max(last.sequence + 1 if last else 0, int(now.timestamp() * 1000))


def _row(desired: Desired, now: datetime) -> DesiredRow:
    return DesiredRow(
        desired.device, desired.rollout, desired.attempt, desired.sha256, desired.sequence,
        desired.model_dump_json(), iso_utc(now), task=desired.task,
    )  # fmt: skip
