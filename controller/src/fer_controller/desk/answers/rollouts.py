"""Rollouts as operators see them, and the orders that they give."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from fer_wire.tuning import spelled

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.desk.answers.waves import decides_at, opens_at, wave_answer
from fer_controller.errors import RequestError, RolloutError, UnknownRolloutError
from fer_controller.operations import as_stored
from fer_controller.operations.rollouts import (
    DECISIONS,
    NEWEST,
    ORDER,
    PROGRESS,
    ROLLOUT,
    ROLLOUTS,
    ApprovalAnswer,
    DecisionAnswer,
    DecisionsQuery,
    OrderAnswer,
    OrderRequest,
    PossibleOrder,
    RolloutAnswer,
    RolloutDeviceAnswer,
    RolloutQuery,
    RolloutsQuery,
    WholeRolloutAnswer,
)
from fer_controller.rollout import audit, orders, transitions
from fer_controller.rollout.desired.holdings import artifacts_of, values_of
from fer_controller.rollout.evidence.measured import OBSERVATIONS
from fer_controller.rollout.planning import request
from fer_controller.store.audit.records import AuditRow
from fer_controller.store.rollouts.records import Changes, RolloutRow, TargetRow
from fer_controller.store.rollouts.store import RolloutStore

TAKEN_UP_WITHIN_S = 3.0
LOOK_EVERY_S = 0.1


@ANSWERS.carries_out(ROLLOUTS)
def rollouts(context: Context, asked: RolloutsQuery) -> list[RolloutAnswer]:
    """The newest, the newest first."""
    store = context.stores.upgraded.rollouts
    return [progress_of(store, row) for row in store.rollouts(asked.limit)]


@ANSWERS.carries_out(ROLLOUT)
def rollout(context: Context, asked: RolloutQuery) -> WholeRolloutAnswer:
    """All that is known of one; raises UnknownRolloutError."""
    store = context.stores.upgraded.rollouts
    row = _shown(store, asked)
    return WholeRolloutAnswer(
        **dict(progress_of(store, row)),
        request=json.loads(row.request),
        gates=tuple(map(str, request.loaded(row.request).chosen_gates(row.task))),
        devices=tuple(device_answer(target, row.model) for target in store.targets(row.id)),
        audit=tuple(map(_decision, store.audit(row.id))),
    )


@ANSWERS.carries_out(PROGRESS)
def progress(context: Context, asked: RolloutQuery) -> RolloutAnswer:
    """One with its waves alone; raises UnknownRolloutError."""
    store = context.stores.upgraded.rollouts
    return progress_of(store, _shown(store, asked))


@ANSWERS.carries_out(DECISIONS)
def decisions(context: Context, asked: DecisionsQuery) -> list[DecisionAnswer]:
    """Those after an entry, in the order in which they were made."""
    store = context.stores.upgraded.rollouts
    return [_decision(each) for each in store.audit(_shown(store, asked).id, asked.after_id)]


@ANSWERS.carries_out(ORDER)
def order(context: Context, asked: OrderRequest) -> OrderAnswer:
    """Give it, and wait a moment for its outcome; raises RolloutError when it is refused."""
    store = context.stores.upgraded.rollouts
    row = _found(store, asked.rollout)
    if asked.order not in orders.BY_NAME:
        raise RequestError(f"There is no order {asked.order!r}; give one of {', '.join(orders.BY_NAME)}.")
    if row.ended_at and not transitions.ROLLOUT.knows(row.state, asked.order):
        raise RolloutError(f"Rollout {row.id} is {row.state}; {asked.order} is not possible any more.")
    _expect_whole(context, asked)
    outcome = _outcome(store, _given(context.stores.changing.rollouts, row.id, asked, context.actor))
    if outcome is not None and outcome.startswith(orders.REFUSED):
        raise RolloutError(outcome.removeprefix(orders.REFUSED))
    return OrderAnswer(rollout=row.id, order=asked.order, outcome=outcome)


def _shown(store: RolloutStore, asked: RolloutQuery) -> RolloutRow:
    if asked.rollout != NEWEST:
        return _found(store, asked.rollout)
    newest = store.rollouts(1)
    if not newest:
        raise UnknownRolloutError("There is no rollout yet; begin one with `fer-controller deploy`.")
    return newest[0]


def _found(store: RolloutStore, begin: str) -> RolloutRow:
    found = store.rollouts_like(begin) if begin else []
    exact = [row for row in found if row.id == begin]
    if not found:
        raise UnknownRolloutError(f"There is no rollout {begin}; `fer-controller rollouts list` shows them.")
    if len(found) > 1 and not exact:
        raise RolloutError(f"Several rollouts begin with {begin}: {', '.join(row.id for row in found)}.")
    return (exact or found)[0]


def _expect_whole(context: Context, asked: OrderRequest) -> None:
    """Raises RequestError where the order lacks what it has to name, or whoever gives it is not proven."""
    wants = orders.BY_NAME[asked.order].wants
    if wants and not getattr(asked, wants).strip():
        raise RequestError(f"The order {asked.order} names the {wants}, and this one names none.")
    if asked.order == transitions.APPROVE and context.stores.origin == audit.HERE:
        raise RequestError(
            "A rollout is approved over HTTP, with an operator's token, as by `rollouts approve --controller URL`; "
            "at the database anybody may go by any name."
        )


def _given(store: RolloutStore, rollout: str, asked: OrderRequest, actor: str) -> int:
    entry = audit.act(audit.GIVEN, f"{actor} gives the order {asked.order}.", actor, rollout=rollout)
    with store.transaction():
        store.write(Changes(audit=[entry]))
        return store.give(rollout, asked.order, actor, entry.time, digest=asked.digest, reason=asked.reason)


def _outcome(store: RolloutStore, order_id: int) -> str | None:
    until_s = time.monotonic() + TAKEN_UP_WITHIN_S
    while time.monotonic() < until_s:
        given = store.order(order_id)
        if given.done_at:
            return given.outcome
        time.sleep(LOOK_EVERY_S)
    return None


def progress_of(store: RolloutStore, row: RolloutRow) -> RolloutAnswer:
    """A rollout with its waves, as operators see it."""
    states: dict[int, dict[str, int]] = {}
    for number, state, count in store.wave_states(row.id):
        states.setdefault(number, {})[state] = count
    waves, now = store.waves(row.id), datetime.now(UTC)
    opens = opens_at(row, now)
    waiting = next((wave for wave in waves if wave.state != transitions.PASSED), None)
    return RolloutAnswer(
        rollout=row.id,
        model=row.model,
        task=row.task,
        precision=request.loaded(row.request).precision,
        state=row.state,
        reason=row.reason or None,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        ended_at=row.ended_at or None,
        unpublished=store.desired.unpublished_of(row.id),
        opens_at=opens,
        digest=row.digest,
        approval=_approval(row),
        waves=tuple(
            wave_answer(
                wave,
                states.get(wave.number, {}),
                opens if wave is waiting and wave.state == transitions.WAITING else decides_at(row, wave, now),
            )
            for wave in waves
        ),
        orders=tuple(
            PossibleOrder(order=kind.name, does=kind.help, wants=kind.wants or None)
            for kind in orders.ORDERS
            if kind.is_possible(
                row.state, {wave.state for wave in waves}, {state for each in states.values() for state in each}
            )
        ),
    )


def _approval(row: RolloutRow) -> ApprovalAnswer | None:
    if not row.approvals_needed:
        return None
    by = tuple(each["by"] for each in json.loads(row.approvals))
    return ApprovalAnswer(needed=row.approvals_needed, by=by, barred=(audit.person(row.created_by), *by))


def device_answer(target: TargetRow, brings: str) -> RolloutDeviceAnswer:
    """A device in a rollout that brings this, as operators see it.

    Before it is told settings, those that the rollout brings everybody stand for all that it is to have.
    """
    told = values_of(target.settings)
    words = brings if told is None else spelled(told)
    models = [each.model for each in artifacts_of(target.artifacts)]
    return RolloutDeviceAnswer(
        device=target.device,
        wave=target.wave,
        state=target.state,
        attempt=target.attempt,
        failures=target.failures,
        model=models[0] if models else words,
        why=target.why,
        alternatives=tuple(models[1:]),
        previous=target.previous_model or None,
        settings=told,
        previous_settings=values_of(target.previous_settings),
        reason=target.reason or None,
        updated_at=target.updated_at or None,
        baseline=_baseline(target.baseline),
    )


def _baseline(stored: str) -> dict[str, Any] | None:
    """What people read of it."""
    found = as_stored.read(stored) if stored else {}
    return {name: value for name, value in found.items() if name not in OBSERVATIONS} or None


def _decision(entry: AuditRow) -> DecisionAnswer:
    return DecisionAnswer(
        id=entry.id,
        time=entry.time,
        rollout=entry.rollout,
        wave=entry.wave or None,
        device=entry.device or None,
        actor=entry.actor,
        action=entry.action,
        sentence=entry.sentence,
        numbers=as_stored.read(entry.numbers),
    )
