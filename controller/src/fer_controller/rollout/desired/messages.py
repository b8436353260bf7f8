"""Desired states of devices, as rows that are stored before they are published."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from fer_wire import Desired
from fer_wire.desired import Artifact
from fer_wire.message import iso_utc
from pydantic import TypeAdapter

from fer_controller.registry.model import RegisteredModel
from fer_controller.store.rollouts.records import NO_ROLLOUT, DesiredRow, RolloutRow, TargetRow

UNKNOWN_SIZE = 1
ARTIFACTS = TypeAdapter(tuple[Artifact, ...])


def dumped(artifacts: Sequence[Artifact]) -> str:
    """The files that a device may choose from, as they are stored with it."""
    return json.dumps([artifact.model_dump() for artifact in artifacts], separators=(",", ":"))


@lru_cache(256)
def artifacts_of(text: str) -> tuple[Artifact, ...]:
    """The files that a device may choose from, from their stored text."""
    return ARTIFACTS.validate_json(text)


@lru_cache(256)
def shas_of(text: str) -> frozenset[str]:
    """The hashes of those files: one of them is what the device runs when it has updated."""
    return frozenset(artifact.sha256 for artifact in artifacts_of(text))


def to_new_model(
    rollout: RolloutRow,
    target: TargetRow,
    attempt: int,
    last: DesiredRow | None,
    now: datetime,
    probation_s: float,
) -> DesiredRow:
    """The desired state that brings the rollout's model."""
    first, *others = artifacts_of(target.artifacts)
    desired = Desired(
        device=target.device, rollout=rollout.id, attempt=attempt, sequence=_next(last, now), time=now,
        task=rollout.task, model=first.model, sha256=first.sha256, size_bytes=first.size_bytes, url=first.url,
        manifest_url=rollout.manifest_url, alternatives=tuple(others), probation_s=probation_s,
    )  # fmt: skip
    return _row(desired, now)


def to_previous_model(
    rollout: RolloutRow,
    target: TargetRow,
    attempt: int,
    last: DesiredRow | None,
    now: datetime,
    known: tuple[RegisteredModel, str] | None,
) -> DesiredRow:
    """The desired state that brings back what the device ran before, which it still has.

    known: the previous file as the registry knows it: its model and precision.
    """
    artifact = known[0].artifact(known[1]) if known else None
    desired = Desired(
        device=target.device, rollout=rollout.id, attempt=attempt, sequence=_next(last, now), time=now,
        task=rollout.task, model=target.previous_model, sha256=target.previous_sha256,
        size_bytes=artifact.size_bytes if artifact else UNKNOWN_SIZE, url=artifact.url if artifact else "",
        manifest_url=known[0].manifest_url if known else "", probation_s=0,
    )  # fmt: skip
    return _row(desired, now)


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
