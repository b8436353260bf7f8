"""The waves of a rollout as operators see them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.operations import as_stored
from fer_controller.operations.rollouts import WaveAnswer
from fer_controller.rollout import transitions
from fer_controller.rollout.planning import request
from fer_controller.store.rollouts.records import RolloutRow, WaveRow


def decides_at(row: RolloutRow, wave: WaveRow, now: datetime) -> str | None:
    """When the runner decides on a wave that has begun, ISO 8601; None where that is due, or where it does not."""
    if row.state != transitions.RUNNING:
        return None
    found: tuple[str, ...] = (wave.deadline_at,) if wave.state == transitions.UPDATING else ()
    if wave.state == transitions.SOAKING:
        found = _ends_of_soak(row, wave)
    return next((at for at in found if at > iso_utc(now)), None)


def opens_at(row: RolloutRow, now: datetime) -> str | None:
    """When a rollout may tell a device again, ISO 8601; None where it may now, or goes no further by itself."""
    if row.state not in (*transitions.TO_BEGIN, transitions.RUNNING):
        return None
    moment = request.loaded(row.request).opens_at(now)
    return iso_utc(moment) if moment > now else None


def _ends_of_soak(row: RolloutRow, wave: WaveRow) -> tuple[str, ...]:
    """When it has soaked, and when it has soaked on as long as it may."""
    patience = timedelta(seconds=request.loaded(row.request).patience_s)
    return wave.soak_until, iso_utc(datetime.fromisoformat(wave.soak_until) + patience)


def wave_answer(wave: WaveRow, states: Mapping[str, int], decides_at: str | None) -> WaveAnswer:
    """A wave with so many devices in each state, as operators see it."""
    total = sum(states.values())
    return WaveAnswer(
        wave=wave.number,
        state=wave.state,
        reason=wave.reason or None,
        devices=total,
        settled=total - sum(states.get(state, 0) for state in transitions.UNSETTLED) if wave.started_at else 0,
        states=dict(states),
        started_at=wave.started_at or None,
        deadline_at=wave.deadline_at or None,
        soaking_at=wave.soaking_at or None,
        soak_until=wave.soak_until or None,
        decides_at=decides_at,
        gates=as_stored.read(wave.verdicts),
    )
