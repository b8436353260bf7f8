"""Two rollouts over one device: the later has it, and both say so."""

from collections.abc import Iterable

from fer_controller.rollout import audit
from fer_controller.rollout.steps.live_rollout import Course
from fer_controller.rollout.transitions import (
    COMMITTED,
    EXPOSED,
    IN_FLIGHT,
    PENDING,
    PLANNED,
    RETRYING,
    ROLLING_BACK,
    SUPERSEDE,
    TAKE_UP,
    UNREACHABLE,
)
from fer_controller.store.rollout_records import TargetRow


def take_up(course: Course, others: Iterable[Course]) -> None:
    """Begin a planned rollout; its devices are taken from the rollouts that had them."""
    taken = sum(_take(course, other) for other in others if not other.ended and other.rollout.state != PLANNED)
    course.move_rollout(TAKE_UP)
    devices, waves = len(course.targets), len(course.waves)
    sentence = f"The rollout of {course.rollout.model} to {devices} devices in {waves} waves begins."
    if taken:
        sentence += f" It takes {taken} devices from earlier rollouts."
    course.note(audit.STARTED, sentence, numbers={"devices": devices, "waves": waves, "superseded": taken})


def _take(course: Course, other: Course) -> int:
    shared = [other.targets[device] for device in course.targets if device in other.targets]
    open_ = [target for target in shared if target.state in (PENDING, *EXPOSED, ROLLING_BACK)]
    for target in open_:
        _inherit(course, target)
        other.move(target, SUPERSEDE, f"rollout {course.rollout.id} took it")
        if target.state in (*IN_FLIGHT, RETRYING, UNREACHABLE):
            other.withdraw(target.device)
        sentence = f"{target.device}, which was {target.state}, is taken by the later rollout {course.rollout.id}."
        other.note(audit.SUPERSEDED, sentence, wave=target.wave, device=target.device)
    return len(open_)


def _inherit(course: Course, target: TargetRow) -> None:
    """Where the earlier rollout had not come to a good end, going back means to where it would have gone back."""
    if target.previous_sha256 and target.state not in (PENDING, COMMITTED):
        mine = course.targets[target.device]
        course.keep(mine, previous_model=target.previous_model, previous_sha256=target.previous_sha256)
