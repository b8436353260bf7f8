"""The table of an update's states."""

from typing import Dict, Tuple

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

from fer_agent.errors import UpdateError

ORDERED = "ordered"
"""A desired state was taken."""
SERVES_ALREADY = "serves already"
"""The model that is wanted is the one that serves."""
FETCHED = "fetched"
"""All files are here, and are what a signed manifest promises."""
PASSED = "passed"
"""A model was loaded, warmed, and gave the golden batch; of several the fastest was chosen."""
SWAPPED = "swapped"
"""The new model serves on trial."""
SERVED_WELL = "served well"
"""It did so to the end of its probation."""
REFUSED = "refused"
"""What was delivered is not what was promised, or does not run here."""
BROKE_OFF = "broke off"
"""The device could not do it: no download, no room, or the agent died of it too often."""
DISTURBED = "disturbed"
"""The model on trial served badly, or the agent died with it too often."""
WITHDRAWN = "withdrawn"
"""The desired state was taken back."""
REPLACED = "replaced"
"""Another desired state came."""

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
    """The state that follows; raises UpdateError when the event cannot happen in this state."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise UpdateError(
            f"An update that is {state!r} cannot be {event!r}; report this as a fault of fer-agent."
        ) from None
