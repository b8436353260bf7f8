"""What operators may order of a rollout: one list, from which the commands, the API and the page come."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from fer_controller.errors import RolloutError
from fer_controller.rollout import audit
from fer_controller.rollout.steps import approval, rollback, telling, waves
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    ABORT,
    APPROVE,
    CANCEL,
    FAILED,
    IN_FLIGHT,
    PAUSE,
    PROMOTE,
    QUARANTINED,
    REFUSE,
    REOPEN,
    RESUME,
    RETRY,
    RETRYING,
    ROLL_BACK,
    ROLLOUT,
    SOAKING,
    UNREACHABLE,
    UPDATING,
    WAVE,
)
from fer_controller.store.rollouts.records import Failures, Order, TargetRow

REFUSED = "refused: "
"""What the outcome of an order that was not carried out begins with."""
Deed = tuple[str, Iterable[Decision]]
"""What is done, as the operator reads it, and the decisions that do it."""


@dataclass(frozen=True, slots=True)
class OrderKind:
    """Something that can be ordered; its name is also the event in the rollout's table."""

    name: str
    help: str
    decide: Callable[[LiveRollout, Order], Deed]
    """What the order makes of the rollout; raises RolloutError when there is nothing to do."""
    needs_wave_in: tuple[str, ...] = ()
    """Possible only while a wave is in one of these states; empty for any."""
    needs_device_in: tuple[str, ...] = ()
    """Possible only while a device is in one of these states; empty for any."""
    wants: str = ""
    """What else an order has to name: the plan's digest, or the reason."""

    def is_possible(self, state: str, wave_states: Collection[str], device_states: Collection[str]) -> bool:
        """Whether a rollout in this state, with waves and devices in these, can take the order."""
        return (
            ROLLOUT.knows(state, self.name)
            and _meet(self.needs_wave_in, wave_states)
            and _meet(self.needs_device_in, device_states)
        )


def possible(state: str, wave_states: Collection[str], device_states: Collection[str]) -> tuple[str, ...]:
    """The names of the orders that a rollout can take now."""
    return tuple(kind.name for kind in ORDERS if kind.is_possible(state, wave_states, device_states))


def obey(rollout: LiveRollout, order: Order) -> str:
    """Do what was ordered and say what was done; raises RolloutError when the rollout cannot do it now."""
    row, action, actor = rollout.row, order.action, order.actor
    if not ROLLOUT.knows(row.state, action):
        states = ", ".join(ROLLOUT.starts_of(action)) or "no state"
        raise RolloutError(f"Rollout {row.id} is {row.state}; {action} is possible when it is {states}.")
    done, decisions = BY_NAME[action].decide(rollout, order)
    rollout.carry_out(decisions)
    sentence = f"{actor} ordered {action}: {done}"
    rollout.carry_out([Decision(row, action=audit.ORDERED, sentence=sentence, actor=actor)])
    return done


def _refuse(rollout: LiveRollout, order: Order) -> Deed:
    reason = f"{order.actor} refused it: {order.reason}"
    return f"It does not begin: {order.reason}", [
        *telling.tell_no_more(rollout, reason),
        Decision(rollout.row, REFUSE, reason=reason),
    ]


def _pause(rollout: LiveRollout, order: Order) -> Deed:
    done = "No further device is told, and no wave passes, until it is resumed."
    return done, [Decision(rollout.row, PAUSE, reason=f"{order.actor} paused it.")]


def _resume(rollout: LiveRollout, _order: Order) -> Deed:
    wave, tick, resumed = rollout.wave, rollout.tick, Decision(rollout.row, RESUME)
    if wave is not None and wave.state == UPDATING:
        until = tick.later(rollout.request.deadline_s)
        return f"Wave {wave.number} has until {until}.", [resumed, Decision(wave, fields={"deadline_at": until})]
    if wave is not None and wave.state == SOAKING:
        until = tick.later(rollout.request.soak_s)
        return f"Wave {wave.number} soaks until {until}.", [resumed, Decision(wave, fields={"soak_until": until})]
    return "It goes on.", [resumed]


def _promote(rollout: LiveRollout, order: Order) -> Deed:
    wave, actor = rollout.wave, order.actor
    if wave is None or wave.state not in OPEN_WAVE:
        raise RolloutError(f"Rollout {rollout.row.id} has no wave that updates or soaks, so none can be promoted.")
    done = f"Wave {wave.number} passed by the word of {actor}, whatever its gates say."
    waiting = waves.stop_waiting(rollout, wave, f"{actor} promoted the wave")
    return done, [Decision(rollout.row, PROMOTE), *waiting, waves.passed(wave, done, actor)]


def _abort(rollout: LiveRollout, order: Order) -> Deed:
    reason = f"{order.actor} aborted it."
    updating = rollout.in_states(*IN_FLIGHT, RETRYING, UNREACHABLE)
    return f"{len(updating)} updates are withdrawn; devices that committed stay as they are.", [
        *(Decision(each, CANCEL, reason=reason, desired=rollout.withdrawal(each.device)) for each in updating),
        *telling.tell_no_more(rollout, reason),
        Decision(rollout.row, ABORT, reason=reason),
    ]


def _retry(rollout: LiveRollout, order: Order) -> Deed:
    found = [target for target in rollout.in_states(*RETRIED) if rollout.still_has(target.device)]
    if not found:
        raise RolloutError(f"Rollout {rollout.row.id} has no device that failed, is quarantined or unreachable.")
    closed = [rollout.waves[number] for number in sorted({target.wave for target in found})]
    fields = {"deadline_at": rollout.tick.later(rollout.request.deadline_s)}
    return f"{len(found)} devices are tried again.", [
        *(_tried_again(rollout, target, order.actor) for target in found),
        Decision(rollout.row, RETRY),
        *(Decision(wave, REOPEN, fields=fields) for wave in closed if WAVE.knows(wave.state, REOPEN)),
    ]


def _tried_again(rollout: LiveRollout, target: TargetRow, actor: str) -> Decision:
    fields = {"failures": 0, "retry_at": rollout.tick.at}
    decision = Decision(target, RETRY, reason=f"{actor} ordered another try", fields=fields)
    if target.state != QUARANTINED:
        return decision
    sentence = f"{actor} let {target.device} out of quarantine."
    failures = Failures(target.device, 0)
    return replace(decision, action=audit.RELEASED, sentence=sentence, actor=actor, wave=0, failures=failures)


def _roll_back(rollout: LiveRollout, order: Order) -> Deed:
    reason = f"{order.actor} ordered it back."
    done = "Every device that it reached returns to what it ran before."
    return done, [Decision(rollout.row, ROLL_BACK, reason=reason), *rollback.begin(rollout, reason)]


def _meet(needed: Collection[str], found: Collection[str]) -> bool:
    return not needed or any(state in needed for state in found)


OPEN_WAVE = (UPDATING, SOAKING)
RETRIED = (FAILED, QUARANTINED, UNREACHABLE)
DIGEST, REASON = "digest", "reason"
ORDERS = (
    OrderKind(APPROVE, "Let it begin; never by who asked for it.", approval.approve, wants=DIGEST),
    OrderKind(REFUSE, "Keep it from beginning, and say why.", _refuse, wants=REASON),
    OrderKind(PAUSE, "Tell no further device and pass no wave until it is resumed.", _pause),
    OrderKind(RESUME, "Go on; a wave that has soaked soaks once more.", _resume),
    OrderKind(PROMOTE, "Pass the wave on your authority, whatever its gates say.", _promote, needs_wave_in=OPEN_WAVE),
    OrderKind(ABORT, "Stop: updates under way are withdrawn, devices that committed stay as they are.", _abort),
    OrderKind(
        RETRY,
        "Try failed, quarantined and unreachable devices again, and let them out of quarantine.",
        _retry,
        needs_device_in=RETRIED,
    ),
    OrderKind(ROLL_BACK, "Bring every device that it reached back to what it ran before.", _roll_back),
)
BY_NAME = {kind.name: kind for kind in ORDERS}
