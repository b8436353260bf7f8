"""Telling the devices of a wave to run the model, as many at once as the request allows."""

import re
from collections.abc import Iterator

from fer_wire.desired import SHA256_PATTERN

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import PENDING, RETRYING, SKIP, TELL
from fer_controller.store.rollouts.records import TargetRow, WaveRow

SHA256 = re.compile(SHA256_PATTERN)


def tell_devices(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """Tell those that are due; devices that are away find their desired state when they come back."""
    room = rollout.request.concurrency - rollout.updating_online()
    for target in rollout.of_wave(wave.number):
        if not _is_due(rollout, target):
            continue
        obstacle, online = _obstacle(rollout, target), rollout.is_online(target.device)
        if obstacle:
            sentence = f"{target.device} is left out: {obstacle}."
            yield Decision(target, SKIP, audit.SKIPPED, sentence, reason=obstacle)
        elif room > 0 or not online:
            room -= online
            yield _told(rollout, target)


def _is_due(rollout: LiveRollout, target: TargetRow) -> bool:
    return target.state == PENDING or (target.state == RETRYING and target.retry_at <= rollout.tick.at)


def _obstacle(rollout: LiveRollout, target: TargetRow) -> str:
    """Why the device gets nothing; empty when it may be told."""
    reason = rollout.tick.quarantine_reason(target.device)
    if reason:
        return f"it is in quarantine: {reason}"
    if not target.attempt and rollout.serving_sha256(target.device) in messages.shas_of(target.artifacts):
        return "it runs the model already"
    return ""


def _told(rollout: LiveRollout, target: TargetRow) -> Decision:
    tick, attempt = rollout.tick, target.attempt + 1
    previous_model, previous_sha256 = _previous(rollout, target)
    model = messages.artifacts_of(target.artifacts)[0].model
    last = tick.desired.get(target.device)
    return Decision(
        target, TELL, audit.TOLD,
        f"{target.device} is told, in attempt {attempt}, to run {model} ({target.why}).",
        {"attempt": attempt, "previous": previous_model},
        fields={
            "attempt": attempt, "retry_at": "", "previous_model": previous_model, "previous_sha256": previous_sha256
        },
        desired=messages.to_new_model(rollout.row, target, attempt, last, tick.now, rollout.request.probation_s),
    )  # fmt: skip


def _previous(rollout: LiveRollout, target: TargetRow) -> tuple[str, str]:
    """Name and sha256 of the model to go back to: the one that the device ran when it was first told."""
    serves = rollout.serving(target.device)
    if not target.previous_sha256 and serves and SHA256.fullmatch(serves.sha256):
        return serves.model, serves.sha256
    return target.previous_model, target.previous_sha256
