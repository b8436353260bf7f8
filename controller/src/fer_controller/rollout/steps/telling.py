"""Telling the devices of a wave what the rollout brings, as many at once as the request allows."""

import re
from collections.abc import Iterator
from dataclasses import replace

from fer_wire.desired import SHA256_PATTERN
from fer_wire.tuning import canonical

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.desired.holdings import SILENT, artifacts_of, brought, values_of
from fer_controller.rollout.planning.plan import HAS_SETTINGS
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import PENDING, RETRYING, SKIP, STOP, TELL, WAVE
from fer_controller.store.rollouts.records import TargetRow, WaveRow

SHA256 = re.compile(SHA256_PATTERN)


def tell_devices(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """Tell those that are due; devices that are away find their desired state when they come back.

    Outside of its window a rollout tells only those again that are under way.
    """
    room = rollout.request.concurrency - rollout.updating_online()
    for each in rollout.of_wave(wave.number):
        if not _is_due(rollout, each):
            continue
        target = _prepared(rollout, each)
        obstacle, online = _obstacle(rollout, target), rollout.is_online(target.device)
        if obstacle:
            sentence = f"{target.device} is left out: {obstacle}."
            yield Decision(target, SKIP, audit.SKIPPED, sentence, reason=obstacle)
        elif room > 0 or not online:
            room -= online
            yield _told(rollout, target)


def tell_no_more(rollout: LiveRollout, reason: str) -> Iterator[Decision]:
    """Leave out the devices that were not told yet, and end the waves that are open."""
    for target in rollout.in_states(PENDING):
        yield Decision(target, SKIP, reason=reason)
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, STOP):
            yield Decision(wave, STOP, reason=reason)


def _is_due(rollout: LiveRollout, target: TargetRow) -> bool:
    return (target.state == PENDING and rollout.is_open) or (
        target.state == RETRYING and target.retry_at <= rollout.tick.at
    )


def _obstacle(rollout: LiveRollout, target: TargetRow) -> str:
    """Why the device gets nothing; empty when it may be told."""
    reason = rollout.tick.quarantine_reason(target.device)
    if reason:
        return f"it is in quarantine: {reason}"
    if rollout.request.changes_settings and not target.previous_settings:
        return SILENT
    if not target.attempt and rollout.holds(target.device, brought(target)):
        return HAS_SETTINGS if rollout.request.changes_settings else "it runs the model already"
    return ""


def _told(rollout: LiveRollout, target: TargetRow) -> Decision:
    tick, attempt = rollout.tick, target.attempt + 1
    last = rollout.last_desired(target.device)
    return Decision(
        target, TELL, audit.TOLD,
        f"{target.device} is told, in attempt {attempt}, to {_errand(rollout, target)} ({target.why}).",
        {"attempt": attempt, "previous": target.previous_model},
        fields={"attempt": attempt, "retry_at": "", **_facts(target)},
        desired=messages.to_new(rollout.row, target, attempt, last, tick.now, rollout.request.probation_s),
    )  # fmt: skip


def _errand(rollout: LiveRollout, target: TargetRow) -> str:
    artifacts, words = artifacts_of(target.artifacts), rollout.request.settings_words
    model = [f"run {artifacts[0].model}"] if artifacts else []
    return " and ".join([*model, f"work by {words}"] if words else model)


def _prepared(rollout: LiveRollout, target: TargetRow) -> TargetRow:
    """With what the device had when it was first told, to go back to, and all settings that it is to have now."""
    said, serves = rollout.report(target.device), rollout.serving(target.device)
    if artifacts_of(target.artifacts) and not target.previous_sha256 and serves and SHA256.fullmatch(serves.sha256):
        target = replace(target, previous_model=serves.model, previous_sha256=serves.sha256)
    if not rollout.request.changes_settings:
        return target
    before = target.previous_settings or (canonical(said.settings.afar) if said and said.settings else "")
    if not before:
        return target
    after = rollout.request.settings_after(values_of(before) or {})
    return replace(target, previous_settings=before, settings=canonical(after))


def _facts(target: TargetRow) -> dict[str, str]:
    """What _prepared may have changed."""
    names = ("previous_model", "previous_sha256", "previous_settings", "settings")
    return {name: getattr(target, name) for name in names}
