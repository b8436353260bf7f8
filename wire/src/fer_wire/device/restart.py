"""What a device does after a stop or a death, and how often it may die with a new model.

A stop in order is never counted. A death counts while the new model may have caused it: while it was loaded, waited
for its turn, or served on trial. The update then continues in the state that it was in, unless there were too many.
"""

from fer_wire.contracts import SETTINGS
from fer_wire.device.record import Record
from fer_wire.device.slots import Occupied
from fer_wire.device.transitions import BROKE_OFF, DISTURBED, SERVED_WELL
from fer_wire.reported import PROBATION, STAGED, VERIFIED

MAX_CRASHES = 3
IN_TRIAL = (VERIFIED, STAGED, PROBATION)
"""The new model may have caused a death in these states."""
TRIAL_LOST = "The trial was lost with the slots."
DIED_TOO_OFTEN = "The agent died {crashes} times with the new {what} ({state}); it is not tried again."


def resumed(record: Record, occupied: Occupied, max_crashes: int = MAX_CRASHES) -> Record:
    """The record as it stands after a stop or a death: crashes counted, half-written steps ended."""
    if record.state == PROBATION and not occupied.trial:
        # A commit changes the slots before the record, and everything else after it.
        if occupied.current == record.chosen:
            return record.moved(SERVED_WELL, stopped=False)
        return record.moved(DISTURBED, TRIAL_LOST, stopped=False)
    if record.state not in IN_TRIAL or record.stopped:
        return record.model_copy(update={"stopped": False})
    crashes = record.crashes + 1
    if crashes < max_crashes:
        return record.model_copy(update={"crashes": crashes, "stopped": False})
    event = DISTURBED if record.state == PROBATION else BROKE_OFF
    what = SETTINGS if record.task == SETTINGS else "model"
    reason = DIED_TOO_OFTEN.format(crashes=crashes, what=what, state=record.state)
    return record.moved(event, reason, crashes=crashes, stopped=False)
