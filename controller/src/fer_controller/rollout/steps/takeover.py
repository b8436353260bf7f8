"""How a rollout begins: at its time, and where others have its devices.

Of two rollouts of one task, the one that begins later takes them; of two tasks, it waits for its turn.
"""

from collections.abc import Iterable, Iterator

from fer_wire.contracts import SETTINGS
from fer_wire.message import iso_utc

from fer_controller.rollout import audit
from fer_controller.rollout.steps import approval
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    COMMITTED,
    HELD,
    IN_FLIGHT,
    PENDING,
    PLANNED,
    RETRYING,
    SKIPPED,
    STOP,
    SUPERSEDE,
    SUPERSEDED,
    TAKE_UP,
    TO_BEGIN,
    UNREACHABLE,
    WAIT,
    WAVE,
)
from fer_controller.store.rollouts.records import TargetRow

PREVIOUS = ("previous_model", "previous_sha256", "previous_settings")
"""What a device had, in the fields of a target."""


def take_up(rollout: LiveRollout, others: Iterable[LiveRollout]) -> Iterator[Decision]:
    """Begin a rollout, unless it has to wait; rollouts of its task that had its devices give them up."""
    unfinished = [other for other in others if not other.ended]
    if not rollout.is_open:
        reason = f"It waits until {rollout.opening}."
        wakes_at = min(rollout.opens_at, approval.holds_until(rollout))
        yield from _wait(rollout, reason, f"{reason} Then it begins.", iso_utc(wakes_at))
        return
    waits_for = _holder(rollout, unfinished)
    if waits_for is None:
        yield from _begin(rollout, [other for other in unfinished if other.has_begun])
    else:
        reason = f"It waits for rollout {waits_for.row.id} of {_kind(waits_for)}, which has some of its devices."
        until = f"It begins when that has ended; `fer-controller rollouts abort {waits_for.row.id}` ends it."
        yield from _wait(rollout, reason, f"{reason} {until}")


def _holder(rollout: LiveRollout, unfinished: Iterable[LiveRollout]) -> LiveRollout | None:
    """The rollout of another task that has a device of this one: one that has begun, or that could have before it.

    Two changes of a device at once would not tell which of them did harm, and neither could be taken back alone.
    """
    is_earlier = True
    for other in unfinished:
        is_earlier = is_earlier and other is not rollout
        has_them = other.has_begun or (is_earlier and other.row.state in TO_BEGIN and other.is_open)
        if has_them and other.row.task != rollout.row.task and any(t.state in HELD for t in _shared(rollout, other)):
            return other
    return None


def _wait(rollout: LiveRollout, reason: str, sentence: str, wakes_at: str = "") -> Iterator[Decision]:
    """Says why, where that is news; until wakes_at nobody has to look at it again."""
    event, row = WAIT if rollout.row.state == PLANNED else "", rollout.row
    is_news = event or row.reason != reason
    if is_news or row.wakes_at != wakes_at:
        fields = {"reason": reason, "wakes_at": wakes_at}
        yield Decision(row, event, audit.WAITS if is_news else "", sentence, reason=reason, fields=fields)


def _kind(rollout: LiveRollout) -> str:
    return SETTINGS if rollout.row.task == SETTINGS else f"a {rollout.row.task}"


def _begin(rollout: LiveRollout, begun: Iterable[LiveRollout]) -> Iterator[Decision]:
    taken = 0
    for other in (other for other in begun if other.row.task == rollout.row.task):
        shared = [target for target in _shared(rollout, other) if target.state in HELD]
        yield from _inherit_previous(rollout, shared)
        other.carry_out(_give_up(other, rollout.row.id, shared))
        taken += len(shared)
    devices, waves = len(rollout.targets), len(rollout.waves)
    sentence = f"The rollout of {rollout.row.model} to {devices} devices in {waves} waves begins."
    if taken:
        sentence += f" It takes {taken} devices from earlier rollouts."
    numbers = {"devices": devices, "waves": waves, "superseded": taken}
    yield Decision(rollout.row, TAKE_UP, audit.STARTED, sentence, numbers)


def end_if_nothing_is_left(rollout: LiveRollout) -> Iterator[Decision]:
    """End a rollout of which later ones took every device."""
    states = {target.state for target in rollout.targets.values()}
    if SUPERSEDED not in states or states - {SUPERSEDED, SKIPPED}:
        return
    reason = "Later rollouts took all of its devices."
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, STOP):
            yield Decision(wave, STOP, reason=reason)
    yield Decision(rollout.row, SUPERSEDE, audit.ENDED, f"The rollout is superseded: {reason}", reason=reason)


def _shared(rollout: LiveRollout, other: LiveRollout) -> list[TargetRow]:
    """The other rollout's devices that are in this one too."""
    return [other.targets[device] for device in rollout.targets if device in other.targets]


def _inherit_previous(rollout: LiveRollout, taken: Iterable[TargetRow]) -> Iterator[Decision]:
    """A device that had not committed what the earlier rollout brought goes back to what it had before both."""
    for theirs in taken:
        known = {name: value for name in PREVIOUS if (value := getattr(theirs, name))}
        if known and theirs.state not in (PENDING, COMMITTED):
            yield Decision(rollout.targets[theirs.device], fields=known)


def _give_up(rollout: LiveRollout, later: str, taken: Iterable[TargetRow]) -> Iterator[Decision]:
    """What becomes of devices that a later rollout takes from this one."""
    for target in taken:
        told = target.state in (*IN_FLIGHT, RETRYING, UNREACHABLE)
        yield Decision(
            target, SUPERSEDE, audit.SUPERSEDED,
            f"{target.device}, which was {target.state}, is taken by the later rollout {later}.",
            reason=f"rollout {later} took it",
            desired=rollout.withdrawal(target.device) if told else None,
        )  # fmt: skip
