"""The states of a device's update, as a table: (state, what happened) → next state."""

from fer_wire.reported import (
    CANCELED,
    COMMITTED,
    DOWNLOADING,
    FAILED,
    IDLE,
    PROBATION,
    REJECTED,
    ROLLED_BACK,
    STAGED,
    SUPERSEDED,
    UNFINISHED_STATES,
    UPDATE_STATES,
    VERIFIED,
)

ORDERED = "ordered"
FETCHED = "fetched"
UNREACHABLE = "unreachable"
FALSE = "false"
LOADED = "loaded"
UNFIT = "unfit"
SWAPPED = "swapped"
PROVED = "proved"
DIED_TOO_OFTEN = "died too often"
RESTARTED = "restarted"
WITHDRAWN = "withdrawn"
REPLACED = "replaced"

TRANSITIONS: dict[tuple[str, str], str] = {
    (DOWNLOADING, FETCHED): VERIFIED,
    (DOWNLOADING, UNREACHABLE): FAILED,
    (DOWNLOADING, FALSE): REJECTED,
    (VERIFIED, LOADED): STAGED,
    (VERIFIED, UNFIT): REJECTED,
    (STAGED, SWAPPED): PROBATION,
    (STAGED, RESTARTED): VERIFIED,
    (PROBATION, PROVED): COMMITTED,
    (PROBATION, DIED_TOO_OFTEN): ROLLED_BACK,
    **{(state, ORDERED): DOWNLOADING for state in UPDATE_STATES if state not in UNFINISHED_STATES},
    **{(state, WITHDRAWN): CANCELED for state in UNFINISHED_STATES},
    **{(state, REPLACED): SUPERSEDED for state in UNFINISHED_STATES},
}

ENDS = tuple(state for state in UPDATE_STATES if state not in (*UNFINISHED_STATES, IDLE))


def after(state: str, happening: str) -> str:
    """The next state; the same one where the table knows nothing of it."""
    return TRANSITIONS.get((state, happening), state)
