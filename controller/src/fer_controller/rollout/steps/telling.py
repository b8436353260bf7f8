"""Telling the devices of a wave to run the model, as many at once as the request allows."""

import re

from fer_wire.desired import SHA256_PATTERN

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import PENDING, RETRYING, SKIP, TELL
from fer_controller.store.rollout_records import TargetRow, WaveRow

SHA256 = re.compile(SHA256_PATTERN)


def tell_devices(rollout: LiveRollout, wave: WaveRow) -> None:
    """Tell those that are due; devices that are away find their desired state when they come back."""
    room = rollout.request.concurrency - rollout.updating_online()
    for target in rollout.of_wave(wave.number):
        if not _is_due(rollout, target) or _leave_out(rollout, target):
            continue
        if rollout.is_online(target.device):
            if room <= 0:
                continue
            room -= 1
        _tell(rollout, target)


def _is_due(rollout: LiveRollout, target: TargetRow) -> bool:
    return target.state == PENDING or (target.state == RETRYING and target.retry_at <= rollout.tick.at)


def _leave_out(rollout: LiveRollout, target: TargetRow) -> bool:
    """Whether the device gets nothing, because it is in quarantine or runs the model already."""
    reason = rollout.tick.quarantine_reason(target.device)
    if reason:
        reason = f"it is in quarantine: {reason}"
    elif not target.attempt and rollout.running_sha256(target.device) in messages.shas_of(target.artifacts):
        reason = "it runs the model already"
    if not reason:
        return False
    rollout.decide(target, SKIP, audit.SKIPPED, f"{target.device} is left out: {reason}.", reason=reason)
    return True


def _tell(rollout: LiveRollout, target: TargetRow) -> None:
    tick, attempt = rollout.tick, target.attempt + 1
    previous_model, previous_sha256 = _previous(rollout, target)
    model = messages.artifacts_of(target.artifacts)[0].model
    told = rollout.decide(
        target, TELL, audit.TOLD,
        f"{target.device} is told, in attempt {attempt}, to run {model} ({target.why}).",
        numbers={"attempt": attempt, "previous": previous_model},
        attempt=attempt, retry_at="", previous_model=previous_model, previous_sha256=previous_sha256,
    )  # fmt: skip
    last = tick.desired.get(told.device)
    tick.set_desired(messages.to_new_model(rollout.row, told, last, tick.now, rollout.request.probation_s))


def _previous(rollout: LiveRollout, target: TargetRow) -> tuple[str, str]:
    """Name and sha256 of the model to go back to: the one that the device ran when it was first told."""
    said = rollout.report(target.device)
    if not target.previous_sha256 and said and said.running and SHA256.fullmatch(said.running.sha256):
        return said.running.model, said.running.sha256
    return target.previous_model, target.previous_sha256
