"""The states of an update as a table: (state, event) → next state."""

from typing import Dict, Tuple

from fer_wire.errors import UpdateStateError
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
    VERIFIED,
)

ORDERED = "ordered"
"""A desired state was taken."""
SERVES_ALREADY = "serves already"
"""The model that is wanted serves already."""
FETCHED = "fetched"
"""All files are here, and they are what a signed manifest promises."""
PASSED = "passed"
"""A model was loaded and warmed and passed its golden batch; the fastest of several was chosen."""
SWAPPED = "swapped"
"""The new model serves on trial."""
SERVED_WELL = "served well"
"""The new model served well to the end of its probation."""
REFUSED = "refused"
"""What was delivered is not what was promised, or does not run here."""
BROKE_OFF = "broke off"
"""The device could not do it: no download, no room, or too many deaths."""
DISTURBED = "disturbed"
"""The model on trial served badly, or the agent died too often while it served."""
WITHDRAWN = "withdrawn"
"""The desired state was taken back."""
REPLACED = "replaced"
"""Another desired state took its place."""

TABLE: Dict[Tuple[str, str], str] = {
    (IDLE, ORDERED): DOWNLOADING,
    (IDLE, SERVES_ALREADY): COMMITTED,
    (IDLE, REFUSED): REJECTED,
    (DOWNLOADING, FETCHED): VERIFIED,
    (DOWNLOADING, REFUSED): REJECTED,
    (DOWNLOADING, BROKE_OFF): FAILED,
    (VERIFIED, PASSED): STAGED,
    (VERIFIED, REFUSED): REJECTED,
    (VERIFIED, BROKE_OFF): FAILED,
    (STAGED, SWAPPED): PROBATION,
    (STAGED, SERVES_ALREADY): COMMITTED,
    (STAGED, REFUSED): REJECTED,
    (STAGED, BROKE_OFF): FAILED,
    (PROBATION, SERVED_WELL): COMMITTED,
    (PROBATION, DISTURBED): ROLLED_BACK,
    **{(state, WITHDRAWN): CANCELED for state in UNFINISHED_STATES},
    **{(state, REPLACED): SUPERSEDED for state in UNFINISHED_STATES},
}


def after(state: str, event: str) -> str:
    """The state that follows; raises UpdateStateError when the event cannot happen in this state."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise UpdateStateError(
            f"An update that is {state!r} cannot be {event!r}; please report this as a fault of the program."
        ) from None
