"""Rollouts as they are shown: documents that programs read, and from which terminals are painted."""

import json
from collections.abc import Mapping
from typing import Any

from fer_controller.errors import RolloutError, UnknownRolloutError
from fer_controller.rollout import request
from fer_controller.rollout.desired.messages import artifacts_of
from fer_controller.rollout.transitions import UNSETTLED
from fer_controller.store.rollouts.records import AuditRow, RolloutRow, TargetRow, WaveRow
from fer_controller.store.rollouts.store import RolloutStore


def find(store: RolloutStore, begin: str | None) -> RolloutRow:
    """The rollout whose id begins so, or the newest; raises RolloutError when there is none, or more than one."""
    found = store.rollouts_like(begin) if begin else store.rollouts(1)
    exact = [row for row in found if row.id == begin]
    if not found:
        raise UnknownRolloutError(
            f"There is no rollout {begin}; `fer-controller rollouts list` shows them."
            if begin
            else "There is no rollout yet; begin one with `fer-controller deploy`."
        )
    if len(found) > 1 and not exact:
        raise RolloutError(f"{begin} is the beginning of several rollouts: {', '.join(row.id for row in found)}.")
    return (exact or found)[0]


def head(row: RolloutRow) -> dict[str, Any]:
    """A rollout in a line."""
    asked = request.loaded(row.request)
    return {
        "rollout": row.id, "model": row.model, "precision": asked.precision, "state": row.state,
        "reason": row.reason or None, "created_at": row.created_at, "created_by": row.created_by,
        "updated_at": row.updated_at, "ended_at": row.ended_at or None,
    }  # fmt: skip


def progress(store: RolloutStore, row: RolloutRow) -> dict[str, Any]:
    """A rollout with its waves: devices by state, and the gates as last judged."""
    states: dict[int, dict[str, int]] = {}
    for number, state, count in store.wave_states(row.id):
        states.setdefault(number, {})[state] = count
    waves = [_wave(wave, states.get(wave.number, {})) for wave in store.waves(row.id)]
    return {**head(row), "unpublished": store.desired.unpublished_of(row.id), "waves": waves}


def whole(store: RolloutStore, row: RolloutRow) -> dict[str, Any]:
    """Everything that is known of a rollout, its audit log included."""
    return {
        **progress(store, row),
        "request": json.loads(row.request),
        "gates": [str(gate) for gate in request.loaded(row.request).chosen_gates()],
        "devices": [_device(target) for target in store.targets(row.id)],
        "audit": [decision(each) for each in store.audit(row.id)],
    }


def decision(entry: AuditRow) -> dict[str, Any]:
    """One entry of the audit log."""
    return {
        "id": entry.id, "time": entry.time, "rollout": entry.rollout, "wave": entry.wave or None,
        "device": entry.device or None, "actor": entry.actor, "action": entry.action, "sentence": entry.sentence,
        "numbers": json.loads(entry.numbers),
    }  # fmt: skip


def _wave(wave: WaveRow, states: Mapping[str, int]) -> dict[str, Any]:
    total = sum(states.values())
    return {
        "wave": wave.number, "state": wave.state, "reason": wave.reason or None, "devices": total,
        "settled": total - sum(states.get(state, 0) for state in UNSETTLED), "states": dict(states),
        "started_at": wave.started_at or None, "deadline_at": wave.deadline_at or None,
        "soaking_at": wave.soaking_at or None, "soak_until": wave.soak_until or None,
        "gates": json.loads(wave.verdicts),
    }  # fmt: skip


def _device(target: TargetRow) -> dict[str, Any]:
    artifacts = artifacts_of(target.artifacts)
    return {
        "device": target.device, "wave": target.wave, "state": target.state, "attempt": target.attempt,
        "failures": target.failures, "model": artifacts[0].model, "why": target.why,
        "alternatives": [each.model for each in artifacts[1:]], "previous": target.previous_model or None,
        "reason": target.reason or None, "updated_at": target.updated_at or None,
        "baseline": json.loads(target.baseline) if target.baseline else None,
    }  # fmt: skip
