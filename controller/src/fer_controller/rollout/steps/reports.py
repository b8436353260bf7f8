"""What devices report: each report moves its device, if it is about the attempt that was asked for."""

from collections.abc import Iterator
from dataclasses import replace

from fer_wire import Reported
from fer_wire import reported as wire
from fer_wire.reported import Update

from fer_controller.rollout import audit
from fer_controller.rollout.desired.holdings import artifacts_of, brought, key_of_new
from fer_controller.rollout.steps import rollback
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    COMMIT,
    COMMITTED,
    FAILED,
    GIVE_UP,
    IN_FLIGHT,
    PROGRESS,
    QUARANTINE,
    ROLLED_BACK,
    ROLLING_BACK,
    TRY_LATER,
    UNREACHABLE,
)
from fer_controller.store.rollouts.records import Failures, TargetRow

GOING_BACK = (ROLLING_BACK, ROLLED_BACK, FAILED)
LISTENING = (*IN_FLIGHT, UNREACHABLE, COMMITTED)
UPDATE_LOST = (wire.CANCELED, wire.SUPERSEDED)
"""The device gave up what is still desired: somebody deleted or replaced the desired state at the broker."""
UPDATE_FAILED = (wire.FAILED, wire.REJECTED, wire.ROLLED_BACK)
LONGEST_PAUSE_DOUBLINGS = 6


def follow(rollout: LiveRollout) -> Iterator[Decision]:
    """Move every device to where its report says that it is."""
    going_back = rollout.row.state in GOING_BACK
    for target in list(rollout.targets.values()):
        if target.state == ROLLING_BACK or (going_back and target.state == UNREACHABLE):
            yield from rollback.follow_report(rollout, target)
        elif target.state in LISTENING and not going_back:
            yield from _follow_report(rollout, target)


def _follow_report(rollout: LiveRollout, target: TargetRow) -> Iterator[Decision]:
    said = rollout.report(target.device)
    update = _asked_for(rollout, target, said)
    if said is None or update is None:
        return
    if update.state in UPDATE_FAILED:
        yield _attempt_failed(rollout, target, update.reason or f"its update ended {update.state}")
    elif target.state == COMMITTED:
        return
    elif update.state == wire.COMMITTED:
        yield _committed(rollout, target, said)
    elif target.state == UNREACHABLE:
        return
    elif update.state in UPDATE_LOST:
        yield _told_again(rollout, target, update)
    elif update.state in PROGRESS and update.state != target.state:
        yield Decision(target, update.state)


def _asked_for(rollout: LiveRollout, target: TargetRow, said: Reported | None) -> Update | None:
    """The device's update, when it is the one that this rollout last asked for."""
    update = said.update if said else None
    key = (rollout.row.id, target.attempt, key_of_new(target))
    return update if update and (update.rollout, update.attempt, update.sha256) == key else None


def _told_again(rollout: LiveRollout, target: TargetRow, update: Update) -> Decision:
    tick = rollout.tick
    reason = f"its update was {update.state}: somebody changed its desired state at the broker"
    sentence = f"{target.device} is told again: {reason}."
    fields = {"retry_at": tick.later(tick.settings.retry_pause_s)}
    return Decision(target, TRY_LATER, audit.TRIED_AGAIN, sentence, reason=reason, fields=fields)


def _committed(rollout: LiveRollout, target: TargetRow, said: Reported) -> Decision:
    device, why_not = target.device, brought(target).why_not(said, rollout.row.task)
    if why_not:
        return _attempt_failed(rollout, target, f"it says that it committed, yet {why_not}")
    late = ", after its wave" if target.state == UNREACHABLE else ""
    return Decision(
        target, COMMIT, audit.COMMITTED,
        f"{device} committed {_committed_what(rollout, target)}{late}.",
        {"measured_ms": dict(said.update.measured_ms) if said.update else {}},
        failures=Failures(device, 0) if device in rollout.tick.failures else None,
    )  # fmt: skip


def _committed_what(rollout: LiveRollout, target: TargetRow) -> str:
    serves = rollout.serving(target.device) if artifacts_of(target.artifacts) else None
    return " with ".join(filter(None, (serves.model if serves else "", rollout.request.settings_words)))


def _attempt_failed(rollout: LiveRollout, target: TargetRow, reason: str) -> Decision:
    """Quarantine the device, try again later, or give it up."""
    tick, device = rollout.tick, target.device
    before = tick.failures.get(device, Failures(device, 0))
    in_a_row, failures = before.failures + 1, target.failures + 1
    decision = Decision(
        target, reason=reason, fields={"failures": failures},
        numbers={"attempt": target.attempt, "failures": failures, "failures_in_a_row": in_a_row},
        failures=Failures(device, in_a_row, "", reason),
    )  # fmt: skip
    if in_a_row >= tick.settings.quarantine_after:
        return replace(
            decision, event=QUARANTINE, action=audit.QUARANTINED,
            sentence=f"{device} is in quarantine after {in_a_row} failures in a row; the last: {reason}.",
            failures=Failures(device, in_a_row, before.quarantined_at or tick.at, reason),
            desired=rollout.withdrawal(device),
        )  # fmt: skip
    if failures < rollout.request.attempts and target.state in IN_FLIGHT and not rollout.ended:
        pause_s = tick.settings.retry_pause_s * 2 ** min(failures - 1, LONGEST_PAUSE_DOUBLINGS)
        return replace(
            decision, event=TRY_LATER, action=audit.TRIED_AGAIN,
            sentence=f"Attempt {target.attempt} of {device} failed and is repeated in {pause_s:g} s: {reason}.",
            fields={"failures": failures, "retry_at": tick.later(pause_s)},
        )  # fmt: skip
    return replace(
        decision, event=GIVE_UP, action=audit.FAILED,
        sentence=f"{device} failed {failures} of {rollout.request.attempts} times and is given up: {reason}.",
        desired=rollout.withdrawal(device),
    )  # fmt: skip
