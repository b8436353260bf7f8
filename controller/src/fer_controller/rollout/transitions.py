"""The states of a rollout, of a wave and of a device in it: three tables; an event that is not listed is an error."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fer_wire.reported import DOWNLOADING, PROBATION, STAGED, VERIFIED

from fer_controller.errors import TransitionError

PLANNED = "planned"
AWAITING_APPROVAL = "awaiting_approval"
SCHEDULED = "scheduled"
RUNNING = "running"
PAUSED = "paused"
ROLLING_BACK = "rolling_back"
COMPLETED = "completed"
ROLLED_BACK = "rolled_back"
ABORTED = "aborted"
FAILED = "failed"
SUPERSEDED = "superseded"
REFUSED = "refused"
EXPIRED = "expired"
ENDED = (COMPLETED, ROLLED_BACK, ABORTED, FAILED, SUPERSEDED, REFUSED, EXPIRED)
TO_BEGIN = (PLANNED, SCHEDULED)
"""A rollout in one of these states begins as soon as it may: the runner has to come, its time, or its turn."""
NOT_BEGUN = (AWAITING_APPROVAL, *TO_BEGIN)

WAITING = "waiting"
UPDATING = "updating"
SOAKING = "soaking"
PASSED = "passed"
STOPPED = "stopped"
WAVE_ENDED = (PASSED, FAILED, STOPPED, ROLLED_BACK)

PENDING = "pending"
DESIRED = "desired"
RETRYING = "retrying"
COMMITTED = "committed"
QUARANTINED = "quarantined"
SKIPPED = "skipped"
UNREACHABLE = "unreachable"
CANCELED = "canceled"
PROGRESS = (DOWNLOADING, VERIFIED, STAGED, PROBATION)
IN_FLIGHT = (DESIRED, *PROGRESS)
UNSETTLED = (PENDING, *IN_FLIGHT, RETRYING)
EXPOSED = (*IN_FLIGHT, RETRYING, COMMITTED, FAILED, QUARANTINED, UNREACHABLE, CANCELED)
"""A device in one of these states was told to run the model, and may run it."""

HELD = (PENDING, *EXPOSED, ROLLING_BACK)
"""A device in one of these states belongs to the rollout, until that ends or a later one takes it."""

APPROVE = "approve"
REFUSE = "refuse"
PAUSE = "pause"
RESUME = "resume"
PROMOTE = "promote"
ABORT = "abort"
RETRY = "retry"
ROLL_BACK = "rollback"

TAKE_UP = "take_up"
WAIT = "wait"
AWAIT_APPROVAL = "await_approval"
LAPSE = "lapse"
EXPIRE = "expire"
STOP = "stop"
COMPLETE = "complete"
ALL_RETURNED = "all_returned"
SOME_STRANDED = "some_stranded"
SUPERSEDE = "supersede"

START = "start"
SETTLE = "settle"
PASS = "pass"  # noqa: S105 - an event, not a password
FAIL = "fail"
REOPEN = "reopen"

TELL = "tell"
COMMIT = "commit"
TRY_LATER = "try_later"
GIVE_UP = "give_up"
QUARANTINE = "quarantine"
SKIP = "skip"
EXPEL = "expel"
TIME_OUT = "time_out"
CANCEL = "cancel"
TAKE_BACK = "take_back"
RETURNED = "returned"
STRANDED = "stranded"

Moves = Mapping[tuple[str, str], str]


@dataclass(frozen=True, eq=False)
class Table:
    """The states of one kind of thing, and where each event leads."""

    kind: str
    moves: Moves

    def knows(self, state: str, event: str) -> bool:
        """Whether the state lists the event."""
        return (state, event) in self.moves

    def after(self, state: str, event: str, name: str) -> str:
        """The next state; raises TransitionError when the state does not list the event."""
        try:
            return self.moves[state, event]
        except KeyError:
            raise TransitionError(f"{self.kind} {name} is {state}; {event} cannot happen to it.") from None

    def starts_of(self, event: str) -> list[str]:
        """The states that list the event."""
        return [state for state, happening in self.moves if happening == event]


def _each(states: Iterable[str], event: str, target: str) -> Moves:
    return {(state, event): target for state in states}


ROLLOUT = Table(
    "Rollout",
    {
        **_each(TO_BEGIN, TAKE_UP, RUNNING),
        (PLANNED, WAIT): SCHEDULED,
        (PLANNED, AWAIT_APPROVAL): AWAITING_APPROVAL,
        (AWAITING_APPROVAL, APPROVE): SCHEDULED,
        (AWAITING_APPROVAL, REFUSE): REFUSED,
        (AWAITING_APPROVAL, EXPIRE): EXPIRED,
        (SCHEDULED, LAPSE): AWAITING_APPROVAL,
        (RUNNING, PAUSE): PAUSED,
        (PAUSED, RESUME): RUNNING,
        **_each((RUNNING, PAUSED), PROMOTE, RUNNING),
        **_each((RUNNING, PAUSED, COMPLETED), RETRY, RUNNING),
        **_each((*NOT_BEGUN, RUNNING, PAUSED), ABORT, ABORTED),
        **_each((RUNNING, PAUSED, COMPLETED, ABORTED, FAILED), ROLL_BACK, ROLLING_BACK),
        (RUNNING, STOP): ROLLING_BACK,
        (RUNNING, COMPLETE): COMPLETED,
        (ROLLING_BACK, ALL_RETURNED): ROLLED_BACK,
        (ROLLING_BACK, SOME_STRANDED): FAILED,
        **_each((*TO_BEGIN, RUNNING, PAUSED, ROLLING_BACK), SUPERSEDE, SUPERSEDED),
    },
)

WAVE = Table(
    "Wave",
    {
        (WAITING, START): UPDATING,
        (UPDATING, SETTLE): SOAKING,
        **_each((UPDATING, SOAKING), PASS, PASSED),
        **_each((UPDATING, SOAKING), FAIL, FAILED),
        **_each((WAITING, UPDATING, SOAKING), STOP, STOPPED),
        **_each((UPDATING, SOAKING, PASSED, FAILED, STOPPED), TAKE_BACK, ROLLED_BACK),
        **_each((UPDATING, SOAKING, PASSED), REOPEN, UPDATING),
    },
)

TARGET = Table(
    "Device",
    {
        (PENDING, TELL): DESIRED,
        (RETRYING, TELL): DESIRED,
        **{(state, progress): progress for state in IN_FLIGHT for progress in PROGRESS},
        **_each((*IN_FLIGHT, UNREACHABLE), COMMIT, COMMITTED),
        **_each(IN_FLIGHT, TRY_LATER, RETRYING),
        **_each((*IN_FLIGHT, RETRYING, UNREACHABLE, COMMITTED), GIVE_UP, FAILED),
        **_each((*IN_FLIGHT, RETRYING, UNREACHABLE, COMMITTED), QUARANTINE, QUARANTINED),
        **_each((PENDING, RETRYING), SKIP, SKIPPED),
        **_each((PENDING, *IN_FLIGHT, RETRYING, ROLLING_BACK), TIME_OUT, UNREACHABLE),
        **_each((*IN_FLIGHT, RETRYING, UNREACHABLE), CANCEL, CANCELED),
        **_each((FAILED, QUARANTINED, UNREACHABLE), RETRY, RETRYING),
        **_each((*EXPOSED, ROLLING_BACK), TAKE_BACK, ROLLING_BACK),
        **_each((*EXPOSED, ROLLING_BACK), RETURNED, ROLLED_BACK),
        **_each((*EXPOSED, ROLLING_BACK), STRANDED, FAILED),
        **_each(HELD, SUPERSEDE, SUPERSEDED),
        **_each(HELD, EXPEL, SKIPPED),
    },
)
